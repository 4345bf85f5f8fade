"""Group levels and smooth stretches, beside plain numpy."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pvwarranty_kernels.cells import group_medians, group_order, smooth_mask, upper_levels
from pvwarranty_kernels.runs import equal_runs


def plain_level(values: np.ndarray, quantile: float, below: float, above: float) -> float:
    ordered = np.sort(values)
    top = ordered[int(quantile * (len(ordered) - 1))]
    inside = ordered[(ordered >= top * (1 - below)) & (ordered <= top * (1 + above))]
    return float(np.median(inside))


@given(arrays(np.float64, st.integers(6, 3000), elements=st.floats(0.01, 2.0)), st.integers(1, 7))
def test_levels_agree_with_numpy(values: np.ndarray, groups: int) -> None:
    group = np.arange(values.size) % groups
    use = values > 0.02
    order, bounds = group_order(group, use, groups)
    level, count = upper_levels(values, order, bounds, 0.8, 0.1, 0.07, 6)
    for g in range(groups):
        kept = values[(group == g) & use]
        if len(kept) < 6:
            assert np.isnan(level[g])
        else:
            assert level[g] == plain_level(kept, 0.8, 0.1, 0.07)
            assert count[g] > 0


@given(arrays(np.float64, st.integers(1, 200), elements=st.floats(-1.0, 1.0)), st.integers(1, 9))
def test_group_medians_agree_with_numpy(values: np.ndarray, groups: int) -> None:
    group = (np.arange(values.size) ** 2) % groups
    use = values > -0.5
    found = group_medians(values, *group_order(group, use, groups), 3)
    for g in range(groups):
        kept = values[(group == g) & use]
        assert np.isnan(found[g]) if len(kept) < 3 else found[g] == np.median(kept)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=200))
def test_group_order_is_a_stable_sort(groups: list[int]) -> None:
    group = np.array(groups)
    use = np.ones(len(groups), dtype=bool)
    order, bounds = group_order(group, use, 5)
    np.testing.assert_array_equal(order, np.argsort(group, kind="stable"))
    np.testing.assert_array_equal(np.diff(bounds), np.bincount(group, minlength=5))


def test_smooth_needs_both_neighbours_at_the_interval() -> None:
    time = np.arange(8) * 1800
    time[5:] += 1800
    ratio = np.array([1.0, 1.01, 1.0, 1.0, 1.0, 1.0, np.nan, 1.0])
    expected = [False, True, True, True, False, False, False, False]
    np.testing.assert_array_equal(smooth_mask(time, ratio, 1800, 0.05, 0.1), expected)


def test_smooth_refuses_jumps_and_keeps_zero() -> None:
    time = np.arange(6) * 1800
    jump = np.array([1.0, 1.0, 0.6, 1.0, 1.0, 1.0])
    assert smooth_mask(time, jump, 1800, 0.05, 0.1).tolist() == [False] * 4 + [True, False]
    assert smooth_mask(time, np.zeros(6), 1800, 0.05, 0.1)[1:-1].all()


def test_equal_runs_count_only_where_the_reference_moves() -> None:
    values = np.array([1.0, 2.0, 2.0, 2.0, np.nan, np.nan, 3.0, 3.0])
    moving, still = np.linspace(0, 1, 8), np.zeros(8)
    assert equal_runs(values, moving, 0.02).tolist() == [1, 3, 3, 3, 1, 1, 2, 2]
    assert equal_runs(values, still, 0.02).tolist() == [1] * 8
