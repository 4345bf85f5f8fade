"""Causes told on the scenario sites beside their truth: recall, precision, days of onset.

.venv/bin/python benchmarks/causes.py [SET_DIR]
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np

from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.verify import verify
from tables import markdown, put

SET = Path(__file__).resolve().parents[2] / "shared" / "scenarios"
Told = dict[str, list[tuple[str, date | None, str]]]


def one(folder: Path) -> tuple[str, Told]:
    """Return what is told of each channel of a site: cause, onset, decision."""
    site = read_site(folder)
    on = date.fromisoformat((folder / "on.txt").read_text().strip())
    result = verify(site, read_measurements(folder, site), on)
    return folder.name, {
        v.asset: [
            (c.cause.cause, c.cause.since, v.decision)
            for c in v.causes
            if c.cause.probability >= 0.5
        ]
        for v in result.verdicts
    }


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


def main(folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text())["pv"]
    with ProcessPoolExecutor(2) as pool:
        told = dict(pool.map(one, sorted((folder / "pv").iterdir())))
    count: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(4, dtype=int))
    days: list[int] = []
    wrongly_excluded = 0
    for name, channels in told.items():
        material, known, found = set(), set(), set()
        for asset, causes in channels.items():
            true = truth[name]["channels"][asset]["causes"]
            known |= {c["type"] for c in true}
            material |= {c["type"] for c in true if c["material"]}
            found |= {cause for cause, _, _ in causes}
            excused = {"salt_corrosion", "shading_change", "snow"} & {c["type"] for c in true}
            wrongly_excluded += any(d == "excluded" for _, _, d in causes) and not excused
            for cause, since, _ in causes:
                starts = [
                    date.fromisoformat(c["start"])
                    for c in true
                    if c["type"] == cause and c["start"] and c.get("abrupt", True)
                ]
                if since is not None and starts:
                    days.append(min(abs((since - s).days) for s in starts))
        for cause in material | found:
            seen, right = cause in found, cause in known
            count[cause] += [cause in material, cause in material and seen, seen, seen and right]
    count["all"] = np.sum(list(count.values()), axis=0)
    rows = [
        [cause, *map(str, n), _share(n[1], n[0]), _share(n[3], n[2])]
        for cause, n in sorted(count.items(), key=lambda item: (item[0] == "all", item[0]))
    ]
    text = markdown(["cause", "true", "found", "told", "right", "recall", "precision"], rows)
    text += (
        f"\n\nOnset of abrupt causes, {len(days)} dated: median {np.median(days):.0f} days off, "
        f"{np.mean(np.array(days) <= 60):.0%} within 60. Channels called excluded without an "
        f"excluded cause: {wrongly_excluded}."
    )
    print(text)
    put("causes", text)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SET)
