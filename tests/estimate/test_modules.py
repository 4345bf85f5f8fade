"""Bounds on modules below: against brute force over what modules may give."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.estimate.modules import CEILING, modules_below


@pytest.mark.parametrize(
    ("low", "high", "modules", "threshold", "expected"),
    [
        (0.64, 0.70, 1, 0.81, (1, 1)),
        (0.80, 0.86, 1, 0.81, (0, 1)),
        (0.90, 0.95, 1, 0.81, (0, 0)),
        (0.50, 0.55, 2, 0.81, (1, 2)),
        (1.00, 1.02, 10, 0.81, (0, 1)),
        (0.60, 0.64, 7, 0.81, (2, 7)),
    ],
)
def test_known_cases(low, high, modules, threshold, expected) -> None:  # type: ignore[no-untyped-def]
    found = modules_below(low, high, modules, threshold, series=False)
    assert (found.at_least, found.at_most) == expected


@given(
    st.lists(st.floats(0.0, CEILING), min_size=1, max_size=12),
    st.floats(0.6, 0.85),
    st.floats(0, 0.05),
)
def test_the_truth_lies_within_the_bounds(
    modules: list[float], threshold: float, doubt: float
) -> None:
    level = math.fsum(modules) / len(modules)
    found = modules_below(level - doubt, level + doubt, len(modules), threshold, series=False)
    below = sum(m < threshold for m in modules)
    assert found.at_least <= below <= found.at_most


def test_a_series_string_proves_less() -> None:
    loose = modules_below(0.70, 0.705, 7, 0.81, series=True)
    exact = modules_below(0.70, 0.705, 7, 0.81, series=False)
    assert loose.at_least <= exact.at_least
