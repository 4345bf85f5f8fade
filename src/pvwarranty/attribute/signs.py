"""Signs that tell gradual losses apart: the change over irradiance, of voltage, under dim light."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pvwarranty.attribute.context import View
from pvwarranty.attribute.when import Ints, Mask
from pvwarranty.estimate.levels import FORTNIGHTS
from pvwarranty.model import Floats, Measurements
from pvwarranty_kernels.cells import group_medians, group_order

U_SOUND = 0.022  # of the change of a slope, that sound channels show beyond what days do
U_HELD = 0.08  # of it, where grid voltage or heat takes from noons
MIDDLE = 0.6  # expected clear power about which the slope over irradiance is taken


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


def signs_of(view: View, measured: Measurements, dim: float, *, held: bool) -> Signs | None:
    """Return what tells the kinds of a channel's loss apart, or None for too short a record.

    held : whether a limit takes from bright light, as a resistance does
    """
    levels, path = view.evidence.levels, view.evidence.path
    bins = len(path.level)
    rest = levels.relative / view.course - 1.0
    good = levels.clear & (np.abs(rest) < 0.15)
    late = good & (levels.bin < FORTNIGHTS)
    early = good & (levels.bin >= max(bins - 2 * FORTNIGHTS, FORTNIGHTS))
    if min(int(late.sum()), int(early.sum())) < 100:
        return None
    (a, ua), (b, ub) = (
        slope_by_light(view.index.clear[m], rest[m], view.day[m]) for m in (late, early)
    )
    voltage, power = _voltage(view, measured, late, early)
    lost = -math.log(max(path.level[-1], 0.02) / max(path.level[0], 0.02))
    seen = _by_irradiance(view.index.clear, rest, late, early, lost)
    u = math.hypot(ua, ub, U_SOUND, U_HELD if held else 0.0)
    return Signs(lost, a - b, u, voltage, power, dim, seen)


def _by_irradiance(
    clear: Floats, rest: Floats, late: Mask, early: Mask, lost: float
) -> dict[str, list[float]]:
    """Return the change of the level at each tenth of irradiance, as figures show it."""
    tenth = np.minimum((clear * 10.0).astype(np.int64), 11)
    now, before = (group_medians(rest, *group_order(tenth, m, 12), 20) for m in (late, early))
    known = np.flatnonzero(np.isfinite(now - before)[1:11]) + 1
    at = [round(0.1 * k + 0.05, 2) for k in known.tolist()]
    change = [round(float(now[k] - before[k]) - lost, 4) for k in known]
    return {"expected": at, "change": change}


def slope_by_light(clear: Floats, rest: Floats, day: Ints) -> tuple[float, float]:
    """Return the slope over irradiance and its u; dim light has a slope of its own.

    The intervals of a day share their sky: the u is that of days, whatever they share (clustered
    errors, Liang and Zeger 1986, doi:10.1093/biomet/73.1.13).
    """
    x = np.stack([np.ones(len(clear)), clear - MIDDLE, np.maximum(0.35 - clear, 0.0)])
    inner = np.linalg.inv(x @ x.T + 1e-9 * np.eye(3))
    found = inner @ (x @ rest)
    left = rest - found @ x
    pull = np.stack([np.bincount(day - day[0], row * left) for row in x])
    spread = inner @ (pull @ pull.T) @ inner
    return float(found[1]), math.sqrt(float(spread[1, 1]))


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
