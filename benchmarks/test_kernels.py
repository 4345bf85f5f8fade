"""The kernels beside pvlib, RdTools, scipy and ruptures, on the same data in the same run.

    make dev && .venv-dev/bin/python -m pytest benchmarks/test_kernels.py --benchmark-only \\
        --benchmark-columns=median,rounds

CPU time of one core. `run_kernels.py` measures more and writes the table `kernels.md`.
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

sys.path.insert(0, str(Path(__file__).parent))

from kernels_measure import Case, case, daily, pvlib_days, rdtools_days
from kernels_pvlib import pvlib_chain
from pvwarranty_kernels import change, slopes, trend
from pvwarranty_kernels.daily import channel_days, days_of
from pvwarranty_kernels.plane import PEREZ

CPU = {"timer": time.process_time}
NEEDS_DEV = "is in the environment made by `make dev` only"


@pytest.fixture(scope="module", params=[300, 1800], ids=["5min", "30min"])
def of(request: pytest.FixtureRequest) -> Case:
    return case(request.param, 1, 4)


def check(ratio: np.ndarray | pd.Series, within: float = 0.005) -> None:
    assert np.nanmedian(np.asarray(ratio)) == pytest.approx(0.95, abs=within)


@pytest.mark.benchmark(group="chain, one channel", **CPU)
class TestChain:
    def test_ours(self, benchmark: BenchmarkFixture, of: Case) -> None:
        check(benchmark(of.ratio))

    def test_ours_perez(self, benchmark: BenchmarkFixture, of: Case) -> None:
        # the plant was made by Hay and Davies' sky
        check(benchmark(of.ratio, transposition=PEREZ), within=0.03)

    def test_ours_to_daily_medians(self, benchmark: BenchmarkFixture, of: Case) -> None:
        check(benchmark(of.days)[0].median)

    def test_ours_four_channels(self, benchmark: BenchmarkFixture, of: Case) -> None:
        check(benchmark(of.days, 4)[3].median)

    def test_ours_four_suns_an_interval(self, benchmark: BenchmarkFixture, of: Case) -> None:
        assert np.isfinite(benchmark(of.days, substeps=4)[0].median).any()

    def test_pvlib(self, benchmark: BenchmarkFixture, of: Case) -> None:
        power = pd.Series(of.power[0], index=of.plant.middle)
        got = benchmark.pedantic(pvlib_chain, (of.plant, power), rounds=3, warmup_rounds=1)
        check(got["ratio"])

    def test_pvlib_to_daily_medians(self, benchmark: BenchmarkFixture, of: Case) -> None:
        check(benchmark.pedantic(pvlib_days, (of,), rounds=3, warmup_rounds=1))


@pytest.mark.benchmark(group="normalisation, expectation given", **CPU)
class TestNormalisation:
    def test_ours(self, benchmark: BenchmarkFixture, of: Case) -> None:
        response, days = of.expect().response[0], days_of(of.day)
        got = benchmark(channel_days, days, of.power[0], 250.0, response, of.flags[0], 1)
        check(got.median)

    def test_rdtools(self, benchmark: BenchmarkFixture, of: Case) -> None:
        pytest.importorskip("rdtools", reason="RdTools " + NEEDS_DEV)
        got = pvlib_chain(of.plant)
        check(benchmark.pedantic(rdtools_days, (of, got), rounds=5, warmup_rounds=1))


@pytest.fixture(scope="module")
def ten() -> tuple[np.ndarray, np.ndarray]:
    return daily()


@pytest.mark.benchmark(group="ten years of days, year on year with an interval", **CPU)
class TestYearOnYear:
    def test_ours_closed_form(self, benchmark: BenchmarkFixture, ten: tuple) -> None:  # type: ignore[type-arg]
        def run() -> tuple[float, float]:
            pairs = trend.year_pairs(*ten)
            return trend.median_interval(trend.year_on_year(ten[1], pairs), 0.682)

        low, high = benchmark(run)
        assert -0.009 < low < high < -0.005

    def test_ours_blocks(self, benchmark: BenchmarkFixture, ten: tuple) -> None:  # type: ignore[type-arg]
        day, value = ten
        line = 1.0 - 0.007 * np.arange(day.size) / 365.0
        starts = trend.block_starts(np.random.default_rng(0), day.size, 30, 1000)
        pairs = trend.year_pairs(day, value)
        got = benchmark(trend.resampled_changes, value, line, pairs, starts, 30)
        assert np.median(got) == pytest.approx(-0.007, abs=0.002)

    @pytest.mark.parametrize("method", ["simple", "circular_block"])
    def test_rdtools(self, benchmark: BenchmarkFixture, ten: tuple, method: str) -> None:  # type: ignore[type-arg]
        degradation = pytest.importorskip("rdtools.degradation", reason="RdTools " + NEEDS_DEV)
        series = pd.Series(ten[1], pd.to_datetime(ten[0], unit="D"))

        def run() -> float:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                got = degradation.degradation_year_on_year(
                    series, recenter=False, uncertainty_method=method, block_length=30
                )
            return float(got[0])

        assert benchmark.pedantic(run, rounds=1) == pytest.approx(-0.7, abs=0.2)


@pytest.mark.benchmark(group="ten years of days, Theil-Sen", **CPU)
class TestTheilSen:
    def test_ours(self, benchmark: BenchmarkFixture, ten: tuple) -> None:  # type: ignore[type-arg]
        assert benchmark(slopes.pair_slope, *ten) < 0.0

    def test_scipy(self, benchmark: BenchmarkFixture, ten: tuple) -> None:  # type: ignore[type-arg]
        from scipy.stats import theilslopes

        assert benchmark.pedantic(theilslopes, (ten[1], ten[0]), rounds=3).slope < 0.0


@pytest.mark.benchmark(group="ten years of days, change points", **CPU)
class TestChange:
    @pytest.fixture
    def stepped(self) -> np.ndarray:
        noise = np.random.default_rng(0).standard_normal(3652)
        return np.repeat([1.0, 0.95, 1.02, 0.9], 913) + 0.02 * noise

    @pytest.mark.parametrize("find", [change.changes, change.split_changes])
    def test_ours(self, benchmark: BenchmarkFixture, stepped: np.ndarray, find) -> None:  # type: ignore[no-untyped-def]
        penalty = 3.0 * change.penalty_of(3652, 0.02)
        assert len(benchmark(find, stepped, penalty, least=2).start) == 4

    def test_ours_bounded_loss(self, benchmark: BenchmarkFixture, stepped: np.ndarray) -> None:
        assert len(benchmark(change.robust_changes, stepped, 6.0, 0.06).start) == 4

    def test_ruptures(self, benchmark: BenchmarkFixture, stepped: np.ndarray) -> None:
        ruptures = pytest.importorskip("ruptures", reason="ruptures " + NEEDS_DEV)
        penalty = 3.0 * change.penalty_of(3652, 0.02)

        def run() -> list[int]:
            model = ruptures.KernelCPD(kernel="linear", min_size=2)
            return model.fit(stepped).predict(pen=penalty)  # type: ignore[no-any-return]

        assert len(benchmark(run)) == 4
