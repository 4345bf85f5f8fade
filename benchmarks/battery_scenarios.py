"""Score the battery test on simulated batteries with truth.

usage: python benchmarks/battery_scenarios.py [SCENARIOS] [--predictions FILE]

SCENARIOS holds ``battery/<id>/{site.toml,measurements.parquet,on.txt}``, ``truth.json`` and
``score.py``; by default ``scenarios`` of the reference material beside the repository.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from battery_peers import naive_ratio
from pvwarranty.model import Battery, Measurements
from pvwarranty.storage import CapacityResult, estimate_capacity
from tables import put

SHARED = Path(__file__).resolve().parents[2] / "shared" / "scenarios"
THRESHOLD = 0.60


def read(folder: Path) -> tuple[Measurements, Battery, date, date | None]:
    """Read a battery site straight, without the product's own readers."""
    site = tomllib.loads((folder / "site.toml").read_text())
    table = pq.read_table(folder / "measurements.parquet")
    seconds = table["time"].to_numpy().astype("datetime64[s]")
    columns = {
        name: table[name].to_numpy().astype(np.float64)
        for name in table.column_names
        if name != "time"
    }
    interval = int(np.median(np.diff(seconds.astype(np.int64))))
    on = date.fromisoformat((folder / "on.txt").read_text().strip())
    battery = Battery(**site["battery"][0])
    completion = site.get("facts", {}).get("completion_date")
    return Measurements(seconds, columns, interval), battery, on, completion


def verdict(result: CapacityResult) -> str:
    p = result.p_below(THRESHOLD)
    if p is None or 0.05 < p < 0.95:
        return "inconclusive"
    return "below" if p >= 0.95 else "not_below"


def prediction(result: CapacityResult) -> dict[str, Any]:
    e = result.estimate
    row: dict[str, Any] = {} if e is None else {
        "capacity_ratio": e.value, "ci_low": e.low, "ci_high": e.high,
    }  # fmt: skip
    causes = [
        {"type": c.cause, "date": None if c.since is None else c.since.isoformat()}
        for c in result.causes
        if c.probability >= 0.5
    ]
    return row | {"verdict": verdict(result), "causes": causes}


def line(name: str, result: CapacityResult, truth: dict[str, Any], took: float) -> str:
    e, true = result.estimate, truth["capacity_ratio"]
    shown = (
        result.reason if e is None
        else f"{e.value:.4f} err {e.value - true:+.4f} u {e.parts[0].u:.4f} {e.method} n {e.n}"
        f" p {result.p_below(THRESHOLD):.3f}"
    )  # fmt: skip
    causes = {c.cause: (round(c.share, 3), round(c.probability, 2)) for c in result.causes}
    findings = [f.name for f in result.findings]
    return (f"{name} {truth['cls']:16} true {true:.4f} {shown} {verdict(result)} {causes}"
            f" {findings} {1e3 * took:.0f} ms CPU")  # fmt: skip


def summary(truth: dict[str, Any], found: dict[str, Any], name: str) -> str:
    errors = np.array([
        v - truth[k]["capacity_ratio"] for k, v in found.items() if v is not None and v == v
    ])  # fmt: skip
    return (
        f"{name}: {len(errors)} of {len(truth)} answered, bias {errors.mean():+.4f},"
        f" RMSE {np.sqrt(np.mean(errors**2)):.4f}, largest {np.abs(errors).max():.4f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="?", type=Path, default=SHARED)
    parser.add_argument("--predictions", type=Path)
    given = parser.parse_args()
    if not (given.scenarios / "battery").is_dir():
        sys.exit(f"{given.scenarios}: no scenarios here")
    truth = json.loads((given.scenarios / "truth.json").read_text())["battery"]
    made: dict[str, Any] = {}
    naive: dict[str, float] = {}
    for folder in sorted((given.scenarios / "battery").iterdir()):
        measured, battery, on, completion = read(folder)
        start = time.process_time()
        rng = np.random.default_rng(0)
        result = estimate_capacity(measured, battery, on, rng, completion=completion)
        print(line(folder.name, result, truth[folder.name], time.process_time() - start))
        made[folder.name] = prediction(result)
        naive[folder.name] = naive_ratio(measured)
    out = given.predictions or Path(tempfile.mkstemp(suffix=".json")[1])
    out.write_text(json.dumps({"battery": made}))
    score = given.scenarios / "score.py"
    lines = [
        summary(truth, {k: v.get("capacity_ratio") for k, v in made.items()}, "ours"),
        summary(truth, naive, "energy over change of charge"),
    ]
    print("\n".join(lines))
    put("battery", "\n".join(f"- {text}" for text in lines))
    subprocess.run([sys.executable, str(score), str(out), "--only", "battery"], check=True)


if __name__ == "__main__":
    main()
