"""Theil-Sen slopes in O(n log n): counted by sorting, then selected among the few that are left.

The weight of pairs whose slope is at most s is the weight of inversions of y - s x. A bracket of
the wanted slope is narrowed by such counts until few pairs lie in it; these come out one by one
when the order at its lower end is sorted into that at its upper end.
"""

from __future__ import annotations

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints, floats
from pvwarranty_kernels.jit import exact, plain_stage
from pvwarranty_kernels.quantile import BINS, select

NARROW = 60  # counts at most to narrow the bracket


@plain_stage
def _inversions(key: Floats, weight: Floats, order: Ints, work: Floats, spare: Ints) -> float:
    """Sort `key` with `weight` and `order` in place; return the weight of pairs not in order.

    Equal keys count as not in order. Merges from the bottom up; work (2, n), spare (n,).
    """
    n = key.size
    a, b, c = work[0], work[1], spare
    total = 0.0
    width = 1
    while width < n:
        for start in range(0, n, 2 * width):
            middle, stop = min(start + width, n), min(start + 2 * width, n)
            if middle == stop:
                continue
            ahead = 0.0
            for i in range(start, middle):
                ahead += weight[i]
            i, j = start, middle
            for k in range(start, stop):
                if j >= stop or (i < middle and key[i] < key[j]):
                    a[k], b[k], c[k] = key[i], weight[i], order[i]
                    ahead -= weight[i]
                    i += 1
                else:
                    a[k], b[k], c[k] = key[j], weight[j], order[j]
                    total += ahead * weight[j]
                    j += 1
            for k in range(start, stop):
                key[k], weight[k], order[k] = a[k], b[k], c[k]
        width *= 2
    return total


@plain_stage
def _below(slope: float, x: Floats, y: Floats, w: Floats, key: Floats, weight: Floats,
           order: Ints, work: Floats, spare: Ints) -> float:  # fmt: skip
    """Return the weight of the pairs whose slope is at most `slope`; `order` sorts y - slope x."""
    for i in range(x.size):
        key[i], weight[i], order[i] = y[i] - slope * x[i], w[i], i
    return float(_inversions(key, weight, order, work, spare))


@plain_stage
def _between(high: float, x: Floats, y: Floats, w: Floats, order: Ints, most: int,
             out: Floats) -> int:  # fmt: skip
    """Write slope and weight of the pairs that change places between the order's slope and `high`.

    `order` sorts y - low x. Returns their number, or -1 where there are more than `most`.
    """
    m = 0
    for k in range(1, order.size):
        j = order[k]
        r = y[j] - high * x[j]
        at = k
        while at > 0:
            i = order[at - 1]
            # of two that change places the earlier one lay below at the lower slope
            if not (i < j and y[i] - high * x[i] >= r):
                break
            if m >= most:
                return -1
            out[0, m] = (y[j] - y[i]) / (x[j] - x[i])
            out[1, m] = w[i] * w[j]
            m += 1
            order[at] = i
            at -= 1
        order[at] = j
    return m


@exact
def _pair_slope(x: Floats, y: Floats, w: Floats, share: float, start: float, step: float,
                tiny: float) -> float:  # fmt: skip
    n = x.size
    key, weight, work = np.empty(n), np.empty(n), np.empty((2, n))
    order, spare = np.empty(n, np.int64), np.empty(n, np.int64)
    sum_, squares = 0.0, 0.0
    for i in range(n):
        sum_ += w[i]
        squares += w[i] * w[i]
    total = 0.5 * (sum_ * sum_ - squares)
    target, slack = share * total, 1e-9 * total / n
    low, high = start - step, start + step
    f_low = _below(low, x, y, w, key, weight, order, work, spare)
    while f_low >= target - slack and step < 1e300:
        step *= 4.0
        low -= step
        f_low = _below(low, x, y, w, key, weight, order, work, spare)
    f_high = _below(high, x, y, w, key, weight, order, work, spare)
    while f_high <= target + slack and f_high < total - slack and step < 1e300:
        step *= 4.0
        high += step
        f_high = _below(high, x, y, w, key, weight, order, work, spare)
    pairs = total / (0.5 * n * (n - 1.0))  # mean weight of a pair
    for k in range(NARROW):
        if f_high - f_low <= 2.0 * n * pairs or high - low <= tiny:
            break
        middle = 0.5 * (low + high)
        if k % 3 < 2:  # where the count should meet, and a little to the far side of it
            share_ = (target - f_low) / (f_high - f_low)
            aside = 0.5 * n * pairs / (f_high - f_low)
            share_ += aside if k % 2 == 0 else -aside
            middle = low + (high - low) * min(max(share_, 0.02), 0.98)
        f = _below(middle, x, y, w, key, weight, order, work, spare)
        if f < target - slack:
            low, f_low = middle, f
        elif f > target + slack:
            high, f_high = middle, f
        elif middle - low > high - middle:
            # met exactly: the two slopes about it are wanted, keep it inside
            low = 0.5 * (low + middle)
            f_low = _below(low, x, y, w, key, weight, order, work, spare)
        else:
            high = 0.5 * (high + middle)
            f_high = _below(high, x, y, w, key, weight, order, work, spare)
    found = np.empty((2, 4 * n + 1024))
    _below(low, x, y, w, key, weight, order, work, spare)
    m = _between(high, x, y, w, order, found.shape[1], found) if high - low > tiny else 0
    sum_ = 0.0
    for i in range(m):
        sum_ += found[1, i]
    if m > 0 and abs(sum_ - (f_high - f_low)) <= slack:
        select_work = np.empty((3, max(m, BINS)))
        near = (low, high)
        return float(select(found[0], found[1], m, target - f_low, slack, near, select_work))
    # many pairs of one slope (rounded values): halve until the bracket is as good as the numbers
    while high - low > tiny:
        middle = 0.5 * (low + high)
        if _below(middle, x, y, w, key, weight, order, work, spare) < target - slack:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def pair_slope(x: Floats, y: Floats, weights: Floats | None = None, share: float = 0.5) -> float:
    """Return a quantile of the slopes of all pairs of points; by default the Theil-Sen slope.

    x : (n,) increasing, e.g. days or years; y : (n,)
    weights : (n,) above 0, a pair weighs their product; None for equal weights
    share : 0 < share < 1, e.g. ranks of a confidence interval over the number of pairs
    Points with NaN or weight 0 are left out; NaN for less than two points. Raises ValueError where
    shapes differ, x does not increase or share is out of range.
    Sen (1968), doi:10.1080/01621459.1968.10480934; weighted: Birkes and Dodge (1993).
    """
    x, y = floats(x), floats(y)
    w = np.ones(x.shape) if weights is None else floats(weights)
    if not (x.shape == y.shape == w.shape and x.ndim == 1):
        raise ValueError("pair_slope: x, y and weights must have one shape (n,)")
    if not 0.0 < share < 1.0:
        raise ValueError(f"pair_slope: share must lie between 0 and 1, not {share}")
    use = np.isfinite(x) & np.isfinite(y) & (w > 0.0)
    x, y, w = x[use], y[use], w[use]
    if x.size < 2:
        return float("nan")
    if not bool((np.diff(x) > 0.0).all()):
        raise ValueError("pair_slope: x must increase")
    x, y = x - x.mean(), y - y.mean()
    start = float((x * y).sum() / (x * x).sum())
    spread = float(np.sqrt(((y - start * x) ** 2).mean() / (x * x).sum()))
    step = max(4.0 * spread, 1e-9 * abs(start), 1e-290)
    tiny = max(1e-13 * float(np.abs(y).max() / np.abs(x).max()), 1e-300)
    return float(_pair_slope(floats(x), floats(y), floats(w), float(share), start, step, tiny))
