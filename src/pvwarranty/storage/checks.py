"""Bad input found, named, and put right only where the data leave no other reading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pvwarranty.model import Battery, Floats
from pvwarranty.storage.counters import difference, is_counter
from pvwarranty.storage.results import InputFinding
from pvwarranty.storage.series import Series, display_step
from pvwarranty.storage.texts import finding

Checked = tuple[Series, list[InputFinding]]
SIDES = ("e_charge", "e_discharge")


def check(series: Series, battery: Battery) -> Checked:
    """Return the series as it is to be used, and all that was found about the input."""
    steps: tuple[Callable[[Series, Battery], Checked], ...] = (
        _percent, _signs, _counters, _one_column, _order, _scale, _limits, _alignment, _temperature,
    )  # fmt: skip
    found: list[InputFinding] = []
    for step in steps:
        series, more = step(series, battery)
        found += more
    return replace(series, step=display_step(series.soc)), found


def initial_capacity(battery: Battery) -> tuple[float, list[InputFinding]]:
    """Return the initial capacity [Wh]; no home battery has less than 100 Wh."""
    if battery.initial_capacity < 100.0:
        return battery.initial_capacity * 1000.0, [
            finding("initial_capacity_kilo", column="initial_capacity", corrected=True, count=1)
        ]
    return battery.initial_capacity, []


@dataclass(frozen=True, slots=True)
class Agreement:
    """How net energy goes with the change of charge one row before, in the row, one row after.

    shown : energy over change of charge [Wh], NaN where too little moves
    """

    before: float
    within: float
    after: float
    shown: float


def agreement(series: Series) -> Agreement:
    """Return how energies and state of charge go together."""
    from pvwarranty_kernels import storage_use as kernels

    zeros = np.zeros(len(series.soc))
    sides = [_side(series, side) for side in SIDES]
    charge, discharge = (v if np.isfinite(v).any() else zeros for v in sides)
    r = kernels.agreement(series.seconds, charge, discharge, series.soc, series.interval)
    shown = r[3] / r[4] if r[5] >= 20 and r[4] > 0.0 else np.nan
    return Agreement(float(r[0]), float(r[1]), float(r[2]), float(shown))


def _side(series: Series, side: str) -> Floats:
    return series.e_charge if side == "e_charge" else series.e_discharge


def _put(series: Series, side: str, values: Floats) -> Series:
    if side == "e_charge":
        return replace(series, e_charge=values)
    return replace(series, e_discharge=values)


def _percent(series: Series, battery: Battery) -> Checked:
    soc = series.soc
    known = soc[np.isfinite(soc)]
    if len(known) == 0:
        return series, []
    found = []
    if np.count_nonzero(known > 1.5) > 0.2 * len(known):
        soc = soc / 100.0
        found.append(finding("soc_percent", column="soc", corrected=True, count=len(known)))
    wrong = (soc < -0.02) | (soc > 1.03)
    if wrong.any():
        count = int(np.count_nonzero(wrong))
        found.append(finding("soc_out_of_range", column="soc", corrected=True, count=count))
        soc = np.where(wrong, np.nan, soc)
    if found or np.nanmax(soc) > 1.0 or np.nanmin(soc) < 0.0:
        soc = np.clip(soc, 0.0, 1.0)
    return replace(series, soc=soc), found


def _signs(series: Series, battery: Battery) -> Checked:
    found = []
    for side, column in zip(SIDES, series.sides, strict=True):
        values = _side(series, side)
        below, above = np.count_nonzero(values < 0.0), np.count_nonzero(values > 0.0)
        if below > 20 and above < 0.01 * below:
            series = _put(series, side, -values)
            found.append(finding("negative_sign", column=column, corrected=True, count=int(below)))
    return series, found


def _counters(series: Series, battery: Battery) -> Checked:
    found: list[InputFinding] = []
    if not series.counted:
        return series, found
    capacity, _ = initial_capacity(battery)
    for side in SIDES:
        values = _side(series, side)
        if not is_counter(values):
            continue
        unit = 1.0 if _unit_of_total(values, series, capacity) else 1e-3
        limit = 1.2 * _largest(battery, capacity) * max(series.hours, 0.05) * unit
        counted = difference(values, series.seconds, series.interval, limit)
        series = _put(series, side, counted.energy)
        name = "counter_daily" if counted.daily else "counter_total"
        found.append(finding(name, column=side, corrected=True, count=counted.resets))
        if counted.rollovers:
            found.append(
                finding("counter_rollover", column=side, corrected=True, count=counted.rollovers)
            )
    return series, found


def _unit_of_total(values: Floats, series: Series, capacity: float) -> bool:
    # true where the rises of a total, set against the moves of the state of charge, are in Wh
    rises = np.diff(values)
    rises = rises[np.isfinite(rises) & (rises > 0)]
    moved = np.nansum(np.abs(np.diff(series.soc))) / 2.0 if np.isfinite(series.soc).any() else 0.0
    if moved < 1.0:
        days = (series.seconds[-1] - series.seconds[0]) / 86400.0
        moved = 0.5 * days
    return bool(np.sum(rises) > 0.03 * capacity * moved)


def _one_column(series: Series, battery: Battery) -> Checked:
    """Split a column with both signs whose partner is empty; the state of charge tells the way."""
    for (side, other), column in zip((SIDES, SIDES[::-1]), series.sides, strict=True):
        values = _side(series, side)
        partner = _side(series, other)
        below, above = np.count_nonzero(values < 0.0), np.count_nonzero(values > 0.0)
        if min(below, above) < 0.02 * (below + above) or min(below, above) < 20:
            continue
        if np.count_nonzero(np.abs(partner) > 0.0) > 0.01 * len(partner):
            continue
        net = replace(series, e_charge=values, e_discharge=np.zeros(len(values)))
        way = agreement(net).within
        certain = abs(way) > 0.5
        found = [finding("signed_column", column=column, certain=certain, corrected=True,
                         count=int(below + above))]  # fmt: skip
        if not certain:
            return series, found
        values = values if way > 0 else -values
        return replace(
            series, e_charge=np.maximum(values, 0.0), e_discharge=np.maximum(-values, 0.0)
        ), found
    return series, []


def _order(series: Series, battery: Battery) -> Checked:
    r = agreement(series)
    way = max((r.before, r.within, r.after), key=lambda v: abs(v) if v == v else 0.0)
    if not way < -0.3:
        return series, []
    certain = way < -0.5
    count = int(np.count_nonzero(np.isfinite(series.e_charge)))
    found = [finding("swapped_columns", certain=certain, corrected=True, count=count)]
    if certain:
        series = replace(series, e_charge=series.e_discharge, e_discharge=series.e_charge)
    return series, found


def _scale(series: Series, battery: Battery) -> Checked:
    """Units: energy over state of charge must come near the initial capacity, aged or not."""
    capacity, found = initial_capacity(battery)
    ratio = agreement(series).shown / capacity
    for name, factor in (("kilo_units", 1000.0), ("milli_units", 0.001)):
        if 0.3 < ratio * factor < 2.5:
            for side in SIDES:
                series = _put(series, side, _side(series, side) * factor)
            found.append(finding(name, corrected=True, count=len(series.soc)))
            return series, found
    if ratio == ratio and not 0.3 <= ratio <= 2.5:
        found.append(finding("scale_implausible", certain=False, ratio=f"{ratio:.3g}"))
    return series, found


def _largest(battery: Battery, capacity: float) -> float:
    # most power [W] the device could have moved
    return max(1.5 * (battery.p_rated or 0.0), capacity)


def _limits(series: Series, battery: Battery) -> Checked:
    capacity, _ = initial_capacity(battery)
    limit = 1.2 * _largest(battery, capacity) * max(series.hours, 0.05)
    found = []
    for side, column in zip(SIDES, series.sides, strict=True):
        values = _side(series, side)
        wrong, below = values > limit, values < 0.0
        for name, mask in (("energy_too_large", wrong), ("negative_values", below)):
            count = int(np.count_nonzero(mask))
            if count:
                found.append(finding(name, column=column, corrected=True, count=count))
        if wrong.any() or below.any():
            series = _put(series, side, np.where(wrong | below, np.nan, values))
    return series, found


def _alignment(series: Series, battery: Battery) -> Checked:
    """Move the state of charge to the end of the row, where it follows the row's energy."""
    r = agreement(series)
    best = max(r.before, r.after)
    if not best > r.within + 0.05:
        return series, []
    certain = best > 0.6
    found = [finding("soc_alignment", column="soc", certain=certain, corrected=True,
                     count=len(series.soc))]  # fmt: skip
    if not certain:
        return series, found
    soc = np.full(len(series.soc), np.nan)
    if r.after > r.before:
        soc[:-1] = series.soc[1:]
    else:
        soc[1:] = series.soc[:-1]
    return replace(series, soc=soc), found


def _temperature(series: Series, battery: Battery) -> Checked:
    wrong = (series.temp < -40.0) | (series.temp > 80.0)
    found = []
    if wrong.any():
        count = int(np.count_nonzero(wrong))
        found.append(finding("temperature_implausible", column="temp_batt", corrected=True,
                             count=count))  # fmt: skip
        series = replace(series, temp=np.where(wrong, np.nan, series.temp))
    if not np.isfinite(series.temp).any():
        found.append(finding("temperature_missing", column="temp_batt"))
    return series, found
