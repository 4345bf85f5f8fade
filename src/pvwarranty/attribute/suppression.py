"""What holds power back in bright hours without a fixed level: grid voltage, and heat.

Both take from noon and leave the hours of lesser sun alone, so each day's noon is judged by its own
morning and evening: clouds come at any hour. A grid whose voltage rises holds back more at
weekends, when fewer neighbours use power, and from the year on in which it began to; weather knows
neither. Heat holds back in the hottest months alone. Where the grid's voltage was recorded, noons
that fail at high voltage say it at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from pvwarranty.attribute.context import Context, Ints, Mask, date_of, logistic, month_of
from pvwarranty.attribute.limits import LEAST_SHARE, Output, day_profile
from pvwarranty.model import Cause, Flag, Floats, Measurements

NOON, SHOULDER = 0.82, (0.30, 0.62)  # of the day's brightest expectation
REACHED = 0.94  # of expected: an interval that the sky did not hold back
BRIGHT_DAYS = 0.65  # share of days, the brightest, that are judged
LEAST_SIDE = 90  # judged days on either side of an onset
HOT = 24.0  # monthly mean air temperature [°C] of months in which heat may hold back
OUT = int(Flag.OUTAGE | Flag.GAP | Flag.STUCK | Flag.SPIKE | Flag.CLIPPED)
# of expected: what an interval gives that is held back, and least what its shoulders give
SHORT, SHINING = (0.35, 0.92), 0.90
LEVELLED = 0.08  # mean distance of a held noon's values from their mean, over it
HIGH_VOLTAGE = 0.6  # width [V] of the top of the record within which a grid counts as at its limit


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


def noons(output: Output, held: Mask, context: Context, *, plain: bool) -> Noons | None:
    """Return the noons of a record; `held` (n,) are left out. None for too few.

    `plain` takes the expectation that knows nothing of what is always lost.
    """
    expected = output.plain if plain else output.expected
    bad = (output.views[0].index.flags & OUT) != 0
    ok = np.isfinite(output.given) & (expected > 0.05) & ~bad & ~held
    day = output.day - output.day[0]
    days = int(day[-1]) + 1
    top = np.zeros(days)
    np.maximum.at(top, day, np.where(expected > 0, expected, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.clip(output.given / expected, 0.0, 1.05)
        place = expected / top[day]
    at_noon = ok & (place > NOON)
    beside = ok & (place > SHOULDER[0]) & (place < SHOULDER[1])

    def mean(values: Floats | Mask, use: Mask) -> Floats:
        count = np.bincount(day[use], minlength=days)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.bincount(day[use], values[use], days) / count)

    reached = part > REACHED
    noon, noon_clear = mean(part, at_noon), mean(reached, at_noon)
    side, side_clear = mean(part, beside), mean(reached, beside)
    known = np.isfinite(noon) & np.isfinite(side)
    if int(known.sum()) < 2 * LEAST_SIDE:
        return None
    known &= top > np.quantile(top[known], 1.0 - BRIGHT_DAYS)
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
        np.asarray(np.bincount(day[at_noon], expected[at_noon], days), dtype=np.float64)[judged],
    )


def _rest(x: Floats, y: Floats) -> Floats:
    inner = x @ x.T + 1e-9 * np.eye(len(x))
    return np.asarray(y - np.linalg.solve(inner, x @ y) @ x)


def _z(values: Floats, inside: Mask) -> float:
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


def _onset(found: Noons, values: Floats) -> Onset:
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
    fits = np.flatnonzero(np.minimum(z, 0.0) ** 2 >= z[best] ** 2 - 4.0)
    at = found.day[k]
    return Onset(float(at[best]), float(z[best]), (float(at[fits[0]]), float(at[fits[-1]])))


def voltage_rise(
    output: Output, held: Mask, measured: Measurements, context: Context
) -> Iterable[Cause]:
    """Tell that the grid's voltage holds the power conditioner back."""
    told = (output.views[0].index.flags & int(Flag.VOLTAGE_RISE)) != 0
    found = noons(output, held, context, plain=False)
    if found is None:
        return
    mild = ~found.hot
    onset = _onset(found, found.clear)
    late = found.day >= onset.day if onset.z < 0 else np.ones(len(found.day), dtype=bool)
    weekend = _z(found.clear[late], found.free[late])
    weekend_share = _z(found.share[late], found.free[late])
    in_mild = _z(found.clear[mild], found.day[mild] >= onset.day) if onset.z < 0 else 0.0
    volts = _at_high_voltage(output, measured)
    # an onset in the hottest months alone is heat's
    step = max(onset.z, in_mild - 2.0)
    score = 0.5 * (-step - 4.5) + 1.0 * (-min(weekend, weekend_share) - 2.0)
    if volts is not None:
        score += 1.2 * (min(volts, 6.0) - 2.0)
    share = _share(output, found, onset)
    likely = 0.95 if told.any() else logistic(score)
    narrow = onset.window[1] - onset.window[0] < 120.0 and onset.z < -6.0
    yield Cause(
        "voltage_rise", share, likely,
        since=date_of(onset.day) if narrow else None,
        evidence={
            "onset_z": round(onset.z, 2), "weekend_z": round(weekend, 2),
            "voltage_z": None if volts is None else round(volts, 2), "told": bool(told.any()),
            "since_between": [date_of(d).isoformat() for d in onset.window if d == d],
            "by_weekday": _by_weekday(found, late),
        },
    )  # fmt: skip


def _by_weekday(found: Noons, late: Mask) -> list[float | None]:
    """Return the mean of noons beside their shoulders, Monday to Sunday, since the onset."""
    weekday = ((found.day[late] + 3) % 7).astype(np.int64)
    means = [found.share[late][weekday == k] for k in range(7)]
    return [round(float(m.mean()), 4) if len(m) else None for m in means]


def shown(cause: Cause, output: Output, held: Mask) -> Cause:
    """Return a cause of this file with the day that shows it best."""
    if not held.any():
        return cause
    return replace(cause, evidence=cause.evidence | {"profile": day_profile(output, held)})


def _at_high_voltage(output: Output, measured: Measurements) -> float | None:
    """Return by how many standard errors noons at the top of the grid's voltage fall short."""
    index = output.views[0].index
    names = (index.channel.inverter, index.channel.id)
    volts = next(
        (v for n in names if n is not None and (v := measured.get(n, "v_ac")) is not None), None
    )
    if volts is None:
        return None
    bright = (output.expected > 0.45) & np.isfinite(volts) & np.isfinite(output.given)
    if int(bright.sum()) < 500:
        return None
    part = np.clip(output.given[bright] / output.expected[bright], 0.0, 1.05)
    seen = volts[bright]
    limit = float(np.quantile(seen, 0.995)) - HIGH_VOLTAGE
    # clear noons push the voltage up: without a limit those at its top give most
    high = seen >= limit
    near = (seen < limit) & (seen >= limit - 2.0)
    if min(int(high.sum()), int(near.sum())) < 40:
        return None
    u = math.sqrt(float(part[high].var()) / high.sum() + float(part[near].var()) / near.sum())
    return float(part[near].mean() - part[high].mean()) / (3.0 * u)


def _share(output: Output, found: Noons, onset: Onset) -> float:
    """Return the share of the last year's energy: late noons against early ones or weekdays."""
    end = output.views[0].end / 86400.0
    recent = found.day >= end - 365.0
    if not recent.any():
        return 0.0
    early = found.day < onset.day
    if onset.z < -3.0 and int(early.sum()) >= 60:
        usual = float(np.average(found.share[early], weights=found.weight[early]))
    else:
        usual = float(np.average(found.share[~found.free], weights=found.weight[~found.free]))
    lost = np.sum((usual - found.share[recent]) * found.weight[recent])
    given = float(np.nansum(output.given[output.recent]))
    return float(max(lost, 0.0) / (given + max(lost, 0.0))) if given > 0 else 0.0


@dataclass(frozen=True, slots=True)
class ClearDays:
    """Days whose morning and evening were clear, and how far their noons came.

    day : (d,) since 1970; month : (d,); reached : (d,) part of the noon that came to its
    expectation; share : (d,) mean over expectation; noon : (n,) intervals that count as noon
    """

    day: Floats
    month: Ints
    reached: Floats
    share: Floats
    noon: Mask


def clear_days(output: Output, held: Mask) -> ClearDays:
    """Return the days with clear shoulders; each month is measured by its own clear shoulders.

    So a wrong temperature of the model does not pass for heat that holds back.
    """
    bad = (output.views[0].index.flags & OUT) != 0
    ok = np.isfinite(output.given) & (output.plain > 0.05) & ~bad & ~held
    day = output.day - output.day[0]
    days = int(day[-1]) + 1
    top = np.zeros(days)
    np.maximum.at(top, day, np.maximum(output.plain, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.clip(output.given / output.plain, 0.0, 1.3)
        place = output.plain / top[day]
    noon = ok & (place > NOON)
    beside = ok & (place > SHOULDER[0]) & (place < SHOULDER[1])
    month = output.views[0].month
    level = np.ones(12)
    for m in range(12):
        here = part[beside & (month == m)]
        if len(here) > 50:
            level[m] = np.quantile(here, 0.8)
    part = part / level[month]
    clear = np.abs(part - 1.0) < 0.08

    def mean(values: Floats | Mask, use: Mask) -> Floats:
        count = np.bincount(day[use], minlength=days)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.bincount(day[use], values[use], days) / count)

    morning = mean(clear, beside & (output.hour < 12.0))
    evening = mean(clear, beside & (output.hour > 12.0))
    reached, share = mean(part > 0.92, noon), mean(np.minimum(part, 1.05), noon)
    good = np.flatnonzero((morning >= 0.6) & (evening >= 0.6) & np.isfinite(reached))
    all_days = output.day[0] + np.arange(days)
    months = month_of(all_days)[good]
    return ClearDays(all_days[good].astype(np.float64), months, reached[good], share[good], noon)


def derating(output: Output, held: Mask, context: Context) -> Iterable[Cause]:
    """Tell that heat holds the power conditioner back: noons of the hottest months alone."""
    found = clear_days(output, held)
    air = np.asarray(context.climate.temp_air)
    hottest = np.sort(air)[-2]
    hot = (air[found.month] >= hottest) & (air[found.month] > HOT)
    mild = (air[found.month] < hottest - 3.0) & (air[found.month] > hottest - 14.0)
    late = found.day > output.views[0].end / 86400.0 - 3.0 * 365.0
    n = int((hot & late).sum())
    if n < 5 or int((mild & late).sum()) < 8:
        return
    in_heat = (float(found.reached[hot & late].sum()) + 0.6) / (n + 1.5)
    in_mild = float(found.reached[mild & late].mean())
    usual = float(found.share[mild & late].mean())
    deficit = max(usual - float(found.share[hot & late].mean()), 0.0)
    month = air[output.views[0].month] >= hottest
    at = found.noon & output.recent & month
    given = float(np.nansum(output.given[output.recent]))
    lost = deficit * float(np.nansum(output.given[at])) / max(usual - deficit, 0.3)
    share = lost / (given + lost) if given > 0 else 0.0
    likely = logistic(26.0 * (0.19 - in_heat) + 12.0 * (in_mild - in_heat - 0.35))
    since, between = _first_hot_year(found, hot)
    yield Cause(
        "inverter_derating", share, likely * (1.0 if share >= LEAST_SHARE else 0.5), since=since,
        evidence={"reached_hot": round(in_heat, 3), "reached_mild": round(in_mild, 3),
                  "days": n, "since_between": between, "by_month": _by_month(found, late)},
    )  # fmt: skip


def _by_month(found: ClearDays, late: Mask) -> list[float | None]:
    """Return how far the noons of clear days came in each month, of the last three years."""
    means = [found.share[late & (found.month == m)] for m in range(12)]
    return [round(float(v.mean()), 3) if len(v) else None for v in means]


def _first_hot_year(found: ClearDays, hot: Mask) -> tuple[date | None, list[str]]:
    """Return since when noons of hot months fail: between two summers, None where always."""
    year = (found.day / 365.2425).astype(np.int64)
    years = np.unique(year[hot])
    failed = np.array([
        (found.reached[hot & (year == y)].sum() + 0.6) / ((hot & (year == y)).sum() + 1.5) < 0.3
        for y in years
    ])  # fmt: skip
    sound = np.flatnonzero(~failed)
    if not len(sound) or sound[-1] + 1 >= len(years):
        return None, []
    low = float(found.day[hot & (year == years[sound[-1]])].max())
    high = float(found.day[hot & (year == years[sound[-1] + 1])].min())
    return date_of(0.5 * (low + high)), [date_of(low).isoformat(), date_of(high).isoformat()]


def during(output: Output, cause: Cause, context: Context) -> Mask:
    """Return the intervals (n,) in which a cause of this file may hold back: bright hours.

    From its onset on; of heat in the hottest months only.
    """
    day = output.day - output.day[0]
    top = np.zeros(int(day[-1]) + 1)
    np.maximum.at(top, day, np.maximum(output.plain, 0.0))
    inside = output.plain > 0.6 * top[day]
    if cause.cause == "inverter_derating":
        air = np.asarray(context.climate.temp_air)
        inside &= (air >= np.sort(air)[-4])[output.views[0].month]
    if cause.since is not None:
        start = np.datetime64(cause.since, "D").astype(np.int64)
        inside &= output.day >= int(start) - 120
    return np.asarray(inside)


def held_back(output: Output, cause: Cause, there: Mask) -> Mask:
    """Return which of the intervals `there` (n,) a cause of this file held back.

    They fall short at a level noon between clear shoulders: clouds come and go. Of cloudier days
    nobody can tell.
    """
    expected = output.plain if cause.cause == "inverter_derating" else output.expected
    day = output.day - output.day[0]
    top = np.zeros(int(day[-1]) + 1)
    np.maximum.at(top, day, np.maximum(expected, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.clip(output.given / expected, 0.0, 1.05)
        place = expected / top[day]
    known = np.isfinite(part)
    beside = known & (place > SHOULDER[0]) & (place < SHOULDER[1])
    noon = known & (place > NOON)
    level = _mean_of(output.given, day, noon, len(top))
    apart = _mean_of(np.abs(output.given - level[day]), day, noon, len(top))
    held = (_mean_of(part, day, beside, len(top)) > SHINING) & (apart < LEVELLED * level)
    short = (part > SHORT[0]) & (part < SHORT[1]) & there & held[day]
    if cause.since is not None:
        short &= output.day >= int(np.datetime64(cause.since, "D").astype(np.int64))
    return np.asarray(short)


def _mean_of(values: Floats, day: Ints, use: Mask, days: int) -> Floats:
    count = np.bincount(day[use], minlength=days)
    return np.asarray(np.bincount(day[use], values[use], days) / np.maximum(count, 1))
