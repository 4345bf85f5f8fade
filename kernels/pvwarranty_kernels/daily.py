"""Channels against expectation, and their reduction to days."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints, floats, ints
from pvwarranty_kernels.jit import exact
from pvwarranty_kernels.quantile import BINS, TIE, select

NEAR = 0.16  # half width of the range in which a day's median is looked for first
LEAST = 0.02  # expected response below which no ratio is formed (0-1)


class Days(NamedTuple):
    """Consecutive days of a series of n intervals: number (d,) and bounds (d + 1,) in it."""

    day: Ints
    bounds: Ints


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


def days_of(day_index: Ints) -> Days:
    """Return the days of a series from the number of the (local) day of each interval (n,).

    Raises ValueError where days decrease.
    """
    day = ints(day_index)
    if day.size == 0:
        return Days(day, np.zeros(1, np.int64))
    if bool((day[1:] < day[:-1]).any()):
        raise ValueError("days_of: day_index decreases")
    days = np.arange(day[0], day[-1] + 1)
    bounds = np.searchsorted(day, np.append(days, day[-1] + 1))
    return Days(days, ints(bounds))


@exact
def _ratio(power: Floats, nominal: float, response: Floats, least: float, out: Floats) -> None:
    for i in range(out.size):
        r = response[i]
        out[i] = power[i] / (nominal * r) if r >= least else np.nan


def ratio(power: Floats, nominal: float, response: Floats, least: float = LEAST) -> Floats:
    """Return power over expected power, (n,): power / (nominal * response).

    `power` and `nominal` [W]; NaN where the expected response is below `least` (0-1) or where
    either is NaN.
    """
    out = np.empty(np.shape(power))
    _ratio(floats(power), float(nominal), floats(response), float(least), out)
    return out


@exact
def _daily(bounds: Ints, ratio: Floats, weight: Floats, flags: Ints, mask: int, scale: float,
           least: float, out: Floats, used: Ints) -> None:  # fmt: skip
    """Write median, mean and weight of each day to the rows of `out` (3, d).

    Where `scale` is 0, `ratio` is one; else it is power, to be divided by weight times `scale`.
    """
    longest = 0
    for d in range(used.size):
        longest = max(longest, bounds[d + 1] - bounds[d])
    values, weights, work = np.empty(longest), np.empty(longest), np.empty((3, longest + BINS))
    last = 1.0
    for d in range(used.size):
        start, stop = bounds[d], bounds[d + 1]
        of_day, weight_of_day, flags_of_day = (
            ratio[start:stop],
            weight[start:stop],
            flags[start:stop],
        )
        m = 0
        total, sum_ = 0.0, 0.0
        for i in range(stop - start):
            w = weight_of_day[i]
            if w > least:
                v = of_day[i]
                v = v / (w * scale) if scale > 0.0 else v
                # without a branch: flags come and go; v - v is not 0 for NaN and infinity
                use = (flags_of_day[i] & mask == 0) & (v - v == 0.0)
                values[m], weights[m] = v, w
                m += use
                total += w if use else 0.0
                sum_ += w * v if use else 0.0
        used[d] = m
        out[2, d] = total
        if m > 0:
            # looked for near the last day's first
            near = (last - NEAR, last + NEAR)
            last = select(values, weights, m, 0.5 * total, TIE * total, near, work)
            out[0, d] = last
            out[1, d] = sum_ / total


def _reduce(days: Days, ratio: Floats, weight: Floats, flags: Ints, mask: int, scale: float,
            least: float) -> Daily:  # fmt: skip
    ratio, weight, flags = floats(ratio), floats(weight), ints(flags)
    n = int(days.bounds[-1])
    if not (n,) == ratio.shape == weight.shape == flags.shape:
        raise ValueError("daily: days, values, weights and flags differ in length")
    out = np.full((3, days.day.size), np.nan)
    used = np.zeros(days.day.size, np.int64)
    bounds = ints(days.bounds)
    _daily(bounds, ratio, weight, flags, int(mask), float(scale), float(least), out, used)
    return Daily(days.day, out[0], out[1], out[2], used)


def daily_reduce(day_index: Ints, ratio: Floats, weight: Floats, flags: Ints, mask: int) -> Daily:
    """Return the daily figures of one channel.

    day_index : (n,) number of the (local) day of each interval, not decreasing
    ratio : (n,) measured over expected, NaN where not known
    weight : (n,) e.g. expected energy; only values above 0 count
    flags : (n,) bits; an interval counts only if no bit of `mask` is set
    Raises ValueError where shapes differ or days decrease.
    """
    return _reduce(days_of(day_index), ratio, weight, flags, mask, 0.0, 0.0)


def channel_days(days: Days, power: Floats, nominal: float, response: Floats, flags: Ints,
                 mask: int) -> Daily:  # fmt: skip
    """Return the daily figures of power (n,) [W] over nominal [W] times response (n,), in one go.

    As `ratio` and `daily_reduce` with the response for weight; `days` from `days_of` serves all
    channels. Raises ValueError where lengths differ or nominal power is not above 0.
    """
    if not nominal > 0.0:
        raise ValueError(f"channel_days: nominal power must be above 0 W, not {nominal}")
    return _reduce(days, power, response, flags, mask, nominal, LEAST)
