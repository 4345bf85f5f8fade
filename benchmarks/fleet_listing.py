"""Listing and planning a large fleet: seconds and memory, no site read.

.venv/bin/python benchmarks/fleet_listing.py FOLDER    prints them of a fleet as JSON
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from fleet_runs import peak_of
from pvwarranty.batch import store_of
from pvwarranty.batch.packing import packed_key
from tables import markdown

SIZES = (10_000, 100_000)


def listed(work: Path) -> str:
    """Return what listing and planning fleets takes, each in a process of its own."""
    rows = []
    for size in SIZES:
        root = work / f"listing-{size}"
        _fill(root, size)
        command = [sys.executable, __file__, str(root)]
        told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        rows.append([
            f"{size:,}", f"{told['list']:.1f} s", f"{told['plan']:.1f} s", f"{told['kept']:.1f} s",
            f"{told['memory'] / 1e6:.0f} MB",
        ])  # fmt: skip
    head = ["sites", "listed", "planned anew", "planned where all is done", "memory more"]
    return markdown(head, rows)


def _fill(root: Path, size: int) -> None:
    """Make folders of sites as `fleet pack` lays them out, with empty files."""
    for number in range(size):
        home = root / packed_key(f"home-{number:06d}")
        if not home.exists():
            home.mkdir(parents=True)
            (home / "measurements.parquet").touch()
            (home / "site.toml").touch()


def measured(root: Path) -> dict[str, float]:
    """Return the seconds of listing, planning and planning a done fleet, and the memory it took."""
    import tempfile

    from pvwarranty.batch import Pass, run_pass, workspace

    before = peak_of(os.getpid())
    start = time.perf_counter()
    count = sum(1 for _ in store_of(root).sites())
    took = {"list": time.perf_counter() - start}
    with tempfile.TemporaryDirectory() as out:
        for name in ("plan", "kept"):
            with workspace() as scratch:
                job = Pass(Nothing(), store_of(root), store_of(out), scratch)
                engine = Clocked()
                start = time.perf_counter()
                run_pass(job, engine, lambda done, total: None)
                took[name] = time.perf_counter() - start - engine.spent
    assert count
    return took | {"memory": peak_of(os.getpid()) - before}


class Nothing:
    """A task that reads nothing."""

    name = "nothing"

    def settings(self) -> str:
        return ""

    def beside(self, key: str) -> str:
        return ""

    def __call__(self, folder: Path, key: str) -> dict[str, object]:
        return {}


class Clocked:
    """An engine in this process, whose time is left out."""

    workers, most = 2, 16

    def __init__(self) -> None:
        self.spent = 0.0

    def run(self, work, items):
        for item in items:
            start = time.perf_counter()
            work(item)
            self.spent += time.perf_counter() - start
            yield item


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]))))
