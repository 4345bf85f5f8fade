"""Fusing the lines of evidence of a site's channels into one readable model.

In logarithms, for channel c of a site:

    early_c  = initial_c + common + own_c            absolute line at the start of the record
    now_c    = initial_c + change_c                  relative line

`common` is what the model gets wrong for all channels alike (turbidity, temperature, tilt) and
`own_c` for one (gain of its meter). `initial_c` is that of a new module within its tolerance, or,
rarely, of a module that was low from the start: a mixture, so that a healthy channel is not
accused and a bad one not averaged away. Channels of one roof share `common`: it is judged for
each from all the others and the physics, never twice from the same line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from pvwarranty.estimate.evidence import Evidence
from pvwarranty.estimate.film import Film, with_film
from pvwarranty.model import Floats, Part

OWN = 0.010  # gain of a channel's meter against its neighbours
LOW_FROM_START = 0.03  # share of channels
SPREAD = 1.0  # extent of their initial level, in logarithms
# of modules that lose fast when their record starts: share that did so before, and how evenly (u)
AGED_BEFORE, RATE_BEFORE = 0.5, 0.3


@dataclass(frozen=True, slots=True)
class Fresh:
    """What new modules give: log of the initial ratio, its u, ageing per year and its u."""

    initial: float
    u_initial: float
    rate: float
    u_rate: float


# warranted output within tolerance; n-type cells show no initial light-induced loss
N_TYPE = Fresh(math.log(1.005), 0.012, 0.003, 0.0015)
OTHER = Fresh(math.log(0.995), 0.015, 0.005, 0.0025)


@dataclass(frozen=True, slots=True)
class Start:
    """What a channel's level is expected to be when its record starts, in logarithms.

    normal, u_normal : of modules that aged as their kind does until then
    aged, u_aged : of modules that lost until then as fast as their record shows them lose
    weight : how likely that is
    """

    normal: float
    u_normal: float
    aged: float
    u_aged: float
    weight: float


def start_of(evidence: Evidence, fresh: Fresh, age: float) -> Start:
    """Return what is expected of modules `age` [years] old when their record starts."""
    normal, u = fresh.initial - fresh.rate * age, math.hypot(fresh.u_initial, fresh.u_rate * age)
    rate, u_rate = evidence.loss_at_start
    faster = rate - fresh.rate
    if faster <= 0 or age <= 0:
        return Start(normal, u, normal, u, 0.0)
    # little faster than the kind, for how well it is known, is most likely not faster at all
    sure = 1 - math.exp(-0.5 * (faster / math.hypot(u_rate, fresh.u_rate)) ** 2)
    spread = math.hypot(RATE_BEFORE * faster, u_rate) * age
    return Start(
        normal, u, fresh.initial - rate * age, math.hypot(u, spread), AGED_BEFORE * sure
    )  # fmt: skip


def initial_levels(
    evidence: Sequence[Evidence], fresh: Sequence[Fresh], age: Sequence[float]
) -> list[tuple[Part, ...]]:
    """Return each channel's level at the start of its record.

    Three parts, in logarithms, with weights that sum to 1: aged as its kind, aged as fast as in
    its record, low from the start. `age` [years] is that of the modules when the record starts.
    """
    starts = [start_of(*each) for each in zip(evidence, fresh, age, strict=True)]
    expected = np.array([s.normal for s in starts])
    u_expected = np.array([s.u_normal for s in starts])
    off = np.array([e.early.value for e in evidence]) - expected
    u_common = np.array([e.early.u for e in evidence])
    spread = np.sqrt(u_expected**2 + OWN**2)
    normal = np.ones(len(evidence))
    parts: list[tuple[Part, ...]] = []
    for _ in range(3):
        parts = []
        for c, start in enumerate(starts):
            others = (np.delete(off, c), np.delete(spread, c), np.delete(normal, c))
            common, u = _common(*others, u_common[c])
            parts.append(_initial(off[c] - common, math.hypot(u, OWN), start))
        normal = np.array([p[0].weight for p in parts])
    return parts


def _initial(seen: float, u_seen: float, start: Start) -> tuple[Part, ...]:
    """Return the parts of a level that was seen so far off the normal one."""
    ways = [(1 - start.weight, 0.0, start.u_normal)]
    if start.weight > 0:
        ways.append((start.weight, start.aged - start.normal, start.u_aged))
    found = []
    for prior, at, u in ways:
        likely = NormalDist(at, math.hypot(u_seen, u)).pdf(seen)
        share = u**2 / (u**2 + u_seen**2)
        level = start.normal + at + share * (seen - at)
        found.append(((1 - LOW_FROM_START) * prior * likely, level, u * math.sqrt(1 - share)))
    low = LOW_FROM_START / SPREAD * NormalDist().cdf(-seen / u_seen)
    found.append((low, start.normal + seen, u_seen))
    total = sum(weight for weight, _, _ in found)
    if total <= 0:
        return (Part(0.0, *found[0][1:]), Part(1.0, *found[-1][1:]))
    return tuple(Part(weight / total, level, u) for weight, level, u in found)


def _common(off: Floats, spread: Floats, normal: Floats, u_prior: float) -> tuple[float, float]:
    """Return the common error and its u from the channels given and the physics' own budget.

    Starts from their median, so that one bad channel among few does not move it.
    """
    precision = normal / spread**2
    if len(off) >= 3:
        centre = float(np.median(off))
        precision = precision * np.exp(-0.5 * ((off - centre) / (3 * spread)) ** 2)
    total = 1 / u_prior**2 + float(precision.sum())
    return float(np.sum(precision * off) / total), math.sqrt(1 / total)


def now(
    initial: tuple[Part, ...], evidence: Evidence, film: Film | None = None
) -> tuple[Part, ...]:
    """Return the distribution of the output ratio now, as parts in plain ratios."""
    if evidence.change is None:
        ratio = math.exp(evidence.late.value)
        return (Part(1.0, ratio, ratio * evidence.late.u),)
    found = []
    for part in initial:
        ratio = math.exp(part.mean + evidence.change.value)
        u = ratio * math.hypot(part.u, evidence.change.u)
        if part.weight > 1e-6:
            found += with_film(part, Part(part.weight, ratio, u), film)
    total = sum(p.weight for p in found)
    return tuple(Part(p.weight / total, p.mean, p.u) for p in found)


def p_below(parts: Sequence[Part], threshold: float) -> float:
    """Return the probability that the ratio is under `threshold` (JCGM 106:2012, 7.2)."""
    total = sum(p.weight * NormalDist(p.mean, p.u).cdf(threshold) for p in parts)
    return min(max(total, 0.0), 1.0)  # weights sum to 1 but for rounding


def interval(parts: Sequence[Part], level: float) -> tuple[float, float]:
    """Return the interval with equal tails that holds the ratio with probability `level`."""
    tail = (1 - level) / 2
    return quantile(parts, tail), quantile(parts, 1 - tail)


def quantile(parts: Sequence[Part], probability: float) -> float:
    """Return the quantile of a mixture of normal parts, by bisection."""
    low = min(p.mean - 9 * p.u for p in parts)
    high = max(p.mean + 9 * p.u for p in parts)
    under = [(p.weight, NormalDist(p.mean, p.u).cdf) for p in parts]
    for _ in range(60):
        middle = (low + high) / 2
        if middle in (low, high):  # no number lies between
            break
        below = sum(weight * cdf(middle) for weight, cdf in under)
        low, high = (middle, high) if below < probability else (low, middle)
    return (low + high) / 2


def mean(parts: Sequence[Part]) -> float:
    """Return the mean of a mixture."""
    return sum(p.weight * p.mean for p in parts)
