"""How the battery was used: depth of its days, the reserve it keeps, what of the record is lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pvwarranty.model import Floats
from pvwarranty.storage.paths import idle_energy
from pvwarranty.storage.series import Series

DAY = 86400
RESTING = 2.0  # h at the lowest point that make a floor
REST_BELOW = 0.6
NEAR = 0.015
SNAP = 0.05  # a fall of the display beyond what the energy explains: a correction, not a floor
MONTH = 30
KEPT = 0.4  # share of days that must rest at a floor for it to be one
RESERVE_MOVE = 0.08
RESERVE_MONTHS = 2  # that must keep a new reserve
DEEP = 0.85  # of the usable window in a day: a full day


@dataclass(frozen=True, slots=True)
class Usage:
    """Facts of use over the record.

    deep : share of days that move at least 85 % of the usable window
    resting : share of days that rest at their lowest point, not counting corrected ones
    lost : share of rows missing between the first and the last
    cold : 10th percentile of the battery temperature [°C], NaN where unknown
    floor, floor_before : usual resting floor [0-1], now and before it last moved
    floor_moved : Unix time [s] at which it moved, NaN where it did not
    """

    deep: float
    resting: float
    lost: float
    cold: float
    floor: float
    floor_before: float
    floor_moved: float


def usage(series: Series, capacity: float) -> Usage:
    """Return how the battery was used; `capacity` [Wh] is the initial one."""
    from pvwarranty_kernels import storage_use as kernels

    table = kernels.days(
        series.seconds, series.e_charge, series.e_discharge, series.soc, series.interval,
        idle_energy(series, capacity), NEAR, SNAP, capacity,
    )  # fmt: skip
    day, low, high, rest, rows, snapped = table.T
    span = (series.seconds[-1] - series.seconds[0]) / series.interval + 1.0
    temp = series.temp[np.isfinite(series.temp)]
    cold = float(np.quantile(temp[:: max(1, len(temp) // 20000)], 0.1)) if len(temp) else np.nan
    lost = float(1.0 - rows.sum() / span)
    if len(day) < MONTH:
        return Usage(np.nan, np.nan, lost, cold, np.nan, np.nan, np.nan)
    floors = (rest >= RESTING) & (low < REST_BELOW) & (snapped == 0.0)
    before, after, at = 0.0, 0.0, np.nan
    if np.mean(floors) >= KEPT:  # else the lowest point of a day is chance, not a reserve
        before, after, at = _move(day[floors], low[floors])
    window = 1.0 - np.where(day * float(DAY) < at, before, after) if at == at else 1.0 - after
    deep = float(np.mean(high - low >= DEEP * window))
    return Usage(deep, float(np.mean(floors)), lost, cold, after, before, at)


def _move(day: Floats, floor: Floats) -> tuple[float, float, float]:
    """Return the usual floor before and after its largest lasting move, and when it moved [s]."""
    if len(day) < MONTH:
        level = float(np.median(floor)) if len(floor) else 0.0
        return level, level, np.nan
    month = ((day - day[0]) // MONTH).astype(np.int64)
    months, start = np.unique(month, return_index=True)
    levels = [_rank(group.tolist(), 0.5) for group in np.split(floor, start[1:])]
    best, size = 0, 0.0
    for k in range(RESERVE_MONTHS, len(months) - RESERVE_MONTHS + 1):
        gap = _gap(levels[max(0, k - 12) : k], levels[k : k + 12])
        if abs(gap) > abs(size):
            best, size = k, gap
    if abs(size) < RESERVE_MOVE:
        level = _rank(levels[-12:], 0.5)
        return level, level, np.nan
    before = _rank(levels[max(0, best - 12) : best], 0.5)
    after = _rank(levels[best : best + 12], 0.5)
    return before, after, _first_day(day, floor, float(day[0] + MONTH * months[best]),
                                     0.5 * (before + after), size > 0.0) * DAY  # fmt: skip


def _gap(before: list[float], after: list[float]) -> float:
    """Return by how far most months after lie beyond most months before; 0 where they overlap."""
    up = _rank(after, 0.2) - _rank(before, 0.8)
    down = _rank(before, 0.2) - _rank(after, 0.8)
    return up if up >= max(down, 0.0) else -max(down, 0.0)


def _rank(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1) + 0.5)]


def _first_day(day: Floats, floor: Floats, about: float, middle: float, up: bool) -> float:
    """Return the day within two months of `about` that parts the floors best at `middle`."""
    near = np.abs(day - about) <= 2 * MONTH
    d, above = day[near], (floor[near] > middle) == up
    # right before the change: not beyond the middle; right after it: beyond
    score = np.concatenate([[0], np.cumsum(~above)]) + (np.sum(above) - np.concatenate(
        [[0], np.cumsum(above)]))  # fmt: skip
    return float(d[min(int(np.argmax(score)), len(d) - 1)])
