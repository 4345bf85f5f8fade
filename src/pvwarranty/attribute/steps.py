"""Abrupt lasting losses of a channel: their day, their size, and whether they came at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pvwarranty.attribute.context import View
from pvwarranty.attribute.peers import best_step
from pvwarranty.estimate.levels import BIN
from pvwarranty.model import Floats
from pvwarranty.quality import usable

# days on either side of a fortnightly step in which its day is looked for, alone and beside others
ALONE, BESIDE = 75, 200
LEAST_DAYS = 6
RAMP = 90.0  # days that a loss takes which is not abrupt


@dataclass(frozen=True, slots=True)
class Drop:
    """An abrupt loss.

    day : first day after it [since 1970]; share : of the power before it; t : of the course
    sharp : log likelihood by which a step beats a ramp of three months
    by_peers : whether other channels of the site dated it
    days, ratio : (k,) the daily level in which the day was found, against others or the clear sky
    """

    day: float
    share: float
    t: float
    sharp: float
    by_peers: bool
    days: Floats
    ratio: Floats


def drops(view: View, others: Sequence[View]) -> list[Drop]:
    """Return the lasting losses of a channel's course, dated to the day.

    `others` are the channels of the site under the same sky, if there are any; those that step at
    about the same time are not compared with.
    """
    path = view.evidence.path
    bins = len(path.level)
    found = []
    for step in path.steps:
        if step.size >= 0:
            continue
        before = max(float(path.level[max(step.at - 1, 0)]), 0.05)
        rough = (view.end - (bins - step.at) * BIN) / 86400.0
        beside = [o for o in others if not _steps_near(o, rough)]
        day, ratio = _daily(view, beside, rough)
        at, sharp = _sharpest(day, ratio)
        share = min(-step.size / before, 1.0)
        found.append(
            Drop(rough if at is None else at, share, step.t, sharp, bool(beside), day, ratio)
        )
    return found


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
        reference = np.sum([v.index.power[near] for v in others], axis=0)
        reference = reference * index.p0 / sum(v.index.p0 for v in others)
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


def _sharpest(day: Floats, ratio: Floats) -> tuple[float | None, float]:
    """Return the day of the step, and by how much it beats the best ramp of the same end levels."""
    if len(day) < 4 * LEAST_DAYS:
        return None, 0.0
    at, _ = best_step(ratio[None, :], LEAST_DAYS)
    if at is None:
        return None, 0.0
    high, low = float(np.median(ratio[:at])), float(np.median(ratio[at:]))
    scatter = 1.4826 * float(np.median(np.abs(np.diff(ratio)))) / 1.414 + 1e-3

    def misfit(model: Floats) -> float:
        return float(np.sum(np.minimum(((ratio - model) / scatter) ** 2, 25.0)))

    step = misfit(np.where(np.arange(len(day)) < at, high, low))
    ramp = min(
        misfit(high + (low - high) * np.clip((day - middle) / RAMP + 0.5, 0.0, 1.0))
        for middle in day[LEAST_DAYS:-LEAST_DAYS]
    )
    return float(day[at]), 0.5 * (ramp - step)
