"""Limits that hold a sound channel back at noon: rating, grid control, grid voltage, heat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvwarranty.attribute.context import Context, Mask, View, share_of
from pvwarranty.model import Cause, Flag, Floats

LEAST_SHARE = 0.004
RISE_SHARE = 0.015  # without the conditioner's word, less may be cloud at noon
DEEP = 0.90  # relative level under which an interval between clear shoulders is held back
HOT = 20.0  # monthly mean air temperature [°C] of months in which a conditioner may derate
LEAST_DAYS = 0.14  # share of days with clear shoulders that must sag
CALM = 0.09  # second difference of power at 30 minutes, as a share of nominal
LEVEL = 0.012  # plateau: neighbours within this share of nominal power


def limits(view: View, context: Context) -> Iterable[Cause]:
    """Tell clipping, curtailment, voltage-rise suppression and heat derating apart."""
    index = view.index
    lost = 0.75 * np.maximum(view.expected - index.power, 0.0)
    lost = np.where(np.isfinite(lost), lost, 0.0)
    told = {
        "clipping": (index.flags & int(Flag.CLIPPED)) != 0,
        "curtailment": (index.flags & int(Flag.CURTAILED)) != 0,
        "voltage_rise": (index.flags & int(Flag.VOLTAGE_RISE)) != 0,
    }
    for cause, mask in told.items():
        share = share_of(np.where(mask & (view.relative < 0.99), lost, 0.0), view)
        if share >= LEAST_SHARE:
            yield Cause(cause, share, 0.9)
    if not any(mask.any() for name, mask in told.items() if name != "clipping"):
        yield from _held_back(view, context, lost, told["clipping"])


@dataclass(frozen=True, slots=True)
class Sag:
    """Days whose shoulders were clear: how many were judged, which sagged at noon.

    day : (n,) number of each interval's day; sagged : (days,) True where noon sagged
    judged : (days,) True where both shoulders were clear
    """

    day: NDArray[np.int64]
    judged: Mask
    sagged: Mask


def sagging(view: View) -> Sag:
    """Return the days on which morning and afternoon were clear and noon stayed well below.

    Clouds come at any hour; a limit comes when most power is there to be given.
    """
    index = view.index
    days = (index.time + int(index.longitude * 240)) // 86400
    day = days - days[0]
    hour = (index.time / 3600.0 + index.longitude / 15.0) % 24.0
    near = np.abs(view.relative - 1.0) < 0.07
    shoulder = (index.clear > 0.12) & (index.clear < 0.75) & near
    morning = np.bincount(day, shoulder & (hour < 11)) * index.interval >= 3000
    evening = np.bincount(day, shoulder & (hour > 13)) * index.interval >= 3000
    noon = (np.abs(hour - 12.0) < 1.6) & (index.clear > 0.4) & np.isfinite(view.relative)
    low = noon & (view.relative < DEEP)
    count, deep = np.bincount(day, noon), np.bincount(day, low)
    calm = np.bincount(day, low & (_calm(view) | _plateau(view)))
    judged = morning & evening & (count * index.interval >= 6000)
    return Sag(day, judged, judged & (deep >= 0.75 * np.maximum(count, 1)) & (calm >= 0.6 * deep))


def _held_back(view: View, context: Context, lost: Floats, clipped: Mask) -> Iterable[Cause]:
    index = view.index
    sag = sagging(view)
    recent_days = np.bincount(sag.day, view.recent) > 0
    judged = int((sag.judged & recent_days).sum())
    sagged = int((sag.sagged & recent_days).sum())
    if judged < 15 or sagged < 4 or sagged < LEAST_DAYS * judged:
        return
    held = sag.sagged[sag.day] & (index.clear > 0.4) & (view.relative < DEEP) & ~clipped
    recent = held & view.recent
    if not recent.any():
        return
    hot = np.asarray(context.climate.temp_air)[view.month] > HOT
    capped = float((_plateau(view) | (view.relative < 0.03))[recent].mean())
    in_heat = float(hot[recent].mean())
    share = share_of(np.where(held, lost, 0.0), view)
    if share < LEAST_SHARE:
        return
    evidence = {"capped": capped, "hot": in_heat, "days": sagged, "of": judged}
    if capped > 0.25 and in_heat < 0.9:
        yield Cause("curtailment", share, 0.7, evidence=evidence)
    elif in_heat > 0.9:
        yield Cause("inverter_derating", share, 0.65, evidence=evidence)
    elif share >= RISE_SHARE:
        yield Cause("voltage_rise", share, 0.6, evidence=evidence)


def _calm(view: View) -> Mask:
    """Return intervals (n,) whose power bends no more than a limit makes it, and no cloud would."""
    power = view.index.power / view.index.p0
    before = np.concatenate([[np.nan], power[:-1]])
    after = np.concatenate([power[1:], [np.nan]])
    most = CALM * min(max(view.index.interval / 1800.0, 0.5), 1.5)
    return np.asarray(np.abs(before - 2.0 * power + after) < most)


def _plateau(view: View) -> Mask:
    power = view.index.power / view.index.p0
    step = np.abs(np.diff(power, prepend=np.nan))
    after = np.concatenate([step[1:], [np.nan]])
    return np.asarray((step < LEVEL * 0.3) | (after < LEVEL * 0.3))
