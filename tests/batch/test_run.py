"""Fleets on one machine: the same tables whatever the workers, and one bad site stops nothing."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pvwarranty.batch import Local, Plan, Summary, run_batch, store_of
from pvwarranty.batch.judging import JudgeSite
from pvwarranty.batch_tables import VERDICT
from pvwarranty.cli import run
from pvwarranty.errors import DataError

EXAMPLES = Path(__file__).resolve().parents[2] / "site_data"
ON = date(2024, 11, 29)
TABLES = (
    "verdicts.parquet", "timing.parquet", "failures.parquet", "sites.parquet", "manifest.json",
)  # fmt: skip


def run_local(fleet: Path, out: Path, workers: int, *, resume: bool = False) -> Summary:
    plan = Plan(store_of(fleet), store_of(out), ON, resume)
    return run_batch(plan, Local(workers), lambda done, total: None)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a fleet of two good sites, deep and shallow, and one whose file is broken."""
    root = tmp_path_factory.mktemp("fleet")
    shutil.copytree(EXAMPLES / "shaded-string", root / "ab" / "shaded")
    shutil.copytree(EXAMPLES / "faded-battery", root / "battery")
    shutil.copytree(EXAMPLES / "shaded-string", root / "broken")
    (root / "broken" / "measurements.parquet").write_bytes(b"PAR1 broken")
    return root


@pytest.fixture(scope="module")
def done(fleet: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "run"
    summary = run_local(fleet, out, 2)
    assert (summary.sites, summary.done, summary.failed) == (3, 3, 1)
    return out


def test_tables(done: Path) -> None:
    verdicts = pq.read_table(done / "verdicts.parquet")
    assert tuple(verdicts.column_names) == VERDICT
    assert verdicts.column("asset").to_pylist() == ["S1", "S2", "BAT"]
    assert verdicts.column("output").to_pylist() == ["not_below", "not_below", "below"]
    assert "shading_change" in verdicts.column("causes")[0].as_py()
    failures = pq.read_table(done / "failures.parquet").to_pylist()
    assert [f["path"] for f in failures] == ["broken"]
    assert "cannot be read" in failures[0]["reason"]
    sites = pq.read_table(done / "sites.parquet").to_pylist()
    assert [s["path"] for s in sites] == ["ab/shaded", "battery"]
    manifest = json.loads((done / "manifest.json").read_text())
    assert manifest["sites"] == 3
    assert set(manifest["inputs"]) == {"ab/shaded", "battery", "broken"}


def test_one_worker_gives_the_same_bytes(fleet: Path, done: Path, tmp_path: Path) -> None:
    run_local(fleet, tmp_path / "one", 1)
    for name in TABLES:
        assert (tmp_path / "one" / name).read_bytes() == (done / name).read_bytes()


def test_a_run_is_not_overwritten_by_chance(fleet: Path, done: Path) -> None:
    with pytest.raises(DataError, match="--resume"):
        run_local(fleet, done, 1)


def test_resume_redoes_what_has_changed(fleet: Path, done: Path, tmp_path: Path) -> None:
    fixed, out = tmp_path / "fleet", tmp_path / "out"
    shutil.copytree(fleet, fixed)
    shutil.copytree(done, out)
    good = fleet / "ab" / "shaded" / "measurements.parquet"
    shutil.copy(good, fixed / "broken" / "measurements.parquet")
    summary = run_local(fixed, out, 2, resume=True)
    # the mended site, and the one that has a neighbour now
    assert (summary.done, summary.kept, summary.failed) == (2, 1, 0)
    assert pq.read_table(out / "failures.parquet").num_rows == 0


def test_a_killed_worker_costs_no_site(tmp_path: Path) -> None:
    fleet, out = tmp_path / "fleet", tmp_path / "out"
    for number in range(3):
        shutil.copytree(EXAMPLES / "shaded-string", fleet / f"s{number}")
    command = [sys.executable, "-m", "pvwarranty", "batch", str(fleet), "--out", str(out)]
    running = subprocess.Popen(
        [*command, "--on", "2024-11-29", "--workers", "2"], stderr=subprocess.DEVNULL
    )
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    if not children.exists():
        running.kill()
        pytest.skip("this system does not tell the children of a process")
    deadline = time.monotonic() + 300
    killed = False
    while not killed and running.poll() is None and time.monotonic() < deadline:
        for child in children.read_text().split():
            line = Path(f"/proc/{child}/cmdline")
            if line.exists() and b"spawn_main" in line.read_bytes():
                os.kill(int(child), signal.SIGKILL)
                killed = True
                break
        time.sleep(0.2)
    assert running.wait(timeout=600) == 0
    assert killed
    assert pq.read_table(out / "verdicts.parquet").num_rows == 6


def test_an_interrupted_run_stops_cleanly_and_goes_on(tmp_path: Path) -> None:
    fleet, out = tmp_path / "fleet", tmp_path / "out"
    for number in range(6):
        shutil.copytree(EXAMPLES / "shaded-string", fleet / f"s{number}")
    command = [sys.executable, "-m", "pvwarranty", "batch", str(fleet), "--out", str(out)]
    running = subprocess.Popen(
        [*command, "--on", "2024-11-29", "--workers", "1"], stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 300
    while (
        not list((out / "parts" / JudgeSite(ON).name).rglob("*.gz")) and time.monotonic() < deadline
    ):
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    told = running.communicate(timeout=300)[1]
    assert running.returncode == 130
    assert "go on with --resume" in told
    assert "Traceback" not in told
    assert not (out / "verdicts.parquet").exists()
    summary = run_local(fleet, out, 1, resume=True)
    assert summary.kept >= 1
    assert summary.done + summary.kept == 6


def test_a_fleet_without_sites_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no site folder"):
        run_local(tmp_path, tmp_path / "out", 1)


def test_the_command(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["batch", str(fleet / "battery"), "--out", str(tmp_path / "o"), "--on", "2024-11-29"]
    assert run([*command, "--workers", "1"]) == 0
    assert "1 sites: 1 judged" in capsys.readouterr().out
    assert run(["batch", str(tmp_path / "none"), "--out", str(tmp_path / "p")]) == 2
