"""A channel's level over time, from intervals compared with themselves under the same sun.

Every clear interval falls into a cell of the year and the day (fortnight and half hour): the same
sun, season and climate come back each year. A cell's own level takes up what the model got wrong
there for good (a fixed horizon, tilt, turbidity climatology); what is left over is the course of
the channel, one level a fortnight counted back from the day judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvwarranty.model import Floats, Index
from pvwarranty_kernels.cells import group_order, smooth_mask, upper_levels

FORTNIGHTS = 26
SLOTS = 48
YEAR = 365.2425 * 86400.0
BIN = YEAR / FORTNIGHTS

# largest second difference of neighbouring intervals under a clear sky, by their length [s]
CURVATURE = {300: 0.02, 900: 0.03, 1800: 0.035, 3600: 0.06}
SLOPE = 0.12
# the upper cluster: around the 0.8 quantile, thin cloud below and cloud enhancement above cut off
QUANTILE, BELOW, ABOVE = 0.80, 0.10, 0.07
LEAST_CELL, LEAST_BIN = 6, 8


@dataclass(frozen=True, slots=True)
class Levels:
    """The course of a channel relative to its cells, and the cells.

    level : (k,) one a fortnight, oldest first, NaN where too few clear intervals
    count : (k,) clear intervals behind each
    cells : (FORTNIGHTS * SLOTS,) level of a cell over expected, where the course is 1
    cell, bin : (n,) of each interval; bin 0 is the fortnight that ends with the day judged
    clear : (n,) whether an interval counts
    relative : (n,) ratio over its cell's level, NaN where that is not known
    """

    level: Floats
    count: NDArray[np.int64]
    cells: Floats
    cell: NDArray[np.int64]
    bin: NDArray[np.int64]
    clear: NDArray[np.bool_]
    relative: Floats

    @property
    def years(self) -> float:
        """Length of the record [years]."""
        return len(self.level) / FORTNIGHTS


def course(index: Index, expected: Floats, use: NDArray[np.bool_], end: int) -> Levels | None:
    """Return the course of a channel against `expected` (n,), or None with too little to see.

    `use` (n,) says which intervals are good; `end` [s UTC] is the end of the day judged.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = index.power / (index.p0 * expected)
    ratio = np.where(use & (ratio > 0.03) & (ratio < 1.6), ratio, np.nan)
    curvature = CURVATURE.get(index.interval, 0.04)
    clear = smooth_mask(index.time, ratio, index.interval, curvature, SLOPE)
    cell, back = cells_of(index), ((end - index.time) / BIN).astype(np.int64)
    if int(clear.sum()) < 50:
        return None
    return _alternate(ratio, clear, cell, back, expected > 0.3)


def cells_of(index: Index) -> NDArray[np.int64]:
    """Return the cell (n,) of each interval: fortnight of the year and half hour of solar time."""
    solar = index.time + int(index.longitude * 240) + index.interval // 2
    year_part = np.mod(solar / 86400.0 - 10957.0, 365.2425) / 365.2425
    fortnight = np.minimum((year_part * FORTNIGHTS).astype(np.int64), FORTNIGHTS - 1)
    return np.asarray(fortnight * SLOTS + (solar % 86400) // 1800)


def _alternate(
    ratio: Floats,
    clear: NDArray[np.bool_],
    cell: NDArray[np.int64],
    back: NDArray[np.int64],
    bright: NDArray[np.bool_],
) -> Levels | None:
    """Settle cells and course by turns; the course starts slow, so that cells keep the season."""
    bins = int(back.max()) + 1
    level = _yearly(ratio, clear & bright, back, bins)
    if level is None:
        return None
    # only the clear intervals, a fifth of all, take part in the turns
    value, place, fortnight = ratio[clear], cell[clear], back[clear]
    in_cell = group_order(place, np.ones(len(place), dtype=np.bool_), FORTNIGHTS * SLOTS)
    for turn in range(4):
        cells, _ = upper_levels(
            value / level[fortnight], *in_cell, QUANTILE, BELOW, ABOVE, LEAST_CELL
        )
        relative = value / cells[place]
        counts = np.isfinite(relative)
        found, count = upper_levels(
            relative, *group_order(fortnight, counts, bins), QUANTILE, BELOW, ABOVE, LEAST_BIN
        )
        known = np.flatnonzero(np.isfinite(found))
        if len(known) < 3:
            return None
        if turn < 3:
            level = np.maximum(np.interp(np.arange(bins), known, found[known]), 0.02)
            level = running_median(level, 6) if turn < 2 else level
    relative = ratio / cells[cell]
    counts = clear & np.isfinite(relative)
    return Levels(found[::-1], count[::-1], cells, cell, back, counts, relative)


def _yearly(
    ratio: Floats, use: NDArray[np.bool_], back: NDArray[np.int64], bins: int
) -> Floats | None:
    half = FORTNIGHTS // 2
    groups = bins // half + 1
    level, _ = upper_levels(
        ratio, *group_order(back // half, use, groups), QUANTILE, 0.12, 0.08, 30
    )
    if not np.isfinite(level).any():
        return None
    level = np.where(np.isfinite(level), level, np.nanmedian(level))
    return np.asarray(np.maximum(level, 0.02)[np.arange(bins) // half])


def running_median(values: Floats, half: int) -> Floats:
    """Return the median (n,) of each value and `half` neighbours on either side; NaN-safe."""
    padded = np.concatenate([np.full(half, np.nan), values, np.full(half, np.nan)])
    # sorted, NaN come last
    windows = np.sort(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)
    count = (~np.isnan(windows)).sum(axis=1)
    row = np.arange(len(values))
    lower, upper = windows[row, np.maximum(count - 1, 0) // 2], windows[row, count // 2]
    return np.asarray(np.where(count > 0, (lower + upper) / 2, np.nan))
