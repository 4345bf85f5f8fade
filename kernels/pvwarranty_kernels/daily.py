"""Channels against expectation, and their reduction to days."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints, floats, ints
from pvwarranty_kernels.jit import exact


class Daily(NamedTuple):
    """Figures of consecutive days, each (d,).

    day : the day's number; consecutive, days without data included
    median : weighted median of the ratio, NaN for none
    mean : weighted mean, NaN for none
    weight : sum of weights
    used : number of values behind it
    """

    day: Ints
    median: Floats
    mean: Floats
    weight: Floats
    used: Ints


def ratio(power: Floats, nominal: float, response: Floats, least: float = 0.02) -> Floats:
    """Return power over expected power, (n,): power / (nominal * response).

    `power` and `nominal` [W]; NaN where the expected response is below `least` (0-1) or where
    either is NaN.
    """
    out = np.empty(np.shape(power))
    _ratio(floats(power), float(nominal), floats(response), float(least), out)
    return out


@exact
def _ratio(power: Floats, nominal: float, response: Floats, least: float, out: Floats) -> None:
    for i in range(out.size):
        r = response[i]
        out[i] = power[i] / (nominal * r) if r >= least else np.nan


@exact
def _half(values: Floats, weights: Floats, n: int) -> float:
    """Return the weighted median of the first n values; sorts both in place."""
    for i in range(1, n):
        v, w = values[i], weights[i]
        j = i - 1
        while j >= 0 and values[j] > v:
            values[j + 1], weights[j + 1] = values[j], weights[j]
            j -= 1
        values[j + 1], weights[j + 1] = v, w
    total = 0.0
    for i in range(n):
        total += weights[i]
    half = 0.5 * total
    run = 0.0
    for i in range(n):
        run += weights[i]
        if abs(run - half) <= 1e-12 * total and i + 1 < n:
            return float(0.5 * (values[i] + values[i + 1]))
        if run > half:
            return float(values[i])
    return float(values[n - 1])


@exact
def _daily(day: Ints, ratio: Floats, weight: Floats, flags: Ints, mask: int, median: Floats,
           mean: Floats, total: Floats, count: Ints) -> None:  # fmt: skip
    n = day.size
    values = np.empty(n)
    weights = np.empty(n)
    start = 0
    while start < n:
        m = 0
        k = start
        sw, swv = 0.0, 0.0
        while k < n and day[k] == day[start]:
            v, w = ratio[k], weight[k]
            if flags[k] & mask == 0 and v == v and w > 0.0:
                values[m], weights[m] = v, w
                sw += w
                swv += w * v
                m += 1
            k += 1
        d = day[start] - day[0]
        total[d] = sw
        count[d] = m
        if m:
            median[d] = _half(values, weights, m)
            mean[d] = swv / sw
        start = k


def daily_reduce(day_index: Ints, ratio: Floats, weight: Floats, flags: Ints, mask: int) -> Daily:
    """Return the daily figures of one channel.

    day_index : (n,) number of the (local) day of each interval, not decreasing
    ratio : (n,) measured over expected, NaN where not known
    weight : (n,) e.g. expected energy; only values above 0 count
    flags : (n,) bits; an interval counts only if no bit of `mask` is set
    Raises ValueError where shapes differ or days decrease.
    """
    day, ratio, weight, flags = ints(day_index), floats(ratio), floats(weight), ints(flags)
    if not day.shape == ratio.shape == weight.shape == flags.shape:
        raise ValueError("daily_reduce: day_index, ratio, weight and flags differ in shape")
    if day.size > 1 and bool((day[1:] < day[:-1]).any()):
        raise ValueError("daily_reduce: day_index decreases")
    days = int(day[-1] - day[0]) + 1 if day.size else 0
    median, mean = np.full(days, np.nan), np.full(days, np.nan)
    total, count = np.zeros(days), np.zeros(days, np.int64)
    _daily(day, ratio, weight, flags, int(mask), median, mean, total, count)
    first = int(day[0]) if day.size else 0
    return Daily(np.arange(first, first + days), median, mean, total, count)
