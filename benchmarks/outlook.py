"""Estimates carried on: judged some years before, compared with the truth of the last day.

    .venv/bin/python benchmarks/outlook.py

Every scenario site is judged 1, 3 and 5 years before its last day on the data up to then, its
estimate carried on to the last day, and compared with the true output of that day. Channels whose
modules fail in between are counted apart: failures that have not begun are not foretold. Beside
it, the estimate left as it was. Writes the table of `benchmarks/README.md`.
"""

from __future__ import annotations

import json
import math
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np

from pvwarranty.estimate import LEVEL, interval
from pvwarranty.estimate.fuse import OTHER, mean
from pvwarranty.estimate.outlook import ahead, rate_of
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.verify import verify
from tables import markdown, put

SET = Path(__file__).resolve().parents[2] / "shared" / "scenarios"
AHEAD = (1, 3, 5)


def one(folder: Path) -> list[dict[str, object]]:
    site = read_site(folder)
    measured = read_measurements(folder, site)
    last = date.fromisoformat((folder / "on.txt").read_text().strip())
    begun = measured.time[0].astype("datetime64[D]").astype(object)
    rows = []
    for years in AHEAD:
        on = last.replace(year=last.year - years)
        if (on - begun).days < 2.5 * 365:
            continue
        for verdict in verify(site, measured, on).verdicts:
            if verdict.estimate is None:
                continue
            parts = verdict.estimate.parts
            then = ahead(parts, rate_of(verdict.evidence, OTHER), (last - on).days / 365.2425)
            rows.append({
                "site": folder.name, "asset": verdict.asset, "years": years, "on": str(on),
                "value": mean(then), "interval": interval(then, LEVEL), "left": mean(parts),
                "kept": interval(parts, LEVEL),
            })  # fmt: skip
    return rows


def fails(truth: dict[str, object], since: str) -> bool:
    """Tell whether modules of a channel fail abruptly after a day."""
    sudden = {"module_failure", "pid", "salt_corrosion"}
    return any(
        c["type"] in sudden and c["start"] is not None and c["start"] > since
        for c in truth["causes"]
    )


def figures(rows: list[dict[str, object]], value: str, bounds: str) -> str:
    off = np.array([r[value] - r["true"] for r in rows])
    inside = [r[bounds][0] - 1e-9 <= r["true"] <= r[bounds][1] + 1e-9 for r in rows]
    rmse = math.sqrt(np.mean(off**2))
    return f"{100 * off.mean():+.1f} / {100 * rmse:.1f} / {100 * np.mean(inside):.0f}"


def main() -> None:
    truth = json.loads((SET / "truth.json").read_text())["pv"]
    with ProcessPoolExecutor(2) as pool:
        rows = [r for found in pool.map(one, sorted((SET / "pv").iterdir())) for r in found]
    for row in rows:
        known = truth[row["site"]]["channels"][row["asset"]]
        row["true"], row["new"] = known["p_stc_ratio"], fails(known, row["on"])
    table = []
    for years in AHEAD:
        for new in (False, True):
            group = [r for r in rows if r["years"] == years and r["new"] is new]
            if group:
                what = "a fault begins in between" if new else "no new fault"
                both = [figures(group, "value", "interval"), figures(group, "left", "kept")]
                table.append([str(years), what, str(len(group)), *both])
    both = ["carried on: bias / RMSE / covers [%]", "left as it was"]
    text = markdown(["years ahead", "channels", "n", *both], table)
    print(text)
    put("outlook", text)


if __name__ == "__main__":
    main()
