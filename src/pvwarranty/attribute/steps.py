"""Abrupt lasting losses of a channel: their day, their size, and whether they came at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pvwarranty.attribute.context import View
from pvwarranty.attribute.longsteps import long_steps
from pvwarranty.attribute.peers import best_step
from pvwarranty.estimate.levels import BIN
from pvwarranty.model import Floats
from pvwarranty.quality import usable

# days on either side of a fortnightly step in which its day is looked for, alone and beside others
ALONE, BESIDE = 75, 200
LEAST_DAYS = 6
SAME = 16  # fortnights within which two steps are one
RAMP = 90.0  # days that a loss takes which is not abrupt


@dataclass(frozen=True, slots=True)
class Drop:
    """An abrupt loss.

    day : first day after it [since 1970]; between : days between which it lies
    share : of the power before it
    t : of the course over some months; long_t : over three years, or beside other channels
    sharp : log likelihood by which a step beats a ramp of three months
    by_peers : whether other channels of the site dated it
    days, ratio : (k,) the daily level in which the day was found, against others or the clear sky
    """

    day: float
    between: tuple[float, float]
    share: float
    t: float
    long_t: float
    sharp: float
    by_peers: bool
    days: Floats
    ratio: Floats


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a course steps down: first fortnight after it, share lost, and how clear it is."""

    at: int
    share: float
    t: float
    long_t: float


def drops(view: View, others: Sequence[View]) -> list[Drop]:
    """Return the lasting losses of a channel's course, dated to the day.

    `others` are the channels of the site under the same sky, if there are any; those that step at
    about the same time are not compared with.
    """
    bins = len(view.evidence.path.level)
    found = []
    for place in _places(view, others):
        rough = (view.end - (bins - place.at) * BIN) / 86400.0
        beside = [o for o in others if not _steps_near(o, rough)]
        day, ratio = _daily(view, beside, rough)
        at = _sharpest(day, ratio) or _Sharp(rough, (rough - 28.0, rough + 28.0), 0.0)
        found.append(Drop(
            at.day, at.between, place.share, place.t, place.long_t, at.gain, bool(beside), day,
            ratio,
        ))  # fmt: skip
    return found


def _places(view: View, others: Sequence[View]) -> list[_Place]:
    """Return the steps of the estimate's course and those that show over a longer time."""
    path, levels = view.evidence.path, view.evidence.levels
    alike = [
        o.evidence.levels.level for o in others
        if len(o.evidence.levels.level) == len(levels.level)
    ]  # fmt: skip
    far = long_steps(levels.level, levels.count, alike)
    found = []
    for step in path.steps:
        if step.size < 0:
            before = max(float(path.level[max(step.at - 1, 0)]), 0.05)
            near = [s for s in far if abs(s.at - step.at) <= SAME]
            far = [s for s in far if s not in near]
            t = max((s.t for s in near), default=0.0)
            found.append(_Place(step.at, min(-step.size / before, 1.0), step.t, t))
    return found + [_Place(s.at, 1.0 - math.exp(s.size), 0.0, s.t) for s in far]


def _steps_near(other: View, day: float) -> bool:
    path = other.evidence.path
    days = [(other.end - (len(path.level) - s.at) * BIN) / 86400.0 for s in path.steps]
    return any(abs(d - day) < 2 * BESIDE for d in days)


def _daily(view: View, others: Sequence[View], around: float) -> tuple[Floats, Floats]:
    """Return days and the channel's daily level over them, against others or the clear sky."""
    reach = BESIDE if others else ALONE
    first = int(around) - reach
    near = np.flatnonzero((view.day >= first) & (view.day <= first + 2 * reach))
    index = view.index
    if others:
        # each by its own places of the sun: their planes may differ
        there = np.sum([_without_course(v)[near] for v in others], axis=0)
        reference = np.sum([v.index.power[near] for v in others], axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            reference = np.where(there > 0, reference / there, np.nan) * _without_course(view)[near]
        good = np.all([usable(v.index)[near] for v in (view, *others)], axis=0)
        good &= np.isfinite(reference) & np.isfinite(index.power[near]) & (reference > 0)
        slots = view.day[near] - first
        given = np.bincount(slots[good], index.power[near][good], 2 * reach + 1)
        there = np.bincount(slots[good], reference[good], 2 * reach + 1)
        count = np.bincount(slots[good], minlength=2 * reach + 1)
        ratio = np.where(count >= 3, given / np.maximum(there, 1e-9), np.nan)
    else:
        clear = view.evidence.levels.clear[near]
        value = view.evidence.levels.relative[near]
        slots = view.day[near] - first
        ratio = np.full(2 * reach + 1, np.nan)
        for k in range(2 * reach + 1):
            here = value[(slots == k) & clear]
            if len(here) >= 2:
                ratio[k] = np.quantile(here, 0.75)
    known = np.isfinite(ratio)
    return (first + np.arange(2 * reach + 1))[known].astype(np.float64), ratio[known]


def _without_course(view: View) -> Floats:
    """Return what the channel gave under a clear sky when it was as at its own cells' level [W]."""
    return view.expected / view.course


@dataclass(frozen=True, slots=True)
class _Sharp:
    """The day of a step, the days between which it lies, and by how much it beats a ramp."""

    day: float
    between: tuple[float, float]
    gain: float


def _sharpest(day: Floats, ratio: Floats) -> _Sharp | None:
    """Return the step that fits best beside the best ramp of the same end levels."""
    if len(day) < 4 * LEAST_DAYS:
        return None
    at, _ = best_step(ratio[None, :], LEAST_DAYS)
    if at is None:
        return None
    high, low = float(np.median(ratio[:at])), float(np.median(ratio[at:]))
    scatter = 1.4826 * float(np.median(np.abs(np.diff(ratio)))) / 1.414 + 1e-3
    places = np.arange(LEAST_DAYS, len(day) - LEAST_DAYS + 1)
    step = _misfits(ratio, np.where(np.arange(len(day)) < places[:, None], high, low), scatter)
    middle = day[LEAST_DAYS:-LEAST_DAYS, None]
    ramp = high + (low - high) * np.clip((day - middle) / RAMP + 0.5, 0.0, 1.0)
    gain = 0.5 * float(_misfits(ratio, ramp, scatter).min() - step[at - LEAST_DAYS])
    # neighbouring days share their weather: four of them count as one
    fits = places[step <= step.min() + 4.0 * 4.0]
    between = (float(day[fits[0] - 1]), float(day[fits[-1]]))
    return _Sharp(float(day[at]), between, gain)


def _misfits(ratio: Floats, models: Floats, scatter: float) -> Floats:
    return np.asarray(np.sum(np.minimum(((ratio - models) / scatter) ** 2, 25.0), axis=1))
