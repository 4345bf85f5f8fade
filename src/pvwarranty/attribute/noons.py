"""Noons beside their own morning and evening: clouds come at any hour, a limit at noon alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pvwarranty.attribute.context import Context
from pvwarranty.attribute.output import Output
from pvwarranty.attribute.when import Ints, Mask, month_of
from pvwarranty.model import Flag, Floats

REACHED = 0.94  # of expected: an interval that the sky did not hold back
BRIGHT_DAYS = 0.65  # share of days, the brightest, that are judged
DOUBT = 6.6  # fall of the squared z within which any day may be the onset: 99 %
LEAST_SIDE = 90  # judged days on either side of an onset
HOT = 24.0  # monthly mean air temperature [°C] of months in which heat may hold back
OUT = int(Flag.OUTAGE | Flag.GAP | Flag.STUCK | Flag.SPIKE | Flag.CLIPPED)


@dataclass(frozen=True, slots=True)
class Noons:
    """The judged days: each noon beside its own shoulders.

    day : (d,) since 1970; free : (d,) weekends; hot : (d,) of the hottest months
    share : (d,) noon's mean over expected, less what the shoulders let expect
    clear : (d,) part of noon that reached its expectation, less what the shoulders let expect
    weight : (d,) expected energy of the noon
    """

    day: Floats
    free: Mask
    hot: Mask
    share: Floats
    clear: Floats
    weight: Floats


def noons(output: Output, held: Mask, context: Context) -> Noons | None:
    """Return the noons of a record; `held` (n,) are left out. None for too few."""
    bad = (output.views[0].index.flags & OUT) != 0
    expected = output.expected
    ok = np.isfinite(output.given) & (expected.value > 0.05) & ~bad & ~held
    day, days = output.day - output.day[0], output.when.days
    part = np.clip(expected.part, 0.0, 1.05)
    at_noon, beside = ok & expected.noon, ok & expected.beside

    def mean(values: Floats | Mask, use: Mask) -> Floats:
        return mean_by_day(values, day, use, days)

    reached = part > REACHED
    noon, noon_clear = mean(part, at_noon), mean(reached, at_noon)
    side, side_clear = mean(part, beside), mean(reached, beside)
    known = np.isfinite(noon) & np.isfinite(side)
    if int(known.sum()) < 2 * LEAST_SIDE:
        return None
    known &= expected.top > np.quantile(expected.top[known], 1.0 - BRIGHT_DAYS)
    all_days = output.day[0] + np.arange(days)
    month = month_of(all_days)
    judged = np.flatnonzero(known)
    x = np.stack([np.ones(len(judged)), side[judged], side[judged] ** 2, side_clear[judged]])
    warm = np.asarray(context.climate.temp_air)[month] >= min(
        HOT, float(np.sort(context.climate.temp_air)[-3])
    )
    return Noons(
        all_days[judged].astype(np.float64),
        (all_days[judged] + 3) % 7 >= 5,
        warm[judged],
        _rest(x, noon[judged]),
        _rest(x, noon_clear[judged]),
        np.asarray(np.bincount(day[at_noon], expected.value[at_noon], days), dtype=np.float64)[
            judged
        ],
    )


def _rest(x: Floats, y: Floats) -> Floats:
    inner = x @ x.T + 1e-9 * np.eye(len(x))
    return np.asarray(y - np.linalg.solve(inner, x @ y) @ x)


def excess_z(values: Floats, inside: Mask) -> float:
    """Return by how many standard errors the mean inside is above that outside."""
    a, b = values[inside], values[~inside]
    if min(len(a), len(b)) < 30:
        return 0.0
    u = math.sqrt(float(a.var()) / len(a) + float(b.var()) / len(b))
    return float(a.mean() - b.mean()) / max(u, 1e-6)


@dataclass(frozen=True, slots=True)
class Onset:
    """The day from which noons are lower, by how many standard errors, and how sure the day is."""

    day: float
    z: float
    window: tuple[float, float]


def onset_of(found: Noons, values: Floats) -> Onset:
    """Return the best day before which noons were as their shoulders say."""
    n = len(values)
    run, squares = np.cumsum(values), np.cumsum(values**2)
    k = np.arange(LEAST_SIDE, n - LEAST_SIDE, 4)
    if not len(k):
        return Onset(math.nan, 0.0, (math.nan, math.nan))
    left, right = run[k - 1] / k, (run[-1] - run[k - 1]) / (n - k)
    scatter = squares[-1] / n - (run[-1] / n) ** 2
    z = (right - left) / np.sqrt(scatter * (1.0 / k + 1.0 / (n - k)))
    best = int(np.argmin(z))
    if not z[best] < 0.0:
        return Onset(math.nan, 0.0, (math.nan, math.nan))
    fits = np.flatnonzero(np.minimum(z, 0.0) ** 2 >= z[best] ** 2 - DOUBT)
    at = found.day[k]
    return Onset(float(at[best]), float(z[best]), (float(at[fits[0]]), float(at[fits[-1]])))


def mean_by_day(values: Floats | Mask, day: Ints, use: Mask, days: int) -> Floats:
    """Return the mean (days,) of the values to `use` of each day, NaN for none."""
    count = np.bincount(day[use], minlength=days)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.bincount(day[use], values[use], days) / count)
