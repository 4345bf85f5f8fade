"""The course of a channel or battery as ratios over days, and where its trend leads.

The course of a channel is scaled so that it ends at its estimate; its band ends with the interval
of the estimate and begins with what was known when the record began. What follows is the outlook
of the verdict (`verify.timing`): what would be if the present trend went on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike

from pvwarranty.estimate.levels import FORTNIGHTS
from pvwarranty.model import Floats
from pvwarranty.verify.result import Verdict

DAYS = 365.2425
AHEAD = 8.0  # years that an outlook shows at most, or to the end of the step in force
PLACES = 5  # of a ratio: past them figures differ between processors
SILENT = 0.05  # an estimate under it has no course worth scaling
Z = 1.96


@dataclass(frozen=True, slots=True)
class Course:
    """Ratios (k,) over days (k,) [ordinal] with their band, and single values `seen` (k,)."""

    day: Floats
    value: Floats
    low: Floats
    high: Floats
    seen: Floats


def rounded(values: ArrayLike) -> Floats:
    """Return ratios to the places that all processors agree on."""
    return np.asarray(np.round(np.asarray(values, dtype=np.float64), PLACES))


def course_of(verdict: Verdict, on: date) -> Course | None:
    """Return the course of an asset up to the day judged, or None where there is none."""
    points = verdict.details.get("history", ())
    if points:
        day = np.array([float(p["on"].toordinal()) for p in points])
        value, low, high, seen = (
            rounded([float(p[k]) for p in points]) for k in ("value", "low", "high", "observed")
        )
        return Course(day, value, low, high, seen)
    return _of_channel(verdict, on)


def _of_channel(verdict: Verdict, on: date) -> Course | None:
    evidence, estimate = verdict.evidence, verdict.estimate
    if evidence is None or estimate is None or estimate.value < SILENT:
        return None
    level = evidence.path.level
    day = on.toordinal() - (len(level) - 1 - np.arange(len(level))) * DAYS / FORTNIGHTS
    scale = estimate.value / max(float(level[-1]), SILENT)
    value = scale * level
    begun = Z * float(value[0]) * estimate.budget.get("initial", 0.0)
    part = np.linspace(0.0, 1.0, len(level))

    def band(end: float) -> Floats:
        start = min(max(begun, 0.5 * end), end)
        return np.asarray(np.sqrt((1 - part) * start**2 + part * end**2))

    low = value - band(estimate.value - estimate.low)
    high = value + band(estimate.high - estimate.value)
    told = (rounded(v) for v in (value, low, high, scale * evidence.levels.level))
    return Course(day, *told)


def projected(verdict: Verdict, on: date) -> Course | None:
    """Return where the present trend leads by the ends of the coming steps, with its band.

    None where no trend is told. Between the day judged and the ends of steps it is drawn straight.
    """
    timing, estimate = verdict.details.get("timing"), verdict.estimate
    if timing is None or estimate is None:
        return None
    steps = [s for s in timing["steps"] if s["value"] is not None and s["until"] > on]
    near = [s for s in steps if (s["until"] - on).days <= AHEAD * DAYS] or steps[:1]
    if not near:
        return None
    day = [on.toordinal(), *(s["until"].toordinal() for s in near)]
    value, low, high = (
        rounded([float(getattr(estimate, name)), *(float(s[name]) for s in near)])
        for name in ("value", "low", "high")
    )
    return Course(np.array(day, dtype=np.float64), value, low, high, np.full(len(day), np.nan))
