"""Losses of the modules themselves: abrupt failures, and gradual ones by their kind."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np

from pvwarranty.attribute.context import Context, View, day_of, logistic, logit
from pvwarranty.attribute.failures import failures
from pvwarranty.attribute.kinds import AGEING, FILM, REST, SALT, kinds
from pvwarranty.attribute.signs import Signs, signs_of
from pvwarranty.estimate.levels import BIN, FORTNIGHTS
from pvwarranty.model import Cause, Measurements

# ageing per year that no one complains of, with its u over kinds of modules; and how common and
# how wide (log) losses are that have nothing to do with it
NATURAL, U_NATURAL = 0.0035, 0.002
OTHER, WIDE = 0.2, 0.1
LEAST_LOSS = 0.015  # that is worth a word
PEER = 0.3  # how much another channel's odds of salt count beside a channel's own


@dataclass(frozen=True, slots=True)
class Start:
    """What a channel brings to the judgement of its modules.

    low : what was missing when the record began (0 for a sound channel); dim : see `Signs`
    held : whether grid voltage or heat takes from noons
    """

    low: float
    dim: float
    held: bool


def lasting(
    view: View,
    others: Sequence[View],
    measured: Measurements,
    context: Context,
    start: Start,
) -> Iterable[Cause]:
    """Tell abrupt failures and gradual losses of a channel's modules.

    `others` are channels under the same sky.
    """
    doubt = 0.5 if set(view.index.channel.arrays) & _turned(context) else 1.0
    taken = 0.0
    signs = signs_of(view, measured, start.dim, held=start.held)
    for failure in failures(view, others, measured, doubt):
        if failure.probability >= 0.5:  # a doubtful one may as well be part of a gradual loss
            taken += math.log(max(1.0 - failure.share, 0.01))
        yield failure
    yield from _gradual(view, context, signs, taken, start.low)


def _turned(context: Context) -> set[str]:
    """Return the arrays whose planes had to be replaced: their course is less sure."""
    return {a for found in context.orientations for a in found.arrays}


def _gradual(
    view: View, context: Context, signs: Signs | None, taken: float, low_from_start: float
) -> Iterable[Cause]:
    change = view.evidence.change
    years = view.evidence.years
    if change is None:
        return
    seen, u_seen = -(change.value - taken) + low_from_start, change.u
    natural = NATURAL * years
    share = 1.0 - math.exp(-max(seen, 0.0))
    real = lost_so_much(seen, u_seen, years)
    chances = kinds(taken, natural, signs, context)
    for kind, chance in chances.items():
        likely = real * chance
        if share < LEAST_LOSS or likely < 0.02:
            continue
        evidence: dict[str, Any] = _gradual_evidence(view, signs) | {"years": round(years, 2)}
        since, between = None, None
        if kind == FILM.cause:
            beyond = 1.0 - math.exp(-max(seen - natural, 0.0))
            yield Cause(kind, beyond, likely, evidence=evidence | {"kind": "film"})
            continue
        if kind != AGEING.cause:
            since, between = _onset(view)
            evidence |= {"coast": context.coast}
        yield Cause(kind, share, likely, since=since, evidence=evidence, between=between)


def lost_so_much(seen: float, u: float, years: float) -> float:
    """Return how likely modules lost `LEAST_LOSS` in so many years, seen to lose `seen` (log).

    What is known of modules weighs in: nearly all age by a few thousandths a year, some lose more.
    """
    above, total = 0.0, 0.0
    for weight, spread in ((1.0 - OTHER, U_NATURAL * years), (OTHER, WIDE)):
        usual = NATURAL * years
        weight *= NormalDist(usual, math.hypot(spread, u)).pdf(seen)
        precision = 1.0 / spread**2 + 1.0 / u**2
        mean = (usual / spread**2 + seen / u**2) / precision
        above += weight * (1.0 - NormalDist(mean, precision**-0.5).cdf(LEAST_LOSS))
        total += weight
    return above / total if total > 0.0 else float(seen > LEAST_LOSS)


def _onset(view: View) -> tuple[Any, tuple[Any, Any]]:
    """Return when the course bent down, and the days between which it may have: by a hinge."""
    level = view.evidence.path.level
    k = np.arange(len(level), dtype=np.float64)
    starts = np.arange(0, max(len(level) - FORTNIGHTS // 2, 1))
    bent = np.maximum(k - starts[:, None], 0.0) ** 1.5
    bent, rest = bent - bent.mean(axis=1, keepdims=True), level - level.mean()
    squares = np.sum(bent * bent, axis=1)
    misfits = np.sum(rest * rest) - (bent @ rest) ** 2 / np.maximum(squares, 1e-9)
    best = int(np.argmin(misfits))
    u = max(view.evidence.path.noise, 0.01)
    fits = np.flatnonzero(misfits <= misfits[best] + 4.0 * u**2)

    def day(at: int) -> Any:
        return day_of(view.end - (len(level) - at) * BIN, view.index.longitude)

    return day(int(starts[best])), (day(int(starts[fits[0]])), day(int(starts[fits[-1]])))


def _gradual_evidence(view: View, signs: Signs | None) -> dict[str, Any]:
    level = view.evidence.path.level
    found: dict[str, Any] = {"course": np.round(level[:: FORTNIGHTS // 2], 4).tolist()}
    if signs is not None:
        found["by_irradiance"] = signs.by_irradiance
        found |= {"slope": round(signs.slope, 4), "u_slope": round(signs.u_slope, 4)}
        found["dim_hours"] = round(signs.dim, 1)
        if signs.voltage is not None:
            found |= {"voltage_change": round(signs.voltage, 4),
                      "power_change": round(signs.power, 4)}  # fmt: skip
    return found


def agreeing(own: Mapping[str, list[Cause]]) -> dict[str, list[Cause]]:
    """Return the causes of a site's channels with salt weighed by all of them.

    The sea's air comes to all modules of a roof: what speaks for salt in one channel speaks for it
    in another that loses too, if less.
    """
    odds = {
        name: logit(c.probability) for name, causes in own.items() for c in causes
        if c.cause == SALT.cause
    }  # fmt: skip
    if len(odds) < 2:
        return dict(own)
    return {name: _moved(causes, name, odds) for name, causes in own.items()}


def _moved(causes: list[Cause], name: str, odds: Mapping[str, float]) -> list[Cause]:
    if name not in odds:
        return causes
    others = [v for k, v in odds.items() if k != name]
    salt = logistic(odds[name] + PEER * float(np.clip(np.mean(others), -2.5, 2.5)))
    rest = sum(c.probability for c in causes if c.cause in REST)
    was = logistic(odds[name])
    left = max(was + rest - salt, 0.0) / max(rest, 1e-9)
    return [
        replace(c, probability=salt) if c.cause == SALT.cause
        else replace(c, probability=min(c.probability * left, 1.0))
        if c.cause in REST else c
        for c in causes
    ]  # fmt: skip
