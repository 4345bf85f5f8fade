"""Estimates on the scenario sites with known truth: ours, each line alone, and a naive ratio.

    .venv/bin/python benchmarks/scenarios.py [SET_DIR]

Runs `verify` over all sites of the set (default: the scenarios beside the repository), scores the
fused estimate, the absolute and the relative line alone and a naive performance ratio against the
truth, and writes the table of `benchmarks/README.md`. Sites weigh alike, whatever their channels.
"""

from __future__ import annotations

import json
import math
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np

from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.model import Measurements, Site
from pvwarranty.normalise import look_at_sky, normalise
from pvwarranty.verify import Verdict, verify
from tables import markdown, put

SET = Path(__file__).resolve().parents[2] / "shared" / "scenarios"
LINES = ("fused", "relative", "absolute", "naive")


def naive(site: Site, measured: Measurements, channel: str) -> tuple[float, float]:
    """Return a PVWatts-like performance ratio of the last year, and its usual 95 % half-width.

    Energy over expected energy at all bright intervals, by the sensor where there is one and the
    clear sky's brightest tenth where not; the interval is the scatter of its months.
    """
    sky = look_at_sky(measured, site)
    index = normalise(measured, next(c for c in site.channels if c.id == channel), site, sky)
    recent = index.time >= index.time[-1] - 365 * 86400
    expected = index.clear if index.sensed is None else index.sensed
    ratio = index.power / (index.p0 * np.where(expected > 0.3, expected, np.nan))
    months = (index.time[-1] - index.time) // (30 * 86400)
    level = 0.9 if index.sensed is None else 0.5
    found = [
        np.nanquantile(ratio[recent & (months == m)], level)
        for m in range(12)
        if np.isfinite(ratio[recent & (months == m)]).sum() > 20
    ]
    if len(found) < 3:
        return math.nan, math.nan
    return float(np.mean(found)), 1.96 * float(np.std(found)) / math.sqrt(len(found))


def estimates(verdict: Verdict) -> dict[str, tuple[float, float, float]]:
    """Return value, low and high of the fused estimate and of each line alone."""
    e = verdict.estimate
    if e is None:
        return {}
    shown = {"fused": (e.value, e.low, e.high)}
    for name, line in e.lines.items():
        # the relative line alone: a new module is taken to have had its nominal power
        half = 1.96 * math.hypot(line["u"], 0.012 if name == "relative" else 0.0)
        shown[name] = (line["value"], line["value"] - half, line["value"] + half)
    return shown


def one(folder: Path) -> list[dict[str, object]]:
    start = time.process_time()
    site = read_site(folder)
    on = date.fromisoformat((folder / "on.txt").read_text().strip())
    measured = read_measurements(folder, site)
    result = verify(site, measured, on)
    spent = time.process_time() - start
    rows = []
    for verdict in result.verdicts:
        found = estimates(verdict)
        middle, half = naive(site, measured, verdict.asset)
        found["naive"] = (middle, middle - half, middle + half)
        rows.append({
            "site": folder.name, "asset": verdict.asset, "found": found, "seconds": spent,
            "output": verdict.output,
        })  # fmt: skip
    return rows


def scored(rows: list[dict[str, object]], truth: dict[str, object], line: str) -> list[str]:
    """Return bias, RMSE, coverage and half-width of a line over rows, sites weighing alike."""
    sites: dict[str, list[tuple[float, bool, float]]] = {}
    for row in rows:
        true = truth[row["site"]]["channels"][row["asset"]]["p_stc_ratio"]
        value, low, high = row["found"].get(line, (math.nan,) * 3)
        if math.isfinite(value):
            inside = low - 1e-9 <= true <= high + 1e-9
            sites.setdefault(row["site"], []).append((value - true, inside, (high - low) / 2))
    if not sites:
        return ["–"] * 4
    means = [np.mean(np.array(v, dtype=float), axis=0) for v in sites.values()]
    square = np.mean([np.mean([e**2 for e, _, _ in v]) for v in sites.values()])
    bias, cover, half = np.mean(means, axis=0)
    return [f"{100 * bias:+.1f}", f"{100 * math.sqrt(square):.1f}", f"{100 * cover:.0f}",
            f"{100 * half:.1f}"]  # fmt: skip


def main(folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text())["pv"]
    with ProcessPoolExecutor(2) as pool:
        rows = [r for found in pool.map(one, sorted((folder / "pv").iterdir())) for r in found]
    classes = sorted({t["cls"] for t in truth.values()})
    groups = {"all": rows}
    for sensor in (True, False):
        groups["with an irradiance sensor" if sensor else "without"] = [
            r for r in rows if bool({"poa", "ghi"} & set(truth[r["site"]]["sensors"])) is sensor
        ]
    for level in ("module", "string", "inverter"):
        groups[f"{level} channels"] = [r for r in rows if truth[r["site"]]["level"] == level]
    groups |= {c: [r for r in rows if truth[r["site"]]["cls"] == c] for c in classes}
    head = ["class", "sites"]
    head += [f"{line}: bias, RMSE, covers, ± [%]" for line in LINES]
    table = [
        [name, str(len({r["site"] for r in group}))]
        + [" / ".join(scored(group, truth, line)) for line in LINES]
        for name, group in groups.items()
    ]
    seconds = {r["site"]: r["seconds"] for r in rows}
    told = {"below": 0, "not_below": 0, "inconclusive": 0}
    wrong = {"false": 0, "missed": 0}
    for r in rows:
        true = truth[r["site"]]["channels"][r["asset"]]["verdict"]
        told[r["output"]] += 1
        wrong["false"] += r["output"] == "below" and true == "not_below"
        wrong["missed"] += r["output"] == "not_below" and true == "below"
    text = markdown(head, table) + (
        f"\n\n{len(rows)} channels: {told['below']} below, {told['inconclusive']} inconclusive; "
        f"false claims {wrong['false']}, missed {wrong['missed']}. "
        f"CPU time a site: median {np.median(list(seconds.values())):.2f} s, "
        f"most {max(seconds.values()):.2f} s (reading included)."
    )
    print(text)
    put("scenarios", text)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SET)
