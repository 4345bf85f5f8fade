"""Two threads over sites, how long the main thread waits, and the memory of a large site."""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from kernels_measure import Case, case
from pvwarranty_kernels.change import _pelt, _sums


def scaling(of: Case, times: int = 24, rounds: int = 12) -> dict[str, float]:
    """Return how much faster two threads are than one (wall clock, best of rounds in turns).

    `limit` is the same for a loop that needs no lock at all: what the machine had to give.
    """
    sums, tall = _sums(np.random.default_rng(0).standard_normal(3000), np.ones(3000)), 1e9
    works: dict[str, Callable[[], object]] = {
        "sites": lambda: of.days(4), "limit": lambda: _pelt(sums, tall, 1),
    }  # fmt: skip
    best = {(name, threads): np.inf for name in works for threads in (1, 2)}
    for _ in range(rounds):
        for name, threads in best:
            took = _wall(works[name], threads, times)
            best[name, threads] = min(best[name, threads], took)
    gain = {name: float(best[name, 1] / best[name, 2]) for name in works}
    return gain | {"load": os.getloadavg()[0]}


def _wall(work: Callable[[], object], threads: int, times: int) -> float:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: work(), range(threads)))
        start = time.perf_counter()
        list(pool.map(lambda _: work(), range(times)))
        return time.perf_counter() - start


def stall(of: Case) -> float:
    """Return the longest time [s] that the main thread could not run while a site was worked on."""
    done = threading.Event()

    def work() -> None:
        for _ in range(20):
            of.days(4)
        done.set()

    worker = threading.Thread(target=work)
    worker.start()
    longest, last = 0.0, time.perf_counter()
    while not done.is_set():
        time.sleep(0)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    worker.join()
    return longest


def memory() -> dict[str, float]:
    """Return the peak memory [MB] above the data of ten years at 5 min with 20 channels."""
    small = case(300, 1, 1)
    small.days()
    of = case(300, 10, 20)
    of.setup(4)
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # memory that was freed goes back, or it would hide the need
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = _status("VmHWM")
    start = time.process_time()
    of.days(20, 4)
    took = time.process_time() - start
    held = sum(v.nbytes for v in [*of.power, *of.flags, of.day, of.plant.time]) / 2**20
    return {"peak": _status("VmHWM") - before, "data": held, "cpu": took}


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


if __name__ == "__main__":
    print(json.dumps(memory() if sys.argv[1:] == ["memory"] else {}))
