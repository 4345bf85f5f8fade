"""A disk that fills up: the run stops and says so, nothing is torn, and it goes on when mended."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fleet_task import InProcess, Length, make
from pvwarranty.batch import Local, Pass, Plan, Record, run_batch, run_pass, store_of, workspace
from pvwarranty.batch.engine import Engine
from pvwarranty.errors import DataError


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a small disk cannot be made here: {done.stderr.strip()}")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Return a disk with room for some records."""
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", "size=60k", "pvwarranty-test", str(disk))
    except FileNotFoundError:
        pytest.skip("a small disk cannot be made here: there is no command 'mount'")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def bring(root: Path, out: Path, engine: Engine) -> list[Record]:
    with workspace() as scratch:
        job = Pass(Length(), store_of(root), store_of(out), scratch)
        return list(run_pass(job, engine, lambda done, total: None).in_order())


def test_a_full_disk_stops_the_run_and_costs_nothing(small: Path, tmp_path: Path) -> None:
    root = tmp_path / "fleet"
    make(root, **{f"s{n:02d}": f"{n}" * n for n in range(1, 40)})
    with pytest.raises(OSError, match="No space left"):
        bring(root, small, Local(2, most=1))
    assert not list(small.rglob("*.tmp"))
    _mount("-o", "remount,size=4m", str(small))
    engine = InProcess([])
    assert bring(root, small, engine) == bring(root, tmp_path / "out", InProcess([]))
    assert 0 < len(engine.seen) < 39


def test_the_command_says_what_to_do(small: Path, tmp_path: Path) -> None:
    from datetime import date

    make(tmp_path / "fleet", a="bad")
    (small / "filler").write_bytes(b"\0" * 60 * 1024)
    plan = Plan(store_of(tmp_path / "fleet"), store_of(small), date(2024, 11, 29))
    with pytest.raises(DataError, match="--resume"):
        run_batch(plan, InProcess([]), lambda done, total: None)
