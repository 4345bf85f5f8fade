"""The largest jump of a series: the same as written out with numpy's medians, to the last bit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty_kernels.jumps import largest_jump


def written_out(values: np.ndarray, noise: float, window: int, lasts: int) -> tuple:
    best = (0, 0.0, 0.0)
    for i in range(2, len(values) - 2):
        before, after = values[max(0, i - window) : i], values[i : i + window]
        size = float(np.median(after) - np.median(before))
        if size > 0 and min(i, len(values) - i) < lasts:
            continue
        around = np.concatenate([before - np.median(before), after - np.median(after)])
        spread = max(noise, 1.4826 * float(np.median(np.abs(around))))
        t = abs(size) / (1.25 * spread * np.sqrt(1 / len(before) + 1 / len(after)))
        if t > best[2]:
            best = (i, size, float(t))
    return best


@given(st.integers(0, 2**32 - 1), st.integers(4, 120), st.sampled_from([0.0, -0.1, 0.2]))
def test_as_written_out(seed: int, n: int, step: float) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(1.0, 0.02, n).round(int(rng.integers(2, 17)))
    values[n // 2 :] += step
    assert largest_jump(values, 0.004, 8, 26) == written_out(values, 0.004, 8, 26)


def test_a_step_is_found_where_it_is() -> None:
    values = np.where(np.arange(60) < 40, 1.0, 0.67) + np.tile([0.001, -0.001], 30)
    at, size, t = largest_jump(values, 0.002, 8, 26)
    assert at == 40
    assert abs(size + 0.33) < 0.003
    assert t > 50
