"""An estimate carried on into the coming years, with an interval that widens.

In logarithms the ratio after `h` years is that of now plus ``rate * h``. The rate is the slope of
the channel's smooth course without its steps: that of the whole record and that of its last three
years, weighed by what is known of them; where they contradict each other, a fault is under way and
the recent one counts, with their difference as further doubt. Without a course it is what such
modules are known to lose. A rate does not stay as it is: it wanders about its mean like a process
of Ornstein and Uhlenbeck of spread `WANDER` and memory `MEMORY`, so that the variance of the
logarithm grows by ``(u_rate h)^2 + 2 WANDER^2 MEMORY (h - MEMORY (1 - exp(-h / MEMORY)))``, the
variance of its integral. Recovery is not foretold: a rate above zero counts as zero. Failures that
have not begun are not foretold either.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pvwarranty.estimate.evidence import Evidence
from pvwarranty.estimate.fuse import Fresh
from pvwarranty.estimate.levels import FORTNIGHTS
from pvwarranty.estimate.path import Path
from pvwarranty.model import Floats, Part

WANDER, MEMORY = 0.006, 3.0  # of the rate [1/yr], [yr]
RECENT = 3.0  # years whose slope is the recent one
LEAST = 2.0  # years of record from which a slope is read
SEASONS = 0.010  # what a year's clear days may differ from another's: dust, haze [log]
SCATTER = 2.0  # noise of neighbouring fortnights goes together: factor on the slope's u


@dataclass(frozen=True, slots=True)
class Rate:
    """Change of the ratio per year, in logarithms, with its u, and where it is from.

    basis : ``course`` (the whole record), ``recent`` (its last years) or ``ageing`` (of the kind)
    """

    value: float
    u: float
    basis: str


def rate_of(evidence: Evidence | None, fresh: Fresh) -> Rate:
    """Return the rate at which a channel changes now."""
    ageing = Rate(-fresh.rate, math.hypot(fresh.u_rate, WANDER), "ageing")
    if evidence is None or evidence.years < LEAST:
        return ageing
    course = log_course(evidence.path)
    whole = _slope(course, evidence.path.noise)
    recent = _slope(course[-round(RECENT * FORTNIGHTS) :], evidence.path.noise)
    apart = recent.value - whole.value
    if abs(apart) > 2 * math.hypot(whole.u, recent.u):
        return _not_above_zero(recent.value, math.hypot(recent.u, apart / 2), "recent")
    weights = [1 / whole.u**2, 1 / recent.u**2, 1 / ageing.u**2]
    values = [whole.value, recent.value, ageing.value]
    total = sum(weights)
    mean = sum(w * v for w, v in zip(weights, values, strict=True)) / total
    # the slopes share a record: their agreement adds nothing to what the better one knows
    return _not_above_zero(mean, min(whole.u, recent.u), "course")


def log_course(path: Path) -> Floats:
    """Return the logarithm of a smooth course (k,) without its steps."""
    flat = path.level.copy()
    for step in path.steps:
        flat[step.at :] -= step.size
    return np.log(np.maximum(flat, 0.05))


def _slope(course: Floats, noise: float) -> Rate:
    years = len(course) / FORTNIGHTS
    at = np.arange(len(course)) / FORTNIGHTS
    slope = float(np.polyfit(at, course, 1)[0])
    statistics = SCATTER * noise / (years * math.sqrt(len(course) / 12))
    return Rate(slope, math.hypot(statistics, SEASONS / years), "course")


def _not_above_zero(value: float, u: float, basis: str) -> Rate:
    return Rate(min(value, 0.0), u, basis)


def ahead(parts: Sequence[Part], rate: Rate, years: float) -> tuple[Part, ...]:
    """Return a distribution of the ratio now as it will be after some years."""
    h = max(years, 0.0)
    gain = math.exp(rate.value * h)
    wandered = 2 * WANDER**2 * MEMORY * (h + MEMORY * math.expm1(-h / MEMORY))
    spread = math.sqrt((rate.u * h) ** 2 + max(wandered, 0.0))
    return tuple(
        Part(p.weight, p.mean * gain, math.hypot(p.u * gain, p.mean * gain * spread)) for p in parts
    )
