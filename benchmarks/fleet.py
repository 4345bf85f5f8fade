"""Fleets of made homes (30 min, ten years, four strings), judged by ``pvwarranty batch``.

    .venv/bin/python benchmarks/fleet.py [WORK_DIR [SITES ...]]

writes the tables of fleet.md, but for disturbed runs (`fleet_kills.py`), and of docs/scale.md.
Homes are made once and kept in WORK_DIR (default: .cache/fleet, 0.6 MB a home); SITES are the
sizes of fleets that are run (default: 100 500 1000 2000; on two cores about 20 minutes in all, on
a machine that does nothing else). RdTools is run where `make dev` set it up, or with PVW_PEERS
naming its Python.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np

from fleet_listing import listed
from fleet_model import modelled, needed
from fleet_runs import Run, fleet, homes, judged
from tables import markdown, put

HERE = Path(__file__).resolve().parent
PAGE = HERE / "fleet.md"
SIZES = (100, 500, 1000, 2000)
SAMPLE, TARGET = 40, 1000  # homes whose time is taken apart; sites that have five minutes
FEW = 4  # sites of a run that shows what its start takes
PEERS = 6  # homes that RdTools analyses
ALONE = {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def throughput(run: Run, workers: int) -> str:
    """Return what a run of the whole of `verify` took."""
    rows = [
        ["sites (10 years, 30 min, 4 strings)", f"{run.sites:,}"],
        ["workers", str(workers)],
        ["time", f"{run.seconds:.0f} s"],
        ["sites a second", f"{run.sites / run.seconds:.2f}"],
        ["bytes a second, as stored", f"{run.stored / run.seconds / 1e6:.2f} MB"],
        ["bytes a second, as 64-bit values", f"{8 * run.values / run.seconds / 1e6:.0f} MB"],
        ["processor time a site", f"{run.each:.3f} s"],
        [f"{TARGET:,} sites would take", f"{TARGET * run.seconds / run.sites:.0f} s"],
        ["largest worker", f"{run.peak / 1e6:.0f} MB"],
        ["processors taken by others meanwhile", f"{run.others:.0%}"],
        ["processor", _processor()],
    ]
    return markdown(["", ""], rows)


def growth(start: Run, runs: list[Run]) -> str:
    """Return how time and memory change with the fleet; `start` is a run of a few sites."""
    further = [(r.seconds - start.seconds) / (r.sites - start.sites) for r in runs]
    rows = [
        [f"{r.sites:,}", f"{r.seconds:.0f} s", f"{1000 * r.seconds / r.sites:.0f} ms",
         f"{1000 * f:.0f} ms", f"{f / further[0] - 1:+.1%}", f"{r.each:.3f} s",
         f"{r.peak / 1e6:.0f} MB", f"{r.others:.0%}"]
        for r, f in zip(runs, further, strict=True)
    ]  # fmt: skip
    head = ["sites", "time", "a site", "a further site", "against the first",
            "processor time a site", "largest worker", "taken by others"]  # fmt: skip
    return markdown(head, rows) + (
        f"\n\nA further site: beyond a run of {start.sites}, which takes {start.seconds:.0f} s, "
        "most of them to start the workers of both passes."
    )


def taken_apart(root: Path) -> str:
    """Return the shares of a site's processor time, as a process of its own finds them."""
    found = json.loads(_output([sys.executable, str(HERE / "fleet_shares.py"), str(root)]))
    whole = sum(found.values())
    rows = [[part, f"{1000 * s:.0f} ms", f"{s / whole:.0%}"] for part, s in found.items()]
    return markdown(
        ["processor time of a site", "", ""], [*rows, ["all", f"{1000 * whole:.0f} ms", ""]]
    )


def beside_rdtools(root: Path, run: Run, python: Path) -> str:
    """Return RdTools' time on a sample, extrapolated, beside a run's."""
    if not python.exists():
        return "RdTools is not set up here (`make dev`)."
    command = [str(python), str(HERE / "fleet_rdtools.py"), str(root), str(PEERS)]
    spent = np.array(json.loads(_output(command, apart=True))[1:])  # the first one warms up
    mean, spread = 4 * spent.mean(), 4 * spent.std(ddof=1) / np.sqrt(len(spent))
    cores = os.cpu_count() or 1
    rows = [
        ["pvwarranty: whole of `verify`, 4 strings", f"{run.each:.2f} s",
         f"{TARGET * run.seconds / run.sites / 60:.1f} min"],
        ["RdTools: year-on-year trend, 4 strings", f"{mean:.1f} ± {2 * spread:.1f} s",
         f"{TARGET * mean / cores / 60:.0f} ± {2 * TARGET * spread / cores / 60:.0f} min"],
    ]  # fmt: skip
    note = (
        f"\n\nRdTools: one string of each of {len(spent)} homes, times four; sensor analysis on "
        "pvlib's clear sky, rate and its interval alone; ± two standard errors of the mean."
    )
    head = ["", "processor time a site", f"{TARGET:,} sites on {cores} cores"]
    return markdown(head, rows) + note


def _output(command: list[str], *, apart: bool = False) -> str:
    # an environment of its own must not find this one's packages
    here = {k: v for k, v in os.environ.items() if not (apart and k == "PYTHONPATH")}
    return subprocess.run(
        command, env=here | ALONE, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def _processor() -> str:
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    name = next((x.partition(":")[2].strip() for x in lines if x.startswith("model name")), "")
    return f"{name or platform.machine()}, {os.cpu_count()} cores"


def main() -> None:
    work = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / ".cache" / "fleet"
    sizes = sorted(int(a) for a in sys.argv[2:]) or list(SIZES)
    workers = os.cpu_count() or 1
    work.mkdir(parents=True, exist_ok=True)
    made = homes(work, max(sizes[-1], SAMPLE))
    start = [judged(work, made[:FEW], workers) for _ in range(2)][-1]  # the first one warms up
    runs = []
    for size in sizes:
        runs.append(judged(work, made[:size], workers))
        print(runs[-1], flush=True)
        put("growth", growth(start, runs), PAGE)
    main_run = next((r for r in runs if r.sites == TARGET), runs[-1])
    put("throughput", throughput(main_run, workers), PAGE)
    sample = fleet(work, made[:SAMPLE])
    put("shares", taken_apart(sample), PAGE)
    peers = os.environ.get("PVW_PEERS", HERE.parent / ".venv-dev" / "bin" / "python")
    put("rdtools", beside_rdtools(sample, main_run, Path(peers)), PAGE)
    put("needs", needed(main_run), HERE.parent / "docs" / "scale.md")
    put("model", modelled(work), PAGE)
    put("listing", listed(work), PAGE)


if __name__ == "__main__":
    main()
