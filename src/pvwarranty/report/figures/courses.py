"""The course of a channel or battery as ratios over days, and where its trend leads.

The course of a channel is scaled so that it ends at its estimate; its band ends with the interval
of the estimate and begins with what was known when the record began. The projection carries on
the trend of the last years: what would be, if nothing changed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pvwarranty.estimate.levels import FORTNIGHTS
from pvwarranty.model import Floats
from pvwarranty.report.stairs import Stair
from pvwarranty.verify.result import Verdict

DAYS = 365.2425
TREND = 3 * FORTNIGHTS  # fortnights whose slope is carried on
LEAST = FORTNIGHTS  # fortnights without a step that a slope needs
POINTS = 4  # seen values that a slope needs
U_SLOPE = 0.003  # per year: what no record excludes (a fault may set in)
AHEAD = 6.0  # years that a projection reaches at most
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


def course_of(verdict: Verdict, on: date) -> Course | None:
    """Return the course of an asset up to the day judged, or None where there is none."""
    points = verdict.details.get("history", ())
    if points:
        day = np.array([float(p["on"].toordinal()) for p in points])
        value, low, high, seen = (
            np.array([p[k] for p in points], dtype=np.float64)
            for k in ("value", "low", "high", "observed")
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
    return Course(day, value, low, high, scale * evidence.levels.level)


def projected(verdict: Verdict, stairs: tuple[Stair, ...], on: date) -> Course | None:
    """Return where the trend of the last years leads by the end of the next step, with its band."""
    end = _reach(stairs, on)
    past, estimate = course_of(verdict, on), verdict.estimate
    if end is None or past is None or estimate is None:
        return None
    trend = _trend(past, verdict)
    if trend is None:
        return None
    slope, u_slope = trend
    years = np.linspace(0.0, (end - on).days / DAYS, 25)
    value = estimate.value + slope * years
    width = Z * u_slope * years
    low = value - np.hypot(width, estimate.value - estimate.low)
    high = value + np.hypot(width, estimate.high - estimate.value)
    day = on.toordinal() + years * DAYS
    return Course(day, value, np.maximum(low, 0.0), high, np.full(len(day), np.nan))


def _reach(stairs: tuple[Stair, ...], on: date) -> date | None:
    """Return the end of the step after the one in force, or of the last, not too far ahead."""
    ends = [s.until for s in stairs if s.until > on]
    if not ends:
        return None
    return min(ends[min(1, len(ends) - 1)], on + timedelta(days=AHEAD * DAYS))


def _trend(past: Course, verdict: Verdict) -> tuple[float, float] | None:
    """Return the slope of the last years [1/yr] and its u; what lies before a step is left out.

    None where too little is left. A rise is no promise: it is carried on as level.
    """
    if verdict.evidence is None:
        seen, recent = past.value, past.day > past.day[-1] - 2.0 * DAYS
    else:
        steps = [s.at for s in verdict.evidence.path.steps]
        first = max([0, len(past.seen) - TREND, *steps])
        if len(past.seen) - first < LEAST:
            return None
        seen, recent = past.seen, np.arange(len(past.seen)) >= first
    known = np.isfinite(seen) & recent
    if int(known.sum()) < POINTS:
        return None
    years = past.day[known] / DAYS
    x, y = years - years.mean(), seen[known] - seen[known].mean()
    spread = float(np.sum(x * x))
    slope = float(np.sum(x * y)) / spread
    rest = y - slope * x
    u = math.sqrt(4.0 * float(np.mean(rest**2)) / spread)  # neighbours share their weather
    return min(slope, 0.0), math.hypot(u, U_SLOPE)
