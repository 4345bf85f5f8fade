"""Weighted quantiles beside numpy and beside sorting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pvwarranty_kernels.quantile import weighted_median, weighted_quantile

SHARES = np.array([0.0, 0.025, 0.25, 0.5, 0.75, 0.975, 1.0])
values = arrays(
    np.float64,
    st.integers(1, 150),
    elements=st.floats(-1e6, 1e6, allow_subnormal=False)
    | st.integers(-3, 3).map(float)
    | st.just(np.nan),
)


@settings(max_examples=50)
@given(values)
def test_equal_weights_are_numpys(v: np.ndarray) -> None:
    known = v[np.isfinite(v)]
    got = weighted_quantile(v, np.full(v.size, 0.25), SHARES)
    if known.size == 0:
        assert np.isnan(got).all()
    else:
        expected = np.quantile(known, SHARES, method="averaged_inverted_cdf")
        np.testing.assert_allclose(got, expected, rtol=1e-12)


@settings(max_examples=50)
@given(values, st.integers(0, 2**32 - 1))
def test_whole_weights_are_repetitions(v: np.ndarray, seed: int) -> None:
    w = np.random.default_rng(seed).integers(0, 4, v.size)
    known = np.repeat(v, w)[np.isfinite(np.repeat(v, w))]
    got = weighted_quantile(v, w, SHARES)
    if known.size == 0:
        assert np.isnan(got).all()
    else:
        expected = np.quantile(known, SHARES, method="averaged_inverted_cdf")
        np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize("spread", [1e-300, 1.0, 1e300])
def test_any_magnitude(spread: float, rng: np.random.Generator) -> None:
    v = spread * rng.standard_normal(1001)
    w = rng.uniform(0.1, 1.0, 1001)
    order = np.argsort(v)
    run = np.cumsum(w[order])
    expected = v[order][np.searchsorted(run, 0.5 * run[-1])]
    assert weighted_median(v, w) == expected


def test_infinite_values_are_left_out() -> None:
    assert weighted_median(np.array([np.inf, 1.0, -np.inf]), np.ones(3)) == 1.0


def test_shapes() -> None:
    with pytest.raises(ValueError, match="must be"):
        weighted_quantile(np.ones(3), np.ones(2), SHARES)
