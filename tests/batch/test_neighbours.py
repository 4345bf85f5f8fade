"""Fleets whose sites stand near each other: the same tables whoever does the work."""

import json
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import plant
from pvwarranty.batch import Local, Plan, Summary, run_batch, store_of
from pvwarranty.batch.neighbours import _nearest
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.model import Measurements
from pvwarranty.verify import verify

ON = date(2024, 3, 31)
SITE = """
id = "{name}"
latitude = {latitude}
longitude = 139.7
timezone = "Asia/Tokyo"

[facts]
completion_date = 2021-04-01

[[array]]
id = "S1"
product = "SPR-X21-345"
module = {{ p_dc0 = 345, gamma_pdc = -0.0031, v_mp = 57.3, cells = 96 }}
modules = 7
surface_tilt = 25
surface_azimuth = 180

[[inverter]]
id = "PCS"
p_ac0 = 20000
efficiency = 0.96

[[channel]]
id = "S1"
kind = "string"
arrays = ["S1"]
inverter = "PCS"
"""


def write(folder: Path, data: Measurements, latitude: float) -> None:
    folder.mkdir(parents=True)
    text = SITE.format(name=folder.name, latitude=latitude)
    (folder / "site.toml").write_text(text, encoding="utf-8")
    columns = {name: values.astype(np.float32) for name, values in data.columns.items()}
    time = pa.array(data.time, type=pa.timestamp("s")).cast(pa.timestamp("s", tz="UTC"))
    pq.write_table(pa.table({"time": time, **columns}), folder / "measurements.parquet")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return three sites under one sky and one that is far away."""
    root = tmp_path_factory.mktemp("fleet")
    home, time = plant.site(), plant.times(3, start="2021-04-01")
    for number in range(4):
        # the same days, and a meter of its own: the weather is what the generator draws first
        data = plant.measured(home, time, np.random.default_rng(5), {"S1": 1.0})
        own = np.random.default_rng(number).normal(1.0, 0.01, len(time))
        data = Measurements(
            data.time, {k: v * own for k, v in data.columns.items()}, data.interval
        )  # fmt: skip
        write(root / f"s{number}", data, 35.6 + (0.01 if number < 3 else 1.5) * number)
    return root


def run_local(fleet: Path, out: Path, workers: int, *, resume: bool = False) -> Summary:
    plan = Plan(store_of(fleet), store_of(out), ON, resume)
    return run_batch(plan, Local(workers), lambda done, total: None)


@pytest.fixture(scope="module")
def done(fleet: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "run"
    assert run_local(fleet, out, 1).failed == 0
    return out


def values(out: Path) -> dict[str, float]:
    rows = pq.read_table(out / "verdicts.parquet").to_pylist()
    return {r["site"]: r["value"] for r in rows}


def alone(folder: Path) -> float:
    site = read_site(folder)
    estimate = verify(site, read_measurements(folder, site), ON).verdicts[0].estimate
    assert estimate is not None
    return round(estimate.value, 5)


def test_neighbours_count_and_a_far_site_is_judged_by_itself(fleet: Path, done: Path) -> None:
    found = values(done)
    assert found["s3"] == alone(fleet / "s3")
    assert found["s0"] != alone(fleet / "s0")
    assert found["s0"] == pytest.approx(1.0, abs=0.02)


def test_two_workers_give_the_same_bytes(fleet: Path, done: Path, tmp_path: Path) -> None:
    run_local(fleet, tmp_path / "two", 2)
    for name in ("verdicts.parquet", "failures.parquet", "sites.parquet", "manifest.json"):
        assert (tmp_path / "two" / name).read_bytes() == (done / name).read_bytes()


def test_a_changed_neighbour_redoes_those_near_it(fleet: Path, done: Path, tmp_path: Path) -> None:
    changed, out = tmp_path / "fleet", tmp_path / "out"
    shutil.copytree(fleet, changed)
    shutil.copytree(done, out)
    table = pq.read_table(changed / "s1" / "measurements.parquet")
    pq.write_table(table.slice(0, table.num_rows - 4800), changed / "s1" / "measurements.parquet")
    summary = run_local(changed, out, 1, resume=True)
    assert (summary.done, summary.kept) == (3, 1)
    run_local(changed, tmp_path / "new", 1)
    for name in ("verdicts.parquet", "manifest.json"):
        assert (out / name).read_bytes() == (tmp_path / "new" / name).read_bytes()


def test_what_a_site_depends_on_is_in_the_manifest(fleet: Path, done: Path) -> None:
    inputs = json.loads((done / "manifest.json").read_text())["inputs"]
    assert len(set(inputs.values())) == 4


def test_the_nearest_first_and_none_beyond_reach() -> None:
    where = np.array([[35.0, 139.0], [35.0, 139.01], [35.0, 139.1], [36.0, 139.0], [35.0, 139.0]])
    near = _nearest(where)
    assert [n for n in near[0] if n >= 0] == [4, 1, 2]
    assert not (near[3] >= 0).any()
