"""When a claim stands: the chance of being below at each coming step of the promise and its end.

The estimate of the day judged is carried on by its trend (`estimate.outlook`) to the last day of
each step, where the chance of being below that step's floor is greatest, and to its first day. A
claim that data support now stands until the last day of the steps, one after the other from the
one in force, on whose first day it would still be supported: floors are lower later, so a claim
may stand today and no longer tomorrow. Where no claim stands yet, the first day on which one would
be supported is told, if there is one within the cover.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pvwarranty.decide import Promise
from pvwarranty.estimate import LEVEL, interval, p_below
from pvwarranty.estimate.outlook import Rate, ahead
from pvwarranty.model import Part

YEAR = 365.2425
Chance = Callable[[date, float], float]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the promise that is not over: its floor from its first day to its last."""

    name: str
    ratio: float
    since: date
    until: date


def steps_of(promise: Promise, on: date) -> tuple[Step, ...]:
    """Return the step in force on a day and those that follow, in order; none after the cover."""
    steps, since = [], on
    for floor in promise.coming:
        steps.append(Step(floor.step, float(floor.ratio), since, floor.until))
        since = floor.until + timedelta(days=1)
    return tuple(steps)


def timing(
    parts: Sequence[Part], rate: Rate, promise: Promise, on: date, now: float | None
) -> dict[str, Any]:
    """Return the timing of an asset as the verdict's details hold it; empty without a cover.

    `parts` are the distribution of the ratio on the day judged, none where it is not known, and
    `now` the probability of being below then.
    """
    steps = steps_of(promise, on)
    if not steps:
        return {}

    def then(day: date) -> tuple[Part, ...]:
        return ahead(parts, rate, (day - on).days / YEAR)

    def chance(day: date, ratio: float) -> float:
        return p_below(then(day), ratio)

    top = interval(parts, LEVEL)[1] if parts else 0.0  # a module does not recover
    shown = [_shown(s, then, top) if parts else _unknown(s) for s in steps]
    if parts and now is not None:
        shown[0]["p_first"] = now
    return {
        "timing": {
            "rate": {"value": rate.value, "u": rate.u, "basis": rate.basis} if parts else None,
            "steps": shown,
            "stands_until": _stands_until(steps, shown),
            "supported_from": _supported_from(steps, shown, chance) if parts else None,
        }
    }


def _shown(step: Step, then: Callable[[date], tuple[Part, ...]], top: float) -> dict[str, Any]:
    last = then(step.until)
    low, high = interval(last, LEVEL)
    return _unknown(step) | {
        "p_first": p_below(then(step.since), step.ratio),
        "p_last": p_below(last, step.ratio),
        "value": sum(p.weight * p.mean for p in last),
        "low": max(low, 0.0),
        "high": min(high, top),
    }


def _unknown(step: Step) -> dict[str, Any]:
    nothing = dict.fromkeys(("p_first", "p_last", "value", "low", "high"))
    return {
        "step": step.name, "ratio": step.ratio, "since": step.since, "until": step.until,
    } | nothing  # fmt: skip


def _stands_until(steps: Sequence[Step], shown: Sequence[dict[str, Any]]) -> date | None:
    """Return the last day on which the claim of now is still supported, None where none is."""
    stands = None
    for step, figures in zip(steps, shown, strict=True):
        if figures["p_first"] is None or figures["p_first"] < LEVEL:
            return stands
        stands = step.until
    return stands


def _supported_from(
    steps: Sequence[Step], shown: Sequence[dict[str, Any]], chance: Chance
) -> date | None:
    """Return the first day on which a claim is supported, None where it never is."""
    for step, figures in zip(steps, shown, strict=True):
        if figures["p_first"] >= LEVEL:
            return step.since
        if figures["p_last"] >= LEVEL:
            return _first(step, chance)
    return None


def _first(step: Step, chance: Chance) -> date:
    early, late = step.since, step.until
    while (late - early).days > 1:
        middle = early + (late - early) // 2
        early, late = (early, middle) if chance(middle, step.ratio) >= LEVEL else (middle, late)
    return late
