"""Year-on-year changes, beside pandas, beside drawing, and beside RdTools where it is installed."""

import warnings

import numpy as np
import pandas as pd
import pytest

from pvwarranty_kernels.trend import (
    block_starts,
    median_interval,
    resampled_changes,
    resampled_medians,
    year_on_year,
    year_pairs,
)


@pytest.fixture
def daily(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    day = np.arange(np.datetime64("2012-02-20"), np.datetime64("2018-01-01")).astype(np.int64)
    years = (day - day[0]) / 365.0
    value = 1.0 - 0.007 * years + 0.02 * np.sin(2 * np.pi * years)
    return day, value + 0.02 * rng.standard_normal(day.size)


def test_pairs_are_those_of_pandas(daily: tuple[np.ndarray, np.ndarray],
                                   rng: np.random.Generator) -> None:  # fmt: skip
    day, value = daily
    keep = np.sort(rng.choice(day.size, day.size // 3, replace=False))
    day, value = day[keep], value[keep]
    value[::17] = np.nan
    left = pd.DataFrame(
        {"at": pd.to_datetime(day, unit="D"), "value": value, "row": range(len(day))}
    )
    right = left.assign(later=left["at"] + pd.DateOffset(years=1)).sort_values("later")
    merged = pd.merge_asof(left, right, left_on="at", right_on="later", suffixes=("", "_left"),
                           tolerance=pd.Timedelta("8D"))  # fmt: skip
    merged = merged.dropna(subset=["value", "value_left"])
    got = year_pairs(day, value)
    np.testing.assert_array_equal(got.right, merged["row"])
    np.testing.assert_array_equal(got.left, merged["row_left"].astype(int))
    years = (merged["at"] - merged["at_left"]) / pd.Timedelta("365D")
    expected = (merged["value"] - merged["value_left"]) / years
    np.testing.assert_allclose(year_on_year(value, got), expected, rtol=1e-12)


def test_29_february_meets_28_february() -> None:
    day = np.array(["2016-02-28", "2016-02-29", "2017-02-28"], "datetime64[D]").astype(np.int64)
    pairs = year_pairs(day, np.ones(3))
    assert (pairs.right.tolist(), pairs.left.tolist()) == ([2], [1])


def test_several_years_apart(daily: tuple[np.ndarray, np.ndarray]) -> None:
    day, value = daily
    pairs = year_pairs(day, value, years=3)
    assert np.abs(pairs.years - 3.0).max() < 0.03
    assert np.median(year_on_year(value, pairs)) == pytest.approx(-0.007, abs=0.001)


def test_interval_in_closed_form_is_what_drawing_gives(rng: np.random.Generator) -> None:
    for n in (60, 301, 1500):
        values = rng.standard_normal(n)
        drawn = np.median(rng.choice(values, (n, 8000)), axis=0)
        expected = np.percentile(drawn, [15.9, 84.1])
        near = 0.35 / np.sqrt(n)
        assert median_interval(values, 0.682) == pytest.approx(tuple(expected), abs=near)


def test_resampled_medians_are_numpys(rng: np.random.Generator) -> None:
    values = rng.standard_normal(501)
    values[::40] = np.nan
    starts = block_starts(rng, 501, 30, 25)
    got = resampled_medians(values, starts, 30)
    for r in range(25):
        index = (starts[r][:, None] + np.arange(30)).ravel()[:501] % 501
        assert got[r] == pytest.approx(np.nanmedian(values[index]), rel=1e-12)


def test_resampled_changes_are_those_step_by_step(daily: tuple[np.ndarray, np.ndarray],
                                                  rng: np.random.Generator) -> None:  # fmt: skip
    day, value = daily
    pairs = year_pairs(day, value)
    trend = 1.0 - 0.007 * (day - day[0]) / 365.0
    starts = block_starts(rng, day.size, 45, 10)
    got = resampled_changes(value, trend, pairs, starts, 45)
    for r in range(10):
        index = (starts[r][:, None] + np.arange(45)).ravel()[: day.size] % day.size
        again = (value / trend)[index] * trend
        assert got[r] == pytest.approx(np.median(year_on_year(again, pairs)), rel=1e-12)


def test_memory_of_the_series_widens_the_interval(rng: np.random.Generator) -> None:
    n, rho = 3000, 0.9
    noise = rng.standard_normal(n)
    slow = np.empty(n)
    slow[0] = noise[0]
    for i in range(1, n):
        slow[i] = rho * slow[i - 1] + np.sqrt(1 - rho**2) * noise[i]
    low, high = median_interval(slow, 0.95)
    blocks = resampled_medians(slow, block_starts(rng, n, 60, 400), 60)
    assert np.ptp(np.percentile(blocks, [2.5, 97.5])) > 2.0 * (high - low)


def test_refusals(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="increase"):
        year_pairs(np.array([5, 5]), np.ones(2))
    with pytest.raises(ValueError, match="shape"):
        year_pairs(np.array([5, 6]), np.ones(3))
    with pytest.raises(ValueError, match="needs values"):
        median_interval(np.array([np.nan]), 0.95)
    with pytest.raises(ValueError, match="does not fit"):
        block_starts(rng, 10, 11, 5)


def test_beside_rdtools(daily: tuple[np.ndarray, np.ndarray], rng: np.random.Generator) -> None:
    degradation = pytest.importorskip(
        "rdtools.degradation", reason="RdTools is in the environment made by `make dev` only"
    )
    day, value = daily
    series = pd.Series(value, pd.to_datetime(day, unit="D"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rate, interval, _ = degradation.degradation_year_on_year(series, recenter=False)
    changes = year_on_year(value, year_pairs(day, value))
    assert 100.0 * np.median(changes) == pytest.approx(rate, rel=1e-12)
    ours = 100.0 * np.array(median_interval(changes, 0.682))
    assert ours == pytest.approx(interval, abs=0.1 * np.ptp(interval))
