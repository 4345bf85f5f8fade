"""Changes on a grid, against the mean of a step function taken second by second."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.ingest.convert.events import _grid, _mean, _read_at

STEP = 60
START = 1_711_897_200


def by_the_second(
    time: np.ndarray, values: np.ndarray, grid: np.ndarray, hold: int | None
) -> np.ndarray:
    end = time[-1] + (hold or 0)
    means = []
    for start in grid:
        read = []
        for second in range(start, start + STEP):
            at = np.searchsorted(time, second, side="right") - 1
            fresh = at >= 0 and second < end and (hold is None or second < time[at] + hold)
            read.append(values[at] if fresh else np.nan)
        means.append(np.mean(read))
    return np.array(means)


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.one_of(st.just(np.nan), st.floats(0, 4000))),
        min_size=1, max_size=25, unique_by=lambda event: event[0],
    ),
    st.sampled_from([None, 30, 90]),
)  # fmt: skip
def test_mean_of_changes(events: list[tuple[int, float]], hold: int | None) -> None:
    events.sort()
    time = np.array([START + t for t, _ in events], dtype=np.int64)
    values = np.array([v for _, v in events])
    grid = _grid(time, STEP)
    wanted = by_the_second(time, values, grid, hold)
    np.testing.assert_allclose(_mean(time, values, grid, STEP, hold), wanted, atol=1e-6)


def test_counter_is_read_at_the_ends_of_intervals() -> None:
    time = np.array([START, START + 50, START + 130], dtype=np.int64)
    grid = _grid(time, STEP)
    read = _read_at(time, np.array([1.0, 2.0, 5.0]), grid + STEP)
    np.testing.assert_array_equal(read, [2.0, 2.0, np.nan])
