"""The simulated batteries with truth, where the reference material is at hand."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from pvwarranty.model import Battery, Measurements
from pvwarranty.storage import CapacityResult, estimate_capacity


def read(folder: Path) -> tuple[Measurements, Battery, date, date | None]:
    site = tomllib.loads((folder / "site.toml").read_text())
    table = pq.read_table(folder / "measurements.parquet")
    time = table["time"].to_numpy().astype("datetime64[s]")
    columns = {n: table[n].to_numpy().astype(float) for n in table.column_names if n != "time"}
    interval = int(np.median(np.diff(time.astype(np.int64))))
    on = date.fromisoformat((folder / "on.txt").read_text().strip())
    completion = site.get("facts", {}).get("completion_date")
    return Measurements(time, columns, interval), Battery(**site["battery"][0]), on, completion


@pytest.fixture(scope="module")
def judged() -> list[tuple[dict[str, Any], CapacityResult]]:
    folder = Path(__file__).resolve().parents[3] / "shared" / "scenarios"
    if not folder.is_dir():
        pytest.skip("the scenarios of ../shared are not beside the repository")
    truth = json.loads((folder / "truth.json").read_text())["battery"]
    results = []
    for name, known in truth.items():
        measured, battery, on, completion = read(folder / "battery" / name)
        result = estimate_capacity(
            measured, battery, on, np.random.default_rng(0), completion=completion
        )
        results.append((known, result))
    return results


def test_error_and_coverage(judged: list[tuple[dict[str, Any], CapacityResult]]) -> None:
    errors, inside = [], []
    for known, result in judged:
        if result.estimate is not None:
            errors.append(result.estimate.value - known["capacity_ratio"])
            inside.append(result.estimate.low < known["capacity_ratio"] < result.estimate.high)
    assert len(errors) >= len(judged) - 1
    assert np.sqrt(np.mean(np.square(errors))) < 0.010
    assert np.mean(inside) >= 0.92


def test_no_wrong_verdict(judged: list[tuple[dict[str, Any], CapacityResult]]) -> None:
    for known, result in judged:
        p = result.p_below(0.6)
        if p is not None:
            assert not (p >= 0.95 and known["capacity_ratio"] >= 0.6)
            assert not (p <= 0.05 and known["capacity_ratio"] < 0.6)


def test_never_empty_is_insufficient(judged: list[tuple[dict[str, Any], CapacityResult]]) -> None:
    undecided = [r.reason for _, r in judged if r.estimate is None]
    assert undecided == ["never_empty"]


def test_causes(judged: list[tuple[dict[str, Any], CapacityResult]]) -> None:
    found = right = material = recalled = 0
    for known, result in judged:
        any_ = {c["type"] for c in known["causes"]}
        must = {c["type"] for c in known["causes"] if c["material"]}
        ours = {c.cause for c in result.causes if c.probability >= 0.5}
        found, right = found + len(ours), right + len(ours & any_)
        material, recalled = material + len(must), recalled + len(ours & must)
    assert right >= 0.9 * found
    assert recalled >= 0.85 * material
