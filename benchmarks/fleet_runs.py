"""Runs of ``pvwarranty batch`` on made homes, watched: time, processor time, memory."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fleet_sites import ON, make

TABLES = ("verdicts.parquet", "timing.parquet", "sites.parquet", "failures.parquet")


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run.

    seconds, processor : time and processor time [s]; peak : memory of the largest worker [bytes]
    stored, values : bytes of the measurements as stored, and their number
    results : bytes of the tables and of the records kept
    others : share of the machine's processors that other processes took meanwhile
    """

    sites: int
    seconds: float
    processor: float
    peak: int
    stored: int
    values: int
    results: int
    others: float

    @property
    def each(self) -> float:
        """Processor time a site [s]."""
        return self.processor / self.sites


def homes(work: Path, count: int, years: float = 10.0, channels: int = 4) -> list[Path]:
    """Return the folders of so many made homes; makes those that are not there yet."""
    root = work / f"homes-{years:g}a-{channels}"
    folders = [root / f"home-{n:05d}" for n in range(count)]
    missing = [n for n, f in enumerate(folders) if not (f / "done").exists()]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        tasks = [pool.submit(_made, n, folders[n], years, channels) for n in missing]
        for task in tasks:
            task.result()
    return folders


def _made(number: int, folder: Path, years: float, channels: int) -> None:
    (folder / "done").write_text(str(make(number, folder, years, channels)))


def fleet(work: Path, folders: list[Path]) -> Path:
    """Return a fleet of homes under prefixes, their files linked."""
    root = work / "fleet"
    shutil.rmtree(root, ignore_errors=True)
    for number, folder in enumerate(folders):
        home = root / f"{number % 256:02x}" / folder.name
        home.mkdir(parents=True)
        for name in ("site.toml", "measurements.parquet"):
            os.link(folder / name, home / name)
    return root


def judged(work: Path, folders: list[Path], workers: int) -> Run:
    """Judge a fleet of homes and return what it took; its tables stay in ``work/out``."""
    out = work / "out"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "pvwarranty", "batch", str(fleet(work, folders)),
               "--out", str(out), "--on", ON, "--workers", str(workers)]  # fmt: skip
    before, busy, start = _spent(), _busy(), time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        peak = 0
        while running.poll() is None:
            peak = max([peak, *(peak_of(pid) for pid in children(running.pid))])
            time.sleep(0.2)
    if running.returncode:
        raise SystemExit(f"{' '.join(command)}: status {running.returncode}")
    seconds, spent = time.monotonic() - start, _spent() - before
    return Run(
        len(folders), seconds, spent, peak,
        sum((f / "measurements.parquet").stat().st_size for f in folders),
        sum(int((f / "done").read_text()) for f in folders),
        sum(f.stat().st_size for f in out.rglob("*") if f.is_file()),
        max(_busy() - busy - spent, 0.0) / seconds / (os.cpu_count() or 1),
    )  # fmt: skip


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy() -> float:
    """Return the processor time of all processes since the machine started [s]; 0 if not told."""
    with suppress(OSError):
        user, nice, system = Path("/proc/stat").read_text().split()[1:4]
        return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")
    return 0.0


def children(pid: int) -> Iterator[int]:
    """Yield the workers of a run, by their process numbers."""
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with suppress(OSError):
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    yield int(child)


def peak_of(pid: int) -> int:
    """Return the most memory that a process has held [bytes], 0 if it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    return 0
