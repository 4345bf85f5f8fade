"""Change points: levels that hold for a while, and where they step.

`changes` and `split_changes` minimise squared deviations plus a penalty a step; `robust_changes`
bounds what a single value can cost, so that outliers make no steps of their own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints, floats
from pvwarranty_kernels.jit import exact, plain_stage
from pvwarranty_kernels.quantile import weighted_median

ABSOLUTE, BOUNDED = 0, 1  # losses: |x|, min(x², 1) with x in multiples of the scale


class Segments(NamedTuple):
    """Stretches of one level: first position (k,), the first of all 0, and level (k,)."""

    start: Ints
    level: Floats


def noise(values: Floats) -> float:
    """Return the standard deviation of values (n,) about their level, from their differences.

    Robust to steps and outliers: median absolute difference of neighbours over 0.954.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if known.size < 2:
        return float("nan")
    return float(np.median(np.abs(np.diff(known))) / (0.6744897501960817 * np.sqrt(2.0)))


def penalty_of(n: int, sigma: float) -> float:
    """Return the penalty of a step by the Bayesian information criterion: two unknowns a step."""
    return 2.0 * sigma * sigma * float(np.log(max(n, 2)))


@plain_stage
def _cost(sums: Floats, i: int, j: int) -> float:
    """Return the weighted squared deviations of values i ... j - 1 from their mean."""
    w = sums[0, j] - sums[0, i]
    s = sums[1, j] - sums[1, i]
    return float(sums[2, j] - sums[2, i] - s * s / w) if w > 0.0 else 0.0


@exact
def _sums(values: Floats, weights: Floats) -> Floats:
    n = values.size
    sums = np.zeros((3, n + 1))
    for i in range(n):
        known = values[i] - values[i] == 0.0 and weights[i] > 0.0
        w, v = (weights[i], values[i]) if known else (0.0, 0.0)
        sums[0, i + 1] = sums[0, i] + w
        sums[1, i + 1] = sums[1, i] + w * v
        sums[2, i + 1] = sums[2, i] + w * v * v
    return sums


@exact
def _pelt(sums: Floats, penalty: float, least: int) -> Ints:
    n = sums.shape[1] - 1
    best = np.empty(n + 1)
    last = np.zeros(n + 1, np.int64)
    candidates, costs = np.empty(n + 1, np.int64), np.empty(n + 1)
    doomed = np.empty(n + 1, np.int64)  # when a candidate may be dropped
    best[0] = -penalty
    for j in range(1, n + 1):
        best[j] = np.inf
    m = 0
    for j in range(least, n + 1):
        # the start j - least becomes possible now, unless it lies within the first segment
        start = j - least
        if start == 0 or start >= least:
            candidates[m], doomed[m] = start, n + 1
            m += 1
        found, at = np.inf, 0
        for k in range(m):
            i = candidates[k]
            w = sums[0, j] - sums[0, i]
            s = sums[1, j] - sums[1, i]
            c = best[i] + (sums[2, j] - sums[2, i]) - (s * s / w if w > 0.0 else 0.0)
            costs[k] = c
            if c < found:
                found, at = c, i
        best[j], last[j] = found + penalty, at
        kept = 0
        for k in range(m):
            # a step at j does better than this one from the time on when j may be the last step
            end = doomed[k] if costs[k] <= best[j] else min(doomed[k], j + least)
            candidates[kept], doomed[kept] = candidates[k], end
            kept += 1 if j + 1 < end else 0
        m = kept
    count = 0
    j = n
    while j > 0:
        count += 1
        j = last[j]
    starts = np.empty(count, np.int64)
    j = n
    while j > 0:
        count -= 1
        j = last[j]
        starts[count] = j
    return starts


@exact
def _split(sums: Floats, penalty: float, least: int) -> Ints:
    n = sums.shape[1] - 1
    found = np.empty(n + 1, np.int64)
    count = 0
    todo = np.empty((n + 1, 2), np.int64)
    todo[0, 0], todo[0, 1] = 0, n
    m = 1
    while m > 0:
        m -= 1
        start, stop = todo[m, 0], todo[m, 1]
        whole = _cost(sums, start, stop)
        gain, at = penalty, -1
        for k in range(start + least, stop - least + 1):
            g = whole - _cost(sums, start, k) - _cost(sums, k, stop)
            if g > gain:
                gain, at = g, k
        if at < 0:
            found[count] = start
            count += 1
        else:
            todo[m, 0], todo[m, 1] = at, stop
            todo[m + 1, 0], todo[m + 1, 1] = start, at
            m += 2
    return np.sort(found[:count])


@exact
def _grid(values: Floats, weights: Floats, levels: Floats, scale: float, penalty: float,
          loss: int) -> Ints:  # fmt: skip
    n, size = values.size, levels.size
    cost = np.zeros(size)
    since = np.zeros(size, np.int64)
    back = np.zeros(n + 1, np.int64)
    best = 0.0
    for t in range(n):
        v, w = values[t], weights[t]
        known = v - v == 0.0 and w > 0.0
        v, w = (v, w) if known else (0.0, 0.0)
        anew = best + penalty
        for q in range(size):
            step = cost[q] > anew and t > 0
            c = anew if step else cost[q]
            since[q] = t if step else since[q]
            x = (v - levels[q]) / scale
            if loss == ABSOLUTE:
                c += w * abs(x)
            else:
                c += w * min(x * x, 1.0)
            cost[q] = c
        best = cost[0]
        at = 0
        for q in range(1, size):
            if cost[q] < best:
                best, at = cost[q], q
        back[t + 1] = since[at]
    starts = np.empty(n + 1, np.int64)
    count = 0
    j = n
    while j > 0:
        j = back[j]
        starts[count] = j
        count += 1
    return starts[:count][::-1].copy()


def _inputs(values: Floats, weights: Floats | None) -> tuple[Floats, Floats]:
    v = floats(values)
    w = np.ones(v.shape) if weights is None else floats(weights)
    if v.ndim != 1 or v.shape != w.shape:
        raise ValueError("changes: values and weights must have one shape (n,)")
    return v, w


def _segments(starts: Ints, sums: Floats) -> Segments:
    stops = np.append(starts[1:], sums.shape[1] - 1)
    weight = sums[0, stops] - sums[0, starts]
    with np.errstate(invalid="ignore"):
        level = (sums[1, stops] - sums[1, starts]) / weight
    return Segments(starts, floats(level))


def changes(
    values: Floats, penalty: float, *, weights: Floats | None = None, least: int = 1
) -> Segments:
    """Return the levels of values (n,) that minimise squared deviations plus `penalty` a step.

    Exact, by pruned dynamic programming (PELT; Killick et al. 2012,
    doi:10.1080/01621459.2012.737745), linear in n where steps are many. `penalty` is in units of
    weight times value squared (see `penalty_of`); `least` is the shortest stretch. NaN counts as
    absent. Raises ValueError where shapes differ.
    """
    v, w = _inputs(values, weights)
    if v.size < max(least, 1):
        return Segments(np.zeros(0, np.int64), np.zeros(0))
    sums = _sums(v - _middle(v), w)
    found = _segments(_pelt(sums, float(penalty), max(int(least), 1)), sums)
    return found._replace(level=found.level + _middle(v))


def split_changes(
    values: Floats, penalty: float, *, weights: Floats | None = None, least: int = 1
) -> Segments:
    """As `changes`, by binary segmentation: greedy, a hundred times faster, not always the best."""
    v, w = _inputs(values, weights)
    if v.size < max(least, 1):
        return Segments(np.zeros(0, np.int64), np.zeros(0))
    sums = _sums(v - _middle(v), w)
    found = _segments(_split(sums, float(penalty), max(int(least), 1)), sums)
    return found._replace(level=found.level + _middle(v))


def robust_changes(
    values: Floats,
    penalty: float,
    scale: float,
    *,
    weights: Floats | None = None,
    loss: int = BOUNDED,
    levels: int = 256,
) -> Segments:
    """Return levels of values (n,) under a loss that bounds, or eases, what an outlier costs.

    scale : deviation that counts 1; with BOUNDED none counts more (3 times the noise is usual)
    penalty : of a step, in units of weight (BOUNDED and ABSOLUTE loss have no unit)
    Exact for levels on a grid from the 0.5 to the 99.5 percentile, O(n * levels); the levels
    returned are weighted medians. After Fearnhead and Rigaill (2019),
    doi:10.1080/01621459.2017.1385466. Raises ValueError where shapes differ or scale is not
    above 0.
    """
    v, w = _inputs(values, weights)
    if not scale > 0.0:
        raise ValueError(f"robust_changes: scale must be above 0, not {scale}")
    known = v[np.isfinite(v) & (w > 0.0)]
    if known.size == 0:
        return Segments(np.zeros(0, np.int64), np.zeros(0))
    low, high = np.percentile(known, [0.5, 99.5])
    grid = np.linspace(low, high, levels)
    starts = _grid(v, w, grid, float(scale), float(penalty), int(loss))
    stops = np.append(starts[1:], v.size)
    level = [weighted_median(v[a:b], w[a:b]) for a, b in zip(starts, stops, strict=True)]
    return Segments(starts, floats(level))


def _middle(values: Floats) -> float:
    """Return a value to centre on, so that sums of squares keep their digits."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else 0.0
