"""The largest abrupt change of a short series, by medians before and after."""

from __future__ import annotations

import numpy as np

from pvwarranty_kernels.arrays import Floats
from pvwarranty_kernels.jit import exact, plain


@plain
def _median(values: Floats, n: int) -> float:
    """Return the median of the first `n` values, which are sorted in place."""
    for i in range(1, n):
        value = values[i]
        k = i
        while k > 0 and values[k - 1] > value:
            values[k] = values[k - 1]
            k -= 1
        values[k] = value
    half = n // 2
    return float(values[half] if n % 2 else (values[half - 1] + values[half]) / 2.0)


@exact
def largest_jump(values: Floats, noise: float, window: int, lasts: int) -> tuple[int, float, float]:
    """Return where a series jumps most in units of its scatter.

    Parameters
    ----------
    values : (n,) float64, without NaN.
    noise : float64, least scatter of a single value.
    window : int64, values compared before and after, fewer at the ends but at least two.
    lasts : int64, a rise counts only with so many values on either side.

    Returns
    -------
    Index of the first value after the jump, its size, and its t value; zeros where there is none.
    """
    n = values.shape[0]
    best_at, best_size, best_t = 0, 0.0, 0.0
    before, after, around = np.empty(window), np.empty(window), np.empty(2 * window)
    for i in range(2, n - 2):
        nb, na = min(window, i), min(window, n - i)
        for k in range(nb):
            before[k] = values[i - nb + k]
        for k in range(na):
            after[k] = values[i + k]
        mid_before, mid_after = _median(before, nb), _median(after, na)
        size = mid_after - mid_before
        if size > 0.0 and min(i, n - i) < lasts:
            continue
        for k in range(nb):
            around[k] = abs(before[k] - mid_before)
        for k in range(na):
            around[nb + k] = abs(after[k] - mid_after)
        spread = 1.4826 * _median(around, nb + na)
        spread = spread if spread > noise else noise
        t = abs(size) / (1.25 * spread * np.sqrt(1.0 / nb + 1.0 / na))
        if t > best_t:
            best_at, best_size, best_t = i, size, t
    return best_at, best_size, best_t
