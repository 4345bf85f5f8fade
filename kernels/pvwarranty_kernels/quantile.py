"""Weighted quantiles by counting into bins and selecting within one: no sorting of everything."""

from __future__ import annotations

import numpy as np

from pvwarranty_kernels.arrays import Floats, floats
from pvwarranty_kernels.jit import exact, plain, plain_stage

BINS = 64
FEW = 32  # so many values are ranked by counting, all against all: short vector code
TIE = 1e-12  # share of the total weight within which a cumulative weight counts as met


@plain
def _rank(v: Floats, w: Floats, n: int, target: float, sums: Floats) -> tuple[float, float]:
    """Return the least of n values at which the weight up to it meets the target, and it."""
    for i in range(n):
        sums[i] = 0.0
    for j in range(n):
        x, y = v[j], w[j]
        for i in range(n):
            sums[i] += y if x <= v[i] else 0.0
    found, weight = np.inf, 0.0
    for i in range(n):
        better = (sums[i] >= target) & (v[i] < found)  # no branch: it could not be foreseen
        found = v[i] if better else found
        weight = sums[i] if better else weight
    return found, weight


@plain
def _range(v: Floats, n: int) -> tuple[float, float]:
    low, high = np.inf, -np.inf
    for i in range(n):
        low = v[i] if v[i] < low else low
        high = v[i] if v[i] > high else high
    return low, high


@plain
def _bin(v: float, low: float, scale: float) -> float:
    x = (v - low) * scale
    x = x if x > 0.0 else 0.0
    return float(int(x if x < BINS - 1.0 else BINS - 1.0))


@plain_stage
def select(values: Floats, weights: Floats, n: int, target: float, slack: float,
           near: tuple[float, float], work: Floats) -> float:  # fmt: skip
    """Return the least of the first n values at which the weight up to it is above a target.

    Where the weight meets the target, but for the slack, the middle between that value and the
    next; NaN for n = 0. Weights are positive, values finite. `near` is where the answer is looked
    for first: right wherever it is, fast there. `work` (3, at least n and BINS) is scratch.
    """
    if n == 0:
        return np.nan
    a, b, m = values, weights, n
    v, w, bins = work[0], work[1], work[2]
    left = target - slack  # met from here on
    low, high = near
    if not high > low:
        low, high = _range(a, m)
    while m > FEW and high > low:
        scale = (BINS - 1e-6) / (high - low)
        for k in range(BINS):
            bins[k] = 0.0
        for i in range(m):
            bins[int(_bin(a[i], low, scale))] += b[i]
        chosen = 0
        while chosen < BINS - 1 and bins[chosen] < left:
            left -= bins[chosen]
            chosen += 1
        k = 0
        for i in range(m):
            x, y = a[i], b[i]
            v[k], w[k] = x, y
            k += 1 if _bin(x, low, scale) == chosen else 0
        a, b, m = v, w, k
        low, high = _range(a, m)
    if high > low or m <= FEW:
        found, weight = _rank(a, b, m, left, bins)
    else:
        found, weight = a[0], 0.0
        for i in range(m):
            weight += b[i]
    if weight > left + 2.0 * slack:
        return float(found)
    above = np.inf
    for i in range(n):
        above = values[i] if found < values[i] < above else above
    return float(0.5 * (found + above) if above < np.inf else found)


@exact
def _quantiles(v: Floats, w: Floats, shares: Floats, out: Floats) -> None:
    values, weights = np.empty(v.size), np.empty(v.size)
    work = np.empty((3, max(v.size, BINS)))
    n = 0
    for i in range(v.size):
        if v[i] - v[i] == 0.0 and w[i] > 0.0:
            values[n], weights[n] = v[i], w[i]
            n += 1
    total = 0.0
    for i in range(n):
        total += weights[i]
    for k in range(shares.size):
        target = shares[k] * total
        out[k] = select(values, weights, n, target, TIE * total, (0.0, 0.0), work)


def weighted_quantile(values: Floats, weights: Floats, quantiles: Floats) -> Floats:
    """Return weighted quantiles (q,) of values (n,), for shares (q,) from 0 to 1.

    With equal weights this is numpy's method "averaged_inverted_cdf". Values that are not finite
    and weights that are not positive are left out; NaN where nothing is left. Raises ValueError on
    shapes that differ.
    """
    v, w, q = floats(values), floats(weights), floats(quantiles)
    if v.shape != w.shape or v.ndim != 1 or q.ndim != 1:
        raise ValueError("weighted_quantile: values and weights must be (n,), quantiles (q,)")
    out = np.empty(q.size)
    _quantiles(v, w, q, out)
    return out


def weighted_median(values: Floats, weights: Floats) -> float:
    """Return the weighted median of values (n,), see `weighted_quantile`."""
    return float(weighted_quantile(values, weights, np.array([0.5]))[0])
