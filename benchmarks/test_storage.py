"""A ten-year battery of half-hour rows: the whole test with its intervals, beside a naive peer.

    OMP_NUM_THREADS=1 pytest benchmarks/test_storage.py --benchmark-only \\
        --benchmark-columns=min,median,rounds

CPU time of one core. The battery is made by the simulator of the tests. The peer (`battery_peers`)
gives a single number without interval, cause or check of the input.
"""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from pvwarranty.model import Battery, Measurements
from pvwarranty.storage import CapacityResult, estimate_capacity

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

import battery_home as homes  # noqa: E402
from battery_peers import naive_ratio  # noqa: E402

TEN = homes.Home(years=10.0, soh=0.62)
FINE = homes.Home(years=10.0, soh=0.62, interval=300)
COMPLETION: date = homes.START.astype("datetime64[D]").item()


@pytest.fixture(scope="module")
def ten() -> tuple[Measurements, Battery]:
    return homes.make(TEN)


def judge(measured: Measurements, battery: Battery) -> CapacityResult:
    rng = np.random.default_rng(0)
    return estimate_capacity(measured, battery, TEN.on, rng, completion=COMPLETION)


@pytest.mark.benchmark(group="ten years", timer=time.process_time)
def test_battery_ten_years(benchmark: BenchmarkFixture, ten: tuple[Measurements, Battery]) -> None:
    result = benchmark(judge, *ten)
    assert result.estimate is not None
    assert abs(result.estimate.value - TEN.truth) < 0.01
    assert len(result.history) > 35


@pytest.mark.benchmark(group="ten years", timer=time.process_time)
def test_naive_peer_ten_years(
    benchmark: BenchmarkFixture, ten: tuple[Measurements, Battery]
) -> None:
    assert 0.0 < benchmark(naive_ratio, ten[0]) < 2.0


@pytest.mark.benchmark(group="ten years of five minutes", timer=time.process_time)
def test_battery_five_minutes(benchmark: BenchmarkFixture) -> None:
    result = benchmark.pedantic(judge, homes.make(FINE), rounds=5, warmup_rounds=1)
    assert result.estimate is not None
    assert abs(result.estimate.value - FINE.truth) < 0.01


SITES = """
import resource, sys
sys.path.insert(0, sys.argv[1])
import battery_home as homes, numpy as np
from pvwarranty.storage import estimate_capacity
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
measured, battery = homes.make(homes.Home(years=10.0, soh=0.62))
on = homes.Home(years=10.0).on
for k in range(40):
    estimate_capacity(measured, battery, on, np.random.default_rng(k))
    if k == 3:
        before = peak()
print(peak() - before)
"""


@pytest.mark.benchmark(group="memory")
def test_memory_is_flat_over_sites(benchmark: BenchmarkFixture) -> None:
    """Growth of the peak [MB] from the 4th to the 40th site in a process of its own."""
    command = [sys.executable, "-c", SITES, str(ROOT / "tests")]

    def run() -> float:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return int(done.stdout) / 1024.0

    grown = benchmark.pedantic(run, rounds=1)
    benchmark.extra_info["growth MB"] = round(grown, 1)
    assert grown < 20.0
