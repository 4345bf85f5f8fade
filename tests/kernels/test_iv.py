"""Robust least squares: against NumPy, and against wild values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty_kernels.iv import robust_fit


@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(7, 60))
def test_exact_values_are_found(seed: int, k: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    design, truth = rng.normal(size=(n, k)), rng.normal(size=k)
    found, weight = robust_fit(design, design @ truth)
    np.testing.assert_allclose(found, truth, atol=1e-6)
    assert weight.shape == (n,)
    assert np.all((weight >= 0) & (weight <= 1))


def test_few_points_are_plain_least_squares(rng: np.random.Generator) -> None:
    design, y = rng.normal(size=(4, 3)), rng.normal(size=4)
    found, weight = robust_fit(design, y)
    np.testing.assert_allclose(found, np.linalg.lstsq(design, y, rcond=None)[0])
    np.testing.assert_array_equal(weight, 1.0)


def test_polynomial_on_a_narrow_window_is_as_numpy_has_it(rng: np.random.Generator) -> None:
    x = np.linspace(-0.15, 0.1, 40)
    design = np.vander(x, 5, increasing=True)
    y = design @ [1.0, 0.1, -8.0, 3.0, 20.0]
    found, _ = robust_fit(design, y)
    np.testing.assert_allclose(found, [1.0, 0.1, -8.0, 3.0, 20.0], rtol=1e-6)


def test_wild_values_do_not_count(rng: np.random.Generator) -> None:
    x = np.linspace(0, 1, 60)
    design = np.stack([np.ones_like(x), x], axis=1)
    y = 2.0 + 3.0 * x + rng.normal(0, 0.01, 60)
    y[::7] += 50.0
    found, weight = robust_fit(design, y)
    np.testing.assert_allclose(found, [2.0, 3.0], atol=0.03)
    np.testing.assert_array_equal(weight[::7], 0.0)


def test_a_column_that_adds_nothing_gets_nothing() -> None:
    x = np.linspace(0, 1, 20)
    design = np.stack([np.ones_like(x), x, 2 * x], axis=1)
    found, _ = robust_fit(design, 1.0 + x)
    np.testing.assert_allclose(design @ found, 1.0 + x, atol=1e-9)
    assert np.all(np.isfinite(found))


@pytest.mark.parametrize(("design", "y"), [((3, 2), 4), ((0, 2), 0)])
def test_shapes_are_checked(design: tuple[int, int], y: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        robust_fit(np.ones(design), np.ones(y))
