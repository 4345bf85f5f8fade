"""Mixtures and their fusion."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.estimate.fuse import interval, mean, p_below, quantile
from pvwarranty.model import Part

rows = st.tuples(st.floats(0.01, 1), st.floats(0.3, 1.1), st.floats(0.005, 0.1))
parts = st.lists(rows, min_size=1, max_size=4).map(
    lambda rows: tuple(Part(w / sum(r[0] for r in rows), m, u) for w, m, u in rows)
)


def test_one_normal_part() -> None:
    one = (Part(1.0, 0.9, 0.02),)
    assert interval(one, 0.95) == pytest.approx((0.9 - 1.96 * 0.02, 0.9 + 1.96 * 0.02), abs=1e-5)
    assert p_below(one, 0.9) == pytest.approx(0.5)
    assert mean(one) == 0.9


@given(parts, st.floats(0.01, 0.99))
def test_quantile_is_the_inverse_of_p_below(mixture: tuple[Part, ...], share: float) -> None:
    assert p_below(mixture, quantile(mixture, share)) == pytest.approx(share, abs=1e-6)


@given(parts, st.floats(0.2, 1.2), st.floats(0.0, 0.2))
def test_p_below_grows_with_the_threshold(
    mixture: tuple[Part, ...], low: float, more: float
) -> None:
    assert 0 <= p_below(mixture, low) <= p_below(mixture, low + more) + 1e-12 <= 1 + 1e-12
    assert math.isfinite(mean(mixture))
