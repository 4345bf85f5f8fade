"""What flowed between two known levels: true ends, and runs of the shown state of charge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvwarranty.model import Floats
from pvwarranty.storage.series import Series

BRIDGE = 7200  # s, longest pause that may be bridged
FILLED = 0.03  # share of a path's energy that may be bridged
LONGEST = 60  # d: rounding and idle losses add up on longer paths
LONGEST_INSTANTANEOUS = 40.0 / 24.0  # d
SPAN = (0.05, 0.95, 0.30)  # shown state of charge of slopes: from, to, least move
MOST_SLOPES = 3000


@dataclass(frozen=True, slots=True)
class Paths:
    """Energy balances between two levels, each array (m,).

    seconds : end of the path, Unix time [s]
    hours, active : its length, and the part in operation [h]
    e_charge, e_discharge : energy in and out at the AC terminals [Wh]
    temp : temperature weighted by energy [°C], at most 25
    x_from, x_to : level at start and end, 1 full, 0 empty
    filled : energy bridged over short pauses [Wh]
    rows : (m, 2) first and last row
    """

    seconds: Floats
    hours: Floats
    active: Floats
    e_charge: Floats
    e_discharge: Floats
    temp: Floats
    x_from: Floats
    x_to: Floats
    filled: Floats
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.seconds)

    @property
    def full(self) -> NDArray[np.bool_]:
        """Whether the path leads from one true end to the other."""
        return np.abs(self.x_to - self.x_from) > 0.99


@dataclass(frozen=True, slots=True)
class Ends:
    """Rests at the true ends: kind (-1 empty, 1 full), row reached, last row, each (m,)."""

    kind: NDArray[np.int64]
    reached: NDArray[np.int64]
    left: NDArray[np.int64]


def idle_energy(series: Series, capacity: float) -> tuple[float, float]:
    """Return the most energy of a row [Wh] that counts as rest: holding full, not discharging."""
    return 0.02 * capacity * series.hours, 0.005 * capacity * series.hours


def find_ends(series: Series, capacity: float) -> Ends:
    """Return the rests of at least 30 minutes at the true ends."""
    from pvwarranty_kernels import storage as kernels

    half = 0.5 * series.step
    ends = kernels.true_ends(
        series.seconds, series.e_charge, series.e_discharge, series.soc, series.recalculating,
        idle_energy(series, capacity), (min(max(half, 0.005), 0.02) + 1e-6, 1.0 - half - 1e-6),
        max(1, -(-1800 // series.interval)), series.interval + BRIDGE,
    )  # fmt: skip
    return Ends(ends[:, 0], ends[:, 1], ends[:, 2])


def end_paths(series: Series, ends: Ends) -> Paths:
    """Return the energy balances between consecutive true ends."""
    from pvwarranty_kernels import storage as kernels

    table = kernels.paths(
        series.seconds, series.e_charge, series.e_discharge, series.temp,
        np.stack([ends.kind, ends.reached, ends.left], axis=1), series.interval, BRIDGE, FILLED,
    )  # fmt: skip
    longest = LONGEST_INSTANTANEOUS if series.instantaneous else LONGEST
    return _paths(table[table[:, 1] <= 24.0 * longest])


def slope_paths(series: Series, capacity: float) -> Paths:
    """Return one-way runs of the shown state of charge, at most `MOST_SLOPES` evenly chosen.

    Empty for instantaneous power at more than 5 minutes: its slopes are 4 to 7 points too high.
    """
    from pvwarranty_kernels import storage as kernels

    if series.instantaneous and series.interval > 300:
        return _paths(np.empty((0, kernels.PATH)))
    table = kernels.slopes(
        series.seconds, series.e_charge, series.e_discharge, series.soc, series.temp,
        series.interval, capacity, series.step, SPAN,
    )  # fmt: skip
    return _paths(table[:: 1 + len(table) // MOST_SLOPES])


def _paths(table: Floats) -> Paths:
    c = np.ascontiguousarray(table.T)
    rows = table[:, 9:11].astype(np.int64)
    return Paths(c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], rows)
