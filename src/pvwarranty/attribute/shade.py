"""Shade in the map of the sun's positions: objects in front of the sun, always or since a day.

Shade takes the beam where the sun is behind an object and leaves every other position alone; it
comes back each year in the same positions. A map of what a channel gives over the positions of the
sun (rows of declination, slots of the hour) is made for each half year; weather and ageing take
from whole rows and drop out. What irradiance alone explains (a shunt, series resistance) drops
out too. Where an irradiance sensor speaks, it takes the place of the clear sky.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pvwarranty.attribute.when import Ints, Mask, When
from pvwarranty.model import Floats, Index
from pvwarranty_kernels import map_changes, maps
from pvwarranty_kernels.cells import group_order, upper_levels

HALF_ROW = 0.5 * maps.HALF_YEAR / maps.ROWS  # days
LEAST_PASSES = 3
LEAST_Z = 3.0
FREE, CORE = 0.82, 0.50  # level of a free position, and of the core of a static object's shade
BEST, FLOOR = 0.80, 0.80  # see `maps.free_map`
STATIC_EDGE = 0.92
# least loss (log) of a cell, and least scatter assumed: of one cell, and of its neighbourhood
CLEAR_SKY = (0.06, 0.07, 0.06)
SENSOR = (0.03, 0.015, 0.012)
BEAM = 0.5  # of clear-sky power that a sensor must show for an interval to count
GRADUAL = 0.7  # misfit of steady growth over that of a step
LEAST_GROWTH = 300.0  # days


@dataclass(frozen=True, slots=True)
class SunMap:
    """What a channel gave over the positions of the sun, pass by pass (half years).

    level : (p, r, c) of the upper cluster over expected, NaN where not known
    clear : (r, c) expected power (0-1); day : (p, r) middle of each row of each pass [days]
    cell : (n,) r * slots + c of each interval
    sensed : whether an irradiance sensor, not the clear sky, is the reference
    """

    level: Floats
    clear: Floats
    day: Floats
    cell: Ints
    sensed: bool


@dataclass(frozen=True, slots=True)
class Shade:
    """An object's shade on a channel.

    cells : (r, c) shaded positions; left : (r, c) what is left there of clear-sky power
    mass : what speaks for it (see `map_changes.shade_mass`)
    since : day the shade began [days since 1970], in the middle of `window`; NaN for a static one
    until : day it ended, NaN while it lasts; gradual : whether it grew
    """

    cells: Mask
    left: Floats
    mass: float
    since: float
    window: tuple[float, float]
    until: float
    gradual: bool


def sun_map(index: Index, when: When, use: Mask, *, by_sensor: bool = False) -> SunMap | None:
    """Return the map of a channel from its `use` (n,) intervals; None for a short record."""
    if when.passes < LEAST_PASSES:
        return None
    expected = index.sensed if by_sensor and index.sensed is not None else index.clear
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = index.power / (index.p0 * expected)
    use = use & np.isfinite(ratio)
    if by_sensor:
        use &= (expected > BEAM * index.clear) & (ratio < 1.6)
    count = maps.ROWS * when.slots
    order = group_order(when.half * count + when.cell, use, when.passes * count)
    if by_sensor:
        level, _ = upper_levels(ratio, *order, 0.60, 0.12, 0.12, 3)
    else:
        level, _ = upper_levels(ratio, *order, 0.85, 0.12, 0.08, 5)
    day = index.clear >= 0.05
    cell = when.cell[day]
    total, seen = np.bincount(cell, index.clear[day], count), np.bincount(cell, minlength=count)
    return SunMap(
        level.reshape(when.passes, maps.ROWS, when.slots),
        (total / np.maximum(seen, 1)).reshape(maps.ROWS, when.slots),
        maps.row_days(when.first, when.passes),
        when.cell,
        by_sensor,
    )


def static_shade(sun: SunMap) -> Shade | None:
    """Return the shade that was there from the first pass on, or None."""
    best = maps.free_map(sun.level, sun.clear, BEST, FLOOR)
    first = maps.free_map(sun.level[:2], sun.clear, 0.5, FLOOR)
    label, count = maps.patches((best < FREE) & (sun.clear > 0.06))
    cells = np.zeros(best.shape, dtype=bool)
    for k in range(1, count + 1):
        patch = label == k
        early = first[patch][np.isfinite(first[patch])]
        if best[patch].min() < CORE and len(early) and np.median(early) < FREE:
            cells |= patch
    if not cells.any():
        return None
    cells = grown(cells) & (best < STATIC_EDGE)
    left = np.where(cells, np.minimum(np.nan_to_num(best, nan=1.0), 1.0), 1.0)
    mass = float(np.sum((1.0 - left) * sun.clear))
    return Shade(cells, left, mass, np.nan, (np.nan, np.nan), np.nan, False)


def new_shade(sun: SunMap, static: Shade | None, least_mass: float) -> Shade | None:
    """Return the shade that began after the record did, or None.

    What speaks for it with less than `least_mass` is weather.
    """
    rest, _, _ = maps.without_weather(sun.level, 0.85, 3)
    if static is not None:
        # edges of an old shade move with the weather, and show more beside a sensor
        near = grown(static.cells)
        rest[:, grown(near) if sun.sensed else near] = np.nan
    least, own, common = SENSOR if sun.sensed else CLEAR_SKY
    one, nine = maps.scatter(rest)
    if not np.isfinite(nine):
        return None
    own, common = max(own, one), max(common, 1.3 * nine)
    tau, mass = map_changes.first_change(rest, sun.day, sun.clear, own, common, LEAST_Z, least, 3)
    if mass <= 0.0:
        return None
    change, weight = _change(rest, sun, sun.day > tau)
    mass, cells = map_changes.shade_mass(change, weight, sun.clear, own, common, LEAST_Z, least)
    if not cells.any() or mass < least_mass:
        return None
    on_average = map_changes.mean_change(rest, sun.day > tau)
    course = _course(rest, on_average, cells, own)
    since, window = _onset(*_sorted(course, sun.day), tau)
    gradual, began = _growth(course, sun.day, since)
    until = np.nan if gradual else _end(course, sun.day, since)
    if gradual:
        since, window = began, (began - 365.0, min(began + 365.0, since))
    if np.isfinite(until):  # what came after is as good as what was before
        there = (sun.day > since) & (sun.day < until)
        change, weight = _change(rest, sun, there)
        again, wider = map_changes.shade_mass(
            change, weight, sun.clear, own, common, LEAST_Z, least
        )
        if wider.any():
            mass, cells = max(mass, again), wider
    now = _change(rest, sun, _present(sun.day, since, until))[0]
    depth = np.where(np.isfinite(now), now, change)
    left = np.where(cells, np.exp(np.minimum(np.nan_to_num(depth), 0.0)), 1.0)
    return Shade(cells, left, float(mass), since, window, until, gradual)


def grown(cells: Mask) -> Mask:
    """Return the cells and those beside them."""
    wide = np.pad(cells, 1)
    rows, slots = cells.shape
    out = np.zeros_like(cells)
    for r in range(3):
        for c in range(3):
            out |= wide[r : r + rows, c : c + slots]
    return out


def _change(rest: Floats, sun: SunMap, after: Mask) -> tuple[Floats, Floats]:
    """Return the change of the map to the passes `after`, without what irradiance explains."""
    change, weight = map_changes.change_map(rest, after)
    parts = map_changes.light_parts(sun.clear)
    return change - map_changes.by_irradiance(change, sun.clear, parts, 0.7), weight


def _present(day: Floats, since: float, until: float) -> Mask:
    """Return the rows of passes (p, r) that show the shade as it was last, over a year."""
    last = float(day.max()) if np.isnan(until) else until
    return np.asarray((day > max(since, last - 380.0)) & (day < last + 1.0))


@dataclass(frozen=True, slots=True)
class _Course:
    """How much of a shade was there at each row of each pass: 0 none, 1 all; and its weight."""

    amount: Floats
    weight: Floats


def _course(rest: Floats, change: Floats, cells: Mask, noise: float) -> _Course:
    """Return the course of a shade; the weight is the inverse variance of the amount.

    Neighbouring cells err alike: three of them count as one. A shade that went away again changed
    the mean of all that came after by less than itself: its largest amounts are all of it.
    """
    pattern = np.where(cells, np.nan_to_num(change), 0.0)
    known = np.isfinite(rest)
    power = np.sum(np.where(known, pattern**2, 0.0), axis=2)
    both = np.sum(np.where(known, np.nan_to_num(rest) * pattern, 0.0), axis=2)
    amount = both / np.maximum(power, 1e-9)
    strong = power > 0.3 * float(power.max())
    most = max(float(np.quantile(amount[strong], 0.9)), 1.0)
    weight = power * most**2 / (3.0 * noise**2)
    amount = np.clip(amount / most, -0.5, 1.5)
    return _Course(amount, 1.0 / (1.0 / np.maximum(weight, 1e-9) + 0.15**2))


def _sorted(course: _Course, day: Floats) -> tuple[Floats, Floats, Floats]:
    seen = course.weight > 1e-6
    order = np.argsort(day[seen])
    return day[seen][order], course.amount[seen][order], course.weight[seen][order]


def _onset(
    days: Floats, amount: Floats, weight: Floats, tau: float
) -> tuple[float, tuple[float, float]]:
    """Return the day of the step that fits best, and the days between which it may lie.

    Between the last row that shows none of the shade and the first that shows it, the sun may not
    have been behind the object for months: any day there fits as well.
    """
    tried = np.arange(max(tau - 400.0, days[0]), min(tau + 400.0, days[-1]), 2.0)
    if not len(tried):
        return tau, (tau, tau)
    part = np.clip((days[None, :] - tried[:, None]) / (2.0 * HALF_ROW) + 0.5, 0.0, 1.0)
    misfit = np.sum(weight * (amount - part) ** 2, axis=1)
    likely = np.exp(-0.5 * (misfit - misfit.min()))
    likely /= likely.sum()
    run = np.cumsum(likely)
    low, high = tried[np.searchsorted(run, 0.05)], tried[np.searchsorted(run, 0.95)]
    return float(np.sum(likely * tried)), (float(low), float(high))


def _growth(course: _Course, day: Floats, since: float) -> tuple[bool, float]:
    """Tell whether the shade grew steadily rather than appeared, and since when."""
    days, amount, weight = _sorted(course, day)
    step = float(np.sum(weight * (amount - (days > since)) ** 2))
    best, began = step, since
    for start in np.arange(days[0], days[-1] - LEAST_GROWTH, 90.0):
        ramp = np.maximum(days - start, 0.0)
        scale = float(np.sum(weight * ramp * amount)) / max(float(np.sum(weight * ramp**2)), 1e-9)
        misfit = float(np.sum(weight * (amount - scale * ramp) ** 2))
        if misfit < best:
            best, began = misfit, float(start)
    return best < GRADUAL * step, began


def _end(course: _Course, day: Floats, since: float) -> float:
    """Return the day on which the shade went away, NaN while it lasts."""
    days, amount, weight = _sorted(course, day)
    late = days > since
    days, amount, weight = days[late], amount[late], weight[late]
    if len(days) < 4:
        return np.nan
    misfit = [
        float(np.sum(weight * (amount - (np.arange(len(days)) < k)) ** 2))
        for k in range(1, len(days) + 1)
    ]
    k = int(np.argmin(misfit)) + 1
    if k == len(days) or misfit[k - 1] > 0.6 * misfit[-1]:
        return np.nan
    if float(np.average(amount[k:], weights=weight[k:])) > 0.35:
        return np.nan
    return _onset(days, 1.0 - amount, weight, float(days[k]))[0]
