"""Levels of noisy groups whose upper cluster is what counts (clear intervals among clouds)."""

from __future__ import annotations

import numpy as np

from pvwarranty_kernels.arrays import Bools, Floats, Ints
from pvwarranty_kernels.jit import exact, inline


@exact
def smooth_mask(time: Ints, ratio: Floats, interval: int, curvature: float, slope: float) -> Bools:
    """Tell which intervals lie on a smooth stretch of a series.

    Parameters
    ----------
    time : (n,) int64, start of interval [s].
    ratio : (n,) float64, NaN where not usable.
    interval : int64, length of an interval [s]; neighbours must be that far apart.
    curvature, slope : float64, largest second and first difference, as share of the local level.

    Returns
    -------
    (n,) bool: the interval and both neighbours are usable, and the three lie on a near-line.
    A series that stays at zero is smooth: a dead channel has a level too.
    """
    n = time.shape[0]
    out = np.zeros(n, dtype=np.bool_)
    for i in range(1, n - 1):
        a, b, c = ratio[i - 1], ratio[i], ratio[i + 1]
        if not (a == a and b == b and c == c):
            continue
        if time[i] - time[i - 1] != interval or time[i + 1] - time[i] != interval:
            continue
        level = 0.02  # compared one by one: max() of many takes long to compile
        level = abs(a) if abs(a) > level else level
        level = abs(b) if abs(b) > level else level
        level = abs(c) if abs(c) > level else level
        out[i] = (
            abs(a - 2.0 * b + c) < curvature * level
            and abs(b - a) < slope * level
            and abs(c - b) < slope * level
        )
    return out


@exact
def group_order(group: Ints, use: Bools, groups: int) -> tuple[Ints, Ints]:
    """Return positions sorted by group (counting sort) and the bounds of each group.

    Parameters
    ----------
    group : (n,) int64 in 0..groups-1. use : (n,) bool, positions to take part.

    Returns
    -------
    (k,) int64 positions, (groups + 1,) int64 bounds.
    """
    bounds = np.zeros(groups + 1, dtype=np.int64)
    for i in range(group.shape[0]):
        if use[i]:
            bounds[group[i] + 1] += 1
    for g in range(groups):
        bounds[g + 1] += bounds[g]
    order = np.empty(bounds[groups], dtype=np.int64)
    at = bounds[:-1].copy()
    for i in range(group.shape[0]):
        if use[i]:
            order[at[group[i]]] = i
            at[group[i]] += 1
    return order, bounds


@inline
def nth(v: Floats, k: int) -> float:
    """Return the k-th smallest value; behind it only larger or equal ones are left (Hoare 1961)."""
    low, high = 0, v.shape[0] - 1
    while low < high:
        x = v[k]
        i, j = low, high
        while i <= j:
            while v[i] < x:
                i += 1
            while x < v[j]:
                j -= 1
            if i <= j:
                v[i], v[j] = v[j], v[i]
                i += 1
                j -= 1
        if j < k:
            low = i
        if k < i:
            high = j
    return float(v[k])


@inline
def _median_between(v: Floats, start: int, count: int) -> float:
    """Return the median of the `count` values from the `start`-th smallest on."""
    at = start + (count - 1) // 2
    lower = nth(v, at)
    if count % 2 == 1:
        return float(lower)
    upper = v[at + 1]
    for i in range(at + 2, v.shape[0]):
        upper = v[i] if v[i] < upper else upper
    return float(0.5 * (lower + upper))


@exact
def upper_levels(values: Floats, order: Ints, bounds: Ints, quantile: float, below: float,
                 above: float, least: int) -> tuple[Floats, Ints]:  # fmt: skip
    """Return the level of the upper cluster of each group, and how many values made it.

    The cluster is what lies within ``1 - below .. 1 + above`` times the `quantile` of the group;
    its median is the level. NaN where a group has fewer than `least` values.

    Parameters
    ----------
    values : (n,) float64. order, bounds : as of `group_order`.

    Returns
    -------
    (groups,) float64 levels, (groups,) int64 counts.
    """
    groups = bounds.shape[0] - 1
    level = np.full(groups, np.nan)
    count = np.zeros(groups, dtype=np.int64)
    for g in range(groups):
        n = bounds[g + 1] - bounds[g]
        if n < least:
            continue
        v = values[order[bounds[g] : bounds[g + 1]]]
        top = nth(v, int(quantile * (n - 1)))
        start, k = 0, 0
        for x in v:
            if x < top * (1.0 - below):
                start += 1
            elif x <= top * (1.0 + above):
                k += 1
        if k < 1:
            continue
        level[g] = _median_between(v, start, k)
        count[g] = k
    return level, count


@exact
def group_medians(values: Floats, order: Ints, bounds: Ints, least: int) -> Floats:
    """Return the median (groups,) of the values (n,) of each group, NaN for fewer than `least`.

    order, bounds : as of `group_order`.
    """
    groups = bounds.shape[0] - 1
    out = np.full(groups, np.nan)
    for g in range(groups):
        n = bounds[g + 1] - bounds[g]
        if n >= max(least, 1):
            out[g] = _median_between(values[order[bounds[g] : bounds[g + 1]]], 0, n)
    return out
