"""Losses of the modules themselves: abrupt failures, ageing, series resistance (salt), shunts.

What kind a gradual loss is shows in how it depends on irradiance and in the voltage: series
resistance costs in proportion to current and lowers the voltage; a shunt costs most at low light
and leaves the voltage alone; ageing as seen in the field is mostly of current, with some of both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np

from pvwarranty.attribute.context import Context, Mask, View, date_of, day_of, logistic, logit
from pvwarranty.attribute.steps import Drop, drops
from pvwarranty.estimate.levels import BIN, FORTNIGHTS
from pvwarranty.model import Cause, Floats, Measurements

NATURAL = 0.0035  # ageing per year that no one complains of
LEAST_LOSS = 0.020  # what a record of some years shows of a loss of 0.015 and more
LEAST_CHANCE = 0.15  # of an abrupt failure that is worth a word
KIND_LOSS = 0.04  # loss beyond natural ageing under which its kind cannot be told
U_VOLTAGE = 0.015  # of a change of voltage (log)
SOUND_HOURS, SHUNT_HOURS = 8.0, 60.0  # without output under a heavy sky in a year, on average
PEER = 0.3  # how much another channel's odds of salt count beside a channel's own
SHOWN_DAYS, VOLT_DAYS = 45, 6  # days on either side of a step that are shown, and of one voltage
MIDDLE = 0.6  # expected clear power about which the slope over irradiance is taken


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of gradual loss.

    slope : of the loss over irradiance (0-1) per unit of loss at `MIDDLE`; voltage : share of the
    loss (log) that is of voltage, at bright light; each with its standard deviation
    """

    cause: str
    slope: float
    u_slope: float
    voltage: float
    u_voltage: float
    prior: float


AGEING = Kind("degradation", -0.25, 0.12, 0.34, 0.12, 0.80)
SALT = Kind("salt_corrosion", -1.05, 0.15, 0.80, 0.10, 0.10)
SHUNT = Kind("pid", 0.70, 0.30, 0.10, 0.10, 0.10)
# a film that rain never takes is less light: the voltage stays, and without it nothing but a wash
# tells it from ageing; few roofs have so much of it
FILM = Kind("soiling", 0.0, 0.15, 0.03, 0.05, 0.12)
REST = (AGEING.cause, SHUNT.cause, FILM.cause)
# how much likelier salt is so near the sea than anywhere: upper distance [m] and factor
COAST = ((500.0, 3.0), (2000.0, 2.0), (7000.0, 1.0), (20000.0, 0.3), (math.inf, 0.05))


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells the kinds of loss apart.

    lost : loss (log) at `MIDDLE`; slope, u_slope : change of the level over irradiance since the
    record began, per unit of it
    voltage, power : change (log) of each in bright light, None without voltages
    dim : hours of the last year in which a heavy sky left the channel without any output
    by_irradiance : expected power (0-1) and the change of the level there since the start (log)
    """

    lost: float
    slope: float
    u_slope: float
    voltage: float | None
    power: float
    dim: float
    by_irradiance: Mapping[str, list[float]]


@dataclass(frozen=True, slots=True)
class Start:
    """What a channel brings to the judgement of its modules.

    low : what was missing when the record began (0 for a sound channel); dim : see `Signs`
    """

    low: float
    dim: float


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
    signs = signs_of(view, measured, start.dim)
    for drop in drops(view, others):
        likely = doubt * _abrupt(drop)
        if likely < LEAST_CHANCE:
            continue
        if likely >= 0.5:  # a doubtful one may as well be part of a gradual loss
            taken += math.log(max(1.0 - drop.share, 0.01))
        yield Cause(
            "module_failure", drop.share, likely, since=date_of(drop.day),
            evidence=_step_evidence(view, drop, measured),
        )  # fmt: skip
    yield from _gradual(view, context, signs, taken, start.low)


def _abrupt(drop: Drop) -> float:
    """Return how likely a drop is a failure: it stands out of the course, and came at once."""
    near = 0.25 * (min(drop.sharp, 30.0) - 9.0) + 0.3 * (drop.t - 7.0)
    far = 1.0 * (min(drop.long_t, 12.0) - 4.5) + 0.15 * (min(drop.sharp, 20.0) - 3.0)
    return logistic(max(near, far))


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
    unreal = NormalDist(seen, u_seen).cdf(LEAST_LOSS)
    chances = _kinds(taken, natural, signs, context)
    for kind, chance in chances.items():
        likely = (1.0 - unreal) * chance
        if share < LEAST_LOSS or likely < 0.02:
            continue
        evidence: dict[str, Any] = _gradual_evidence(view, signs) | {"years": round(years, 2)}
        since = None
        if kind == FILM.cause:
            beyond = 1.0 - math.exp(-max(seen - natural, 0.0))
            yield Cause(kind, beyond, likely, evidence=evidence | {"kind": "film"})
            continue
        if kind != AGEING.cause:
            since, between = _onset(view)
            evidence |= {"since_between": [d.isoformat() for d in between],
                         "coast": context.coast}  # fmt: skip
        yield Cause(kind, share, likely, since=since, evidence=evidence)


def _kinds(taken: float, natural: float, signs: Signs | None, context: Context) -> dict[str, float]:
    """Return how likely each kind is what is lost beyond natural ageing and abrupt steps (log)."""
    if signs is None or signs.lost + taken - natural < KIND_LOSS:
        return {AGEING.cause: 1.0}
    extra = signs.lost + taken - natural
    near = 1.0
    if context.coast is not None:
        near = next(factor for reach, factor in COAST if context.coast <= reach)
    weights = {}
    for kind in (AGEING, SALT, SHUNT, FILM):
        prior = kind.prior * (near if kind is SALT else 1.0)
        expected = AGEING.slope * natural + kind.slope * extra
        weight = prior * _density(signs.slope, expected, signs.u_slope, kind.u_slope * extra)
        weight *= _dim_light(kind, signs.dim)
        if signs.voltage is not None:
            beyond = max(-signs.power + taken - natural, 0.0)
            expected = taken - AGEING.voltage * natural - kind.voltage * beyond
            weight *= _density(signs.voltage, expected, U_VOLTAGE, kind.u_voltage * beyond)
        weights[kind.cause] = weight
    total = sum(weights.values())
    return {k: w / total for k, w in weights.items()}


def _density(seen: float, expected: float, u: float, u_kind: float) -> float:
    """Return the density of what is seen; wild values are no proof of anything."""
    spread = math.hypot(u, u_kind)
    z = (seen - expected) / spread
    return (math.exp(-0.5 * z * z) + 0.003) / spread


def _dim_light(kind: Kind, hours: float) -> float:
    """Return how likely so many hours without output under a heavy sky are: of a shunt alone."""
    spread = SHUNT_HOURS if kind is SHUNT else SOUND_HOURS
    return math.exp(-min(hours, 60.0) / spread) / spread


def signs_of(view: View, measured: Measurements, dim: float) -> Signs | None:
    """Return what tells the kinds of a channel's loss apart, or None for too short a record."""
    levels, path = view.evidence.levels, view.evidence.path
    bins = len(path.level)
    smooth = np.maximum(path.level[::-1], 0.02)[levels.bin]
    rest = levels.relative / smooth - 1.0
    good = levels.clear & (np.abs(rest) < 0.15)
    late = good & (levels.bin < FORTNIGHTS)
    early = good & (levels.bin >= max(bins - 2 * FORTNIGHTS, FORTNIGHTS))
    if min(int(late.sum()), int(early.sum())) < 100:
        return None
    (a, ua), (b, ub) = (_slope(view.index.clear[m], rest[m]) for m in (late, early))
    voltage, power = _voltage(view, measured, late, early)
    lost = -math.log(max(path.level[-1], 0.02) / max(path.level[0], 0.02))
    seen = _by_irradiance(view.index.clear, rest, late, early, lost)
    return Signs(lost, a - b, math.hypot(ua, ub), voltage, power, dim, seen)


def _by_irradiance(
    clear: Floats, rest: Floats, late: Mask, early: Mask, lost: float
) -> dict[str, list[float]]:
    """Return the change of the level at each tenth of irradiance, as figures show it."""
    at, change = [], []
    tenth = (clear * 10.0).astype(np.int64)
    for k in range(1, 11):
        now, before = rest[late & (tenth == k)], rest[early & (tenth == k)]
        if min(len(now), len(before)) >= 20:
            at.append(round(0.1 * k + 0.05, 2))
            change.append(round(float(np.median(now) - np.median(before)) - lost, 4))
    return {"expected": at, "change": change}


def _slope(clear: Floats, rest: Floats) -> tuple[float, float]:
    """Return the slope over irradiance and its u; dim light has a slope of its own.

    Neighbouring intervals share their weather: six of them count as one.
    """
    x = np.stack([np.ones(len(clear)), clear - MIDDLE, np.maximum(0.35 - clear, 0.0)])
    inner = x @ x.T + 1e-9 * np.eye(3)
    found = np.linalg.solve(inner, x @ rest)
    scatter = float(np.var(rest - found @ x))
    return float(found[1]), math.sqrt(6.0 * scatter * float(np.linalg.inv(inner)[1, 1])) + 0.005


def _voltage(
    view: View, measured: Measurements, late: Mask, early: Mask
) -> tuple[float | None, float]:
    """Return the changes of voltage and power (log) in bright light at like places of the sun."""
    volts = measured.get(view.name, "v_dc")
    if volts is None:
        return None, 0.0
    levels = view.evidence.levels
    bright = (view.index.clear > 0.45) & np.isfinite(volts) & (volts > 0.0)

    def moved(values: Floats) -> Floats:
        value = np.log(np.where(bright & (values > 0.0), values, 1.0))
        means = []
        for use in (late & bright, early & bright):
            count = np.bincount(levels.cell[use], minlength=levels.cells.size)
            total = np.bincount(levels.cell[use], value[use], levels.cells.size)
            means.append(np.where(count >= 2, total / np.maximum(count, 1), np.nan))
        return np.asarray(means[0] - means[1])

    both = np.stack([moved(volts), moved(np.nan_to_num(levels.relative))])
    both = both[:, np.isfinite(both).all(axis=0)]
    if both.shape[1] < 20:
        return None, 0.0
    return float(np.median(both[0])), float(np.median(both[1]))


def _onset(view: View) -> tuple[Any, tuple[Any, Any]]:
    """Return when the course bent down, and the days between which it may have: by a hinge."""
    level = view.evidence.path.level
    k = np.arange(len(level), dtype=np.float64)
    starts = np.arange(0, max(len(level) - FORTNIGHTS // 2, 1))
    misfits = np.empty(len(starts))
    for n, start in enumerate(starts):
        x = np.stack([np.ones(len(k)), np.maximum(k - start, 0.0) ** 1.5])
        found = np.linalg.solve(x @ x.T + 1e-9 * np.eye(2), x @ level)
        misfits[n] = float(np.sum((level - found @ x) ** 2))
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


def _step_evidence(view: View, drop: Drop, measured: Measurements) -> dict[str, Any]:
    """Return the levels about a step: by fortnights, by days, and the voltage where recorded."""
    level = view.evidence.levels.level
    at = len(level) - int((view.end / 86400.0 - drop.day) / (BIN / 86400.0))
    part = level[max(at - 8, 0) : at + 8]
    near = np.abs(drop.days - drop.day) <= SHOWN_DAYS
    found: dict[str, Any] = {
        "levels": [round(float(v), 3) if v == v else None for v in part],
        "daily": {"from_step": (drop.days[near] - drop.day).astype(int).tolist(),
                  "level": np.round(drop.ratio[near], 3).tolist()},
        "beside": "channels of the site" if drop.by_peers else "clear sky",
        "since_between": [date_of(d).isoformat() for d in drop.between],
        "t": round(max(drop.t, drop.long_t), 1), "sharp": round(drop.sharp, 1),
    }  # fmt: skip
    volts = _volts(view, drop.day, measured)
    return found if volts is None else found | {"volts": volts}


def _volts(view: View, day: float, measured: Measurements) -> dict[str, Any] | None:
    """Return the voltage in bright light by spans of days about a day, None where not recorded."""
    volts = measured.get(view.name, "v_dc")
    if volts is None:
        return None
    near = (np.abs(view.day - day) <= 2 * SHOWN_DAYS) & (view.index.clear > 0.45)
    near &= (view.index.power > 0.5 * view.expected) & (volts > 0.0)
    span = (view.day[near] - int(day)) // VOLT_DAYS
    known = [(int(k) * VOLT_DAYS, volts[near][span == k]) for k in np.unique(span)]
    return {"from_step": [k for k, _ in known],
            "median": [round(float(np.median(v)), 1) for _, v in known]}  # fmt: skip


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
