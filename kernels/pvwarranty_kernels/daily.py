"""Channels against expectation, and their reduction to days."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints, floats, ints, stored
from pvwarranty_kernels.jit import exact, kernel, stage
from pvwarranty_kernels.quantile import BINS, FEW, TIE, select

NEAR = 0.16  # half width of the range in which a day's median is looked for first
SOME = 8  # values of a day from which on they are counted into bins
HUGE = 1e300  # no ratio is that large: infinity and NaN are not below it
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


@stage
def _weigh(power: Floats, response: Floats, flags: Ints, mask: int, scale: float, least: float,
           v: Floats, w: Floats) -> None:  # fmt: skip
    """Write ratio and weight of a day's intervals; weight 0 for those that do not count."""
    for i in range(v.size):
        r = response[i]
        x = power[i] / (r * scale if scale > 0.0 else 1.0)
        # no branch, so that it is vector code: comparisons with NaN are false
        use = (r > least) & (abs(x) < HUGE) & (flags[i] & mask == 0)
        v[i] = x if use else 0.0
        w[i] = r if use else 0.0


@stage
def _near(v: Floats, w: Floats, middle: float, target: float, place: Floats, bins: Floats,
          few: Floats) -> float:  # fmt: skip
    """Return the weighted median if it lies near `middle`, where few values are; else NaN.

    place (m,), bins (BINS,), few (2, FEW) : scratch
    """
    low, scale = middle - NEAR, 0.5 * BINS / NEAR
    for i in range(v.size):
        place[i] = min(max((v[i] - low) * scale, 0.0), BINS - 1.0)
    for b in range(BINS):
        bins[b] = 0.0
    for i in range(v.size):
        bins[int(place[i])] += w[i]
    chosen = 0
    below = 0.0
    while chosen < BINS - 1 and below + bins[chosen] < target:
        below += bins[chosen]
        chosen += 1
    if chosen == 0 or chosen == BINS - 1:
        return np.nan
    n = 0
    for i in range(v.size):
        if int(place[i]) == chosen and w[i] > 0.0:
            if n == FEW:
                return np.nan
            few[0, n], few[1, n] = v[i], w[i]
            n += 1
    # sorted by insertion: mostly a handful
    for k in range(1, n):
        x, y = few[0, k], few[1, k]
        j = k - 1
        while j >= 0 and few[0, j] > x:
            few[0, j + 1], few[1, j + 1] = few[0, j], few[1, j]
            j -= 1
        few[0, j + 1], few[1, j + 1] = x, y
    for k in range(n):
        below += few[1, k]
        if below > target * (1.0 + TIE):
            return float(few[0, k])
        if below >= target * (1.0 - TIE):
            return np.nan  # met exactly: the next value is wanted too
    return np.nan


@kernel
def _daily(bounds: Ints, ratio: Floats, weight: Floats, flags: Ints, mask: int, scale: float,
           least: float, out: Floats, used: Ints, work: Floats, bins: Floats,
           few: Floats) -> None:  # fmt: skip
    """Write median, mean and weight of each day to the rows of `out` (3, d).

    Where `scale` is 0, `ratio` is one; else it is power, to be divided by weight times `scale`.
    work (5, at least a day and BINS), bins (BINS,), few (2, FEW) : scratch
    """
    last = 1.0
    for d in range(used.size):
        start, stop = bounds[d], bounds[d + 1]
        while start < stop and not weight[start] > least:
            start += 1
        while start < stop and not weight[stop - 1] > least:
            stop -= 1
        m = stop - start
        v, w = work[0, :m], work[1, :m]
        _weigh(ratio[start:], weight[start:], flags[start:], mask, scale, least, v, w)
        total, sum_ = 0.0, 0.0
        count = 0
        for i in range(m):
            total += w[i]
            sum_ += w[i] * v[i]
            count += 1 if w[i] > 0.0 else 0
        used[d] = count
        out[2, d] = total
        if count == 0:
            continue
        out[1, d] = sum_ / total
        # looked for near the last day's first
        found = np.nan
        if count > SOME:
            found = _near(v, w, last, 0.5 * total, work[2], bins, few)
        if found != found:
            n = 0
            for i in range(m):
                v[n], w[n] = v[i], w[i]
                n += 1 if w[n] > 0.0 else 0
            near = (last - NEAR, last + NEAR)
            found = select(v, w, n, 0.5 * total, TIE * total, near, work[2:])
        out[0, d] = found
        last = found


def _reduce(days: Days, ratio: Floats, weight: Floats, flags: Ints, mask: int, scale: float,
            least: float) -> Daily:  # fmt: skip
    ratio, weight, flags = stored(ratio), floats(weight), stored(flags)
    n = int(days.bounds[-1])
    if not (n,) == ratio.shape == weight.shape == flags.shape:
        raise ValueError("daily: days, values, weights and flags differ in length")
    out = np.full((3, days.day.size), np.nan)
    used = np.zeros(days.day.size, np.int64)
    bounds = ints(days.bounds)
    longest = int(np.diff(bounds).max()) if used.size else 0
    _daily(
        bounds, ratio, weight, flags, int(mask), float(scale), float(least), out, used,
        np.empty((5, longest + BINS)), np.empty(BINS), np.empty((2, FEW)),
    )  # fmt: skip
    return Daily(days.day, out[0], out[1], out[2], used)


def daily_reduce(day_index: Ints, ratio: Floats, weight: Floats, flags: Ints, mask: int) -> Daily:
    """Return the daily figures of one channel.

    day_index : (n,) number of the (local) day of each interval, not decreasing
    ratio : (n,) measured over expected, NaN where not known
    weight : (n,) e.g. expected energy; only values above 0 count
    flags : (n,) bits; an interval counts only if no bit of `mask` is set
    `ratio` may be float32 and `flags` int32: they are read as they are. Raises ValueError where
    shapes differ or days decrease.
    """
    return _reduce(days_of(day_index), ratio, weight, flags, mask, 0.0, 0.0)


def channel_days(days: Days, power: Floats, nominal: float, response: Floats, flags: Ints,
                 mask: int) -> Daily:  # fmt: skip
    """Return the daily figures of power (n,) [W] over nominal [W] times response (n,), in one go.

    As `ratio` and `daily_reduce` with the response for weight; `days` from `days_of` serves all
    channels; `power` may be float32, `flags` int32. Raises ValueError where lengths differ or
    nominal power is not above 0.
    """
    if not nominal > 0.0:
        raise ValueError(f"channel_days: nominal power must be above 0 W, not {nominal}")
    return _reduce(days, power, response, flags, mask, nominal, LEAST)
