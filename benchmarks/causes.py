"""Causes told on the scenario sites beside their truth: recall, precision, days of onset.

.venv/bin/python benchmarks/causes.py [SET_DIR]
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np

from pvwarranty.attribute import Context, attribute_site
from pvwarranty.estimate import end_of, estimate_outputs
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.model import Measurements, Site
from pvwarranty.place import climate, coast_distance
from pvwarranty.verify import verify
from pvwarranty.verify.examine import examine
from tables import markdown, put

SET = Path(__file__).resolve().parents[2] / "shared" / "scenarios"
Told = dict[str, list[tuple[str, date | None, str]]]


def cost(site: Site, measured: Measurements, on: date) -> tuple[float, float]:
    """Return the CPU time [s] of a site's estimates alone, and with its causes."""
    start = time.process_time()
    seen = examine(site, measured, on)
    found = estimate_outputs(seen.subjects(), on)
    alone = time.process_time() - start
    context = Context(
        end_of(on, site.longitude), seen.clock, seen.orientations,
        climate(site.latitude, site.longitude, site.altitude),
        coast_distance(site.latitude, site.longitude), site.timezone,
    )  # fmt: skip
    attribute_site(seen.indexes, found, seen.measured, context)
    return alone, time.process_time() - start


def one(folder: Path) -> tuple[str, Told, tuple[float, float]]:
    """Return what is told of each channel of a site (cause, onset, decision), and its cost."""
    site = read_site(folder)
    on = date.fromisoformat((folder / "on.txt").read_text().strip())
    measured = read_measurements(folder, site)
    result = verify(site, measured, on)
    told = {
        v.asset: [
            (c.cause.cause, c.cause.since, v.decision)
            for c in v.causes
            if c.cause.probability >= 0.5
        ]
        for v in result.verdicts
    }
    return folder.name, told, cost(site, measured, on)  # all is compiled and loaded by now


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


def main(folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text())["pv"]
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(one, sorted((folder / "pv").iterdir())))
    told = {name: causes for name, causes, _ in rows}
    alone, whole = np.array([c for _, _, c in rows]).T
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
    table = [
        [cause, *map(str, n), _share(n[1], n[0]), _share(n[3], n[2])]
        for cause, n in sorted(count.items(), key=lambda item: (item[0] == "all", item[0]))
    ]
    text = markdown(["cause", "true", "found", "told", "right", "recall", "precision"], table)
    text += (
        f"\n\nOnset of abrupt causes, {len(days)} dated: median {np.median(days):.0f} days off, "
        f"{np.mean(np.array(days) <= 60):.0%} within 60. Channels called excluded without an "
        f"excluded cause: {wrongly_excluded}.\n\nCPU time with causes over that of the estimates "
        f"alone: {whole.sum() / alone.sum():.2f} for all sites together, median "
        f"{np.median(whole / alone):.2f} a site ({np.median(alone):.2f} s and "
        f"{np.median(whole):.2f} s, reading left out)."
    )
    print(text)
    put("causes", text)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SET)
