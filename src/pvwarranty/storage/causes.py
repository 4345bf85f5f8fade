"""Why a battery holds less, or seems to: causes with share, probability and date."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from pvwarranty.model import Cause, Estimate
from pvwarranty.storage.balance import YEAR, Balance, efficiency
from pvwarranty.storage.changes import Jump
from pvwarranty.storage.clock import ClockShift
from pvwarranty.storage.history import day_of
from pvwarranty.storage.ratio import ratio
from pvwarranty.storage.usage import Usage

FADED = 0.85  # below this share of the initial capacity fade is a cause by itself
LOST = 0.05  # share of rows
SELDOM_DEEP, SELDOM_RESTING = 0.12, 0.30
COLD, COLD_SHARE = 9.0, 0.01  # °C at the 10th percentile; share of capacity
LOSS, LOSS_RATE = 0.04, 0.007  # of round-trip efficiency, and of it a year
KNEE_FASTER, KNEE_RATE = 1.8, 0.035  # times the rate before; share of initial capacity a year
KNEE_SPAN = 1.5  # yr
FAILED = 0.90  # capacity after over before
DRIFT = (0.017, 0.035)  # of the capacity, after one charge and after one day


@dataclass(frozen=True, slots=True)
class Known:
    """All that causes are read from; None where it could not be had.

    curve : the balance that shows the capacity's path, by true ends or by verified slopes
    ends : the balance between true ends
    drift : how far the shown charge misses the true full, after one charge and after one day
    """

    usage: Usage
    estimate: Estimate | None
    curve: Balance | None
    ends: Balance | None
    jumps: tuple[Jump, ...]
    clock: ClockShift | None
    drift: tuple[float, float]


def causes_of(known: Known) -> tuple[Cause, ...]:
    """Return what takes or seems to take capacity, most of it first."""
    found = [
        _fade(known), _knee(known), _failure(known), _efficiency(known), _cold(known),
        _drift(known), _partial(known), _reserve(known), _clock(known), _gaps(known),
    ]  # fmt: skip
    return tuple(sorted((c for c in found if c), key=lambda c: -c.share))


def _fade(known: Known) -> Cause | None:
    e = known.estimate
    if e is None:
        return None
    p = 0.5 * math.erfc((e.value - FADED) / e.parts[0].u / math.sqrt(2.0))
    if p < 0.05:
        return None
    return Cause("capacity_fade", max(1.0 - e.value, 0.0), p, evidence={"ratio": e.value})


def _knee(known: Known) -> Cause | None:
    """Ageing that has become faster: the last 18 months against the time before, by the draws."""
    curve = known.curve
    if curve is None or curve.frame.years < 3.0 or known.jumps:
        return None
    last = curve.frame.years
    at = np.array([max(1.0, last - 4.0), last - KNEE_SPAN, last])
    value = ratio(curve.frame, curve.coefficients, at, "dc")
    draws = ratio(curve.frame, curve.draws, at, "dc")
    now = (draws[:, 1] - draws[:, 2]) / KNEE_SPAN
    before = (draws[:, 0] - draws[:, 1]) / (at[1] - at[0])
    p = float(np.mean((now > KNEE_FASTER * before) & (now > KNEE_RATE)))
    if p < 0.05:
        return None
    rates = [(value[0] - value[1]) / (at[1] - at[0]), (value[1] - value[2]) / KNEE_SPAN]
    more = max((rates[1] - rates[0]) * KNEE_SPAN, 0.0)
    return Cause("knee", float(more), p, since=day_of(curve.frame, _bend(curve)),
                 evidence={"before": float(rates[0]), "now": float(rates[1])})  # fmt: skip


def _bend(curve: Balance) -> float:
    """Return the age [yr] at which the fitted path bends down most."""
    grid = np.arange(1.0, curve.frame.years - 0.5, 0.25)
    ages = np.concatenate([grid - 1.0, grid, grid + 0.5])
    value = ratio(curve.frame, curve.coefficients, ages, "dc")
    n = len(grid)
    bend = (value[:n] - value[n : 2 * n]) - 2.0 * (value[n : 2 * n] - value[2 * n :])
    return float(grid[int(np.argmin(bend))])


def _failure(known: Known) -> Cause | None:
    falls = [j for j in known.jumps if j.ratio < FAILED]
    if not falls:
        return None
    worst = min(falls, key=lambda j: j.ratio)
    back = any(j.ratio > 1.1 and j.seconds > worst.seconds for j in known.jumps)
    return Cause("cell_failure", 1.0 - worst.ratio, 0.95, since=_day(worst.seconds),
                 active=not back, evidence={"ratio": worst.ratio})  # fmt: skip


def _efficiency(known: Known) -> Cause | None:
    ends = known.ends
    if ends is None or ends.frame.years < 1.5:
        return None
    first = float(ends.frame.age(ends.paths.seconds[:1])[0])
    age = np.array([first, ends.frame.years])
    lost = -np.diff(efficiency(ends.draws, age), axis=1)[:, 0]
    least = max(LOSS, LOSS_RATE * (age[1] - age[0]))
    p = float(np.mean(lost > least))
    if p < 0.05:
        return None
    a = efficiency(ends.coefficients, age)
    return Cause("efficiency_loss", float(a[0] - a[1]), p,
                 evidence={"first": float(a[0]), "now": float(a[1])})  # fmt: skip


def _cold(known: Known) -> Cause | None:
    ends = known.ends
    if ends is None or not known.usage.cold < COLD:
        return None
    late = ends.paths.seconds > ends.paths.seconds[-1] - YEAR
    below = 25.0 - np.where(late & np.isfinite(ends.paths.temp), ends.paths.temp, np.nan)
    lost = ends.draws[:, 6] * float(np.nanmean(below))
    p = float(np.mean(lost > COLD_SHARE))
    return Cause("low_temperature", max(float(np.mean(lost)), 0.0), p,
                 evidence={"temp": known.usage.cold})  # fmt: skip


def _drift(known: Known) -> Cause | None:
    """Counting that runs off by far more than what the device itself draws unseen."""
    charge, day = known.drift
    if not (charge > DRIFT[0] and day > DRIFT[1]):
        return None
    return Cause("bms_drift", day, 0.8, evidence={"charge": charge, "day": day})


def _partial(known: Known) -> Cause | None:
    use = known.usage
    if not (use.deep < SELDOM_DEEP and use.resting < SELDOM_RESTING):
        return None
    return Cause("partial_cycles", 1.0 - use.deep, 0.9, evidence={"deep_days": use.deep})


def _reserve(known: Known) -> Cause | None:
    use = known.usage
    if not math.isfinite(use.floor_moved):
        return None
    return Cause("reserve_changed", abs(use.floor - use.floor_before), 0.95,
                 since=_day(use.floor_moved),
                 evidence={"before": use.floor_before, "now": use.floor})  # fmt: skip


def _clock(known: Known) -> Cause | None:
    shift = known.clock
    if shift is None:
        return None
    return Cause("clock_error", 0.0, 0.9, since=shift.since, evidence={"hours": shift.hours})


def _gaps(known: Known) -> Cause | None:
    lost = known.usage.lost
    if lost < LOST:
        return None
    return Cause("gaps", lost, 1.0, evidence={"lost": lost})


def _day(seconds: float) -> date:
    return datetime.fromtimestamp(seconds + 9 * 3600.0, UTC).date()
