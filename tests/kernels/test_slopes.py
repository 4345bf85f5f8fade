"""Theil-Sen slopes beside all pairs and beside scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import theilslopes

from pvwarranty_kernels.quantile import weighted_quantile
from pvwarranty_kernels.slopes import pair_slope


def all_pairs(x: np.ndarray, y: np.ndarray, w: np.ndarray, share: float) -> float:
    i, j = np.triu_indices(x.size, 1)
    slopes = (y[j] - y[i]) / (x[j] - x[i])
    return float(weighted_quantile(slopes, w[i] * w[j], np.array([share]))[0])


@given(st.integers(2, 90), st.integers(0, 2**32 - 1), st.booleans(),
       st.sampled_from([0.05, 0.5, 0.9]))  # fmt: skip
def test_beside_all_pairs(n: int, seed: int, tied: bool, share: float) -> None:
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.integers(1, 4, n)).astype(float)
    y = rng.standard_normal(n)
    w = rng.uniform(0.1, 1.0, n)
    if tied:
        y, w = y.round(), np.ones(n)
    got, expected = pair_slope(x, y, w, share), all_pairs(x, y, w, share)
    assert got == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_beside_scipy_with_its_interval(rng: np.random.Generator) -> None:
    n = 700
    x = np.arange(n) / 365.0
    y = 1.0 - 0.008 * x + 0.02 * rng.standard_t(2, n)
    expected = theilslopes(y, x, 0.95)
    assert pair_slope(x, y) == pytest.approx(expected.slope, rel=1e-12)
    pairs = n * (n - 1) / 2
    half = 1.959963985 * np.sqrt(n * (n - 1) * (2 * n + 5) / 18.0) / 2.0
    low = pair_slope(x, y, share=(pairs / 2 - half) / pairs)
    high = pair_slope(x, y, share=(pairs / 2 + half) / pairs)
    assert low == pytest.approx(expected.low_slope, rel=1e-3)
    assert high == pytest.approx(expected.high_slope, rel=1e-3)


def test_outliers_and_absent_points(rng: np.random.Generator) -> None:
    x = np.arange(2000.0)
    y = 5.0 - 0.25 * x
    y[rng.choice(2000, 500, replace=False)] += rng.uniform(50, 1e5, 500)
    y[::90] = np.nan
    assert pair_slope(x, y) == pytest.approx(-0.25, abs=0.02)
    w = np.where(np.abs(np.nan_to_num(y) - (5.0 - 0.25 * x)) < 1.0, 1.0, 0.0)
    assert pair_slope(x, y, w) == pytest.approx(-0.25, abs=1e-12)


def test_exact_line_and_too_few() -> None:
    x = np.arange(10.0)
    assert pair_slope(x, 3.0 * x) == pytest.approx(3.0, rel=1e-12)
    assert pair_slope(x, 0.0 * x) == pytest.approx(0.0, abs=1e-12)
    assert np.isnan(pair_slope(x[:1], x[:1]))


def test_refusals() -> None:
    x = np.arange(5.0)
    with pytest.raises(ValueError, match="increase"):
        pair_slope(x[::-1], x)
    with pytest.raises(ValueError, match="shape"):
        pair_slope(x, x[:-1])
    with pytest.raises(ValueError, match="share"):
        pair_slope(x, x, share=1.0)
