"""Maps over the position of the sun: where in the sky a channel loses, and since when.

A cell is a fifteen-day row of declination by a slot of the hour angle. The sun passes each row
twice a year, once on its way down from the summer solstice and once on its way up: a *pass* is one
such half year. A loss that is fixed in sun position fills the same cells in every pass.
"""

from __future__ import annotations

import math

import numpy as np

from pvwarranty_kernels.arrays import Bools, Floats, Ints
from pvwarranty_kernels.cells import nth
from pvwarranty_kernels.jit import exact

ROWS = 12
HALF_YEAR = 182.62125  # days
SOLSTICE = 10946.5  # days from 1970 to a December solstice
YEAR_2000 = 10957.0


@exact
def sun_cells(time: Ints, longitude: float, interval: int, slots: int) -> tuple[Ints, Ints]:
    """Return the cell (row * slots + slot) and the pass of the sun of each interval.

    Rows run from the summer solstice (0) to the winter solstice (ROWS - 1); slots divide the day
    of true solar time (equation of time after Spencer 1971, shortened, within a minute).

    Parameters
    ----------
    time : (n,) int64, start of interval [s UTC]. longitude : [°]. interval : [s].

    Returns
    -------
    (n,) int64 cell; (n,) int64 pass, counted from the solstice of December 1999.
    """
    n = time.shape[0]
    cell = np.empty(n, dtype=np.int64)
    half = np.empty(n, dtype=np.int64)
    eot, known = 0.0, -1
    for i in range(n):
        day = (time[i] + 0.5 * interval + longitude * 240.0) / 86400.0
        if int(day) != known:  # it moves by half a minute a day at most
            known = int(day)
            b = 2.0 * math.pi * (((day - YEAR_2000) % 365.2425) - 81.0) / 364.0
            eot = (9.87 * math.sin(2.0 * b) - 7.53 * math.cos(b) - 1.5 * math.sin(b)) / 1440.0
        slot = int(((day + eot) % 1.0) * slots)
        passes = (day - SOLSTICE) / HALF_YEAR
        p = int(passes // 1.0)
        k = min(int((passes - p) * ROWS), ROWS - 1)
        row = ROWS - 1 - k if p % 2 == 0 else k
        cell[i] = row * slots + slot
        half[i] = p
    return cell, half


@exact
def row_day(half: int, row: int) -> float:
    """Return the day [days since 1970] on which pass `half` is in the middle of `row`."""
    k = ROWS - 1 - row if half % 2 == 0 else row
    return SOLSTICE + HALF_YEAR * (half + (k + 0.5) / ROWS)


@exact
def nan_quantile(values: Floats, n: int, quantile: float) -> float:
    """Return the quantile of the first n values, NaN left out; they change their places."""
    m = 0
    for i in range(n):
        if values[i] == values[i]:
            values[m] = values[i]
            m += 1
    if m == 0:
        return np.nan
    at = quantile * (m - 1)
    low = int(at)
    found = nth(values[:m], low)
    if low + 1 >= m:
        return found
    above = values[low + 1]
    for i in range(low + 2, m):
        above = values[i] if values[i] < above else above
    return float(found + (at - low) * (above - found))


@exact
def without_weather(level: Floats, quantile: float, turns: int) -> tuple[Floats, Floats, Floats]:
    """Split levels into weather (one factor for each row of a pass), a map that stays, and a rest.

    The factor is an upper quantile over the row, so that what takes part of a row only does not
    pass for weather; the map an upper one over the passes, so that it shows what was free at least
    for a time.

    Parameters
    ----------
    level : (p, r, c) float64, NaN where not known. quantile : of both. turns : of refinement.

    Returns
    -------
    (p, r, c) log of the rest, 0 for no change; (p, r) factor; (r, c) map that stays.
    """
    passes, rows, slots = level.shape
    factor = np.empty((passes, rows))
    base = np.ones((rows, slots))
    space = np.empty(max(passes, slots))
    for turn in range(turns + 1):
        for p in range(passes):
            for r in range(rows):
                for c in range(slots):
                    space[c] = level[p, r, c] / base[r, c]
                factor[p, r] = nan_quantile(space, slots, quantile)
        if turn < turns:
            for r in range(rows):
                for c in range(slots):
                    for p in range(passes):
                        space[p] = level[p, r, c] / factor[p, r]
                    base[r, c] = nan_quantile(space, passes, quantile)
    rest = np.empty((passes, rows, slots))
    for p in range(passes):
        for r in range(rows):
            for c in range(slots):
                v = level[p, r, c] / (factor[p, r] * base[r, c])
                rest[p, r, c] = math.log(v) if v > 0.0 else np.nan
    return rest, factor, base


@exact
def smoothed(values: Floats, weight: Floats) -> Floats:
    """Return the mean over each cell and its eight neighbours, weighed; NaN-safe, edges open.

    values, weight : (r, c) float64. A cell without a value stays NaN.
    """
    rows, slots = values.shape
    out = np.full((rows, slots), np.nan)
    for r in range(rows):
        for c in range(slots):
            if values[r, c] != values[r, c]:
                continue
            total, w = 0.0, 0.0
            for i in range(max(r - 1, 0), min(r + 2, rows)):
                for j in range(max(c - 1, 0), min(c + 2, slots)):
                    v = values[i, j]
                    if v == v and weight[i, j] > 0.0:
                        k = weight[i, j] * (2.0 if i == r else 1.0) * (2.0 if j == c else 1.0)
                        total += k * v
                        w += k
            if w > 0.0:
                out[r, c] = total / w
    return out


@exact
def patches(inside: Bools) -> tuple[Ints, int]:
    """Return the number (from 1) of the connected patch of each cell, 0 outside, and their count.

    inside : (r, c) bool; cells that touch at a corner are connected.
    """
    rows, slots = inside.shape
    label = np.zeros((rows, slots), dtype=np.int64)
    stack = np.empty((rows * slots, 2), dtype=np.int64)
    count = 0
    for r in range(rows):
        for c in range(slots):
            if not inside[r, c] or label[r, c]:
                continue
            count += 1
            label[r, c] = count
            stack[0, 0], stack[0, 1] = r, c
            top = 1
            while top:
                top -= 1
                y, x = stack[top, 0], stack[top, 1]
                for i in range(max(y - 1, 0), min(y + 2, rows)):
                    for j in range(max(x - 1, 0), min(x + 2, slots)):
                        if inside[i, j] and not label[i, j]:
                            label[i, j] = count
                            stack[top, 0], stack[top, 1] = i, j
                            top += 1
    return label, count


@exact
def row_days(first: int, passes: int) -> Floats:
    """Return the days [days since 1970] in the middle of each row of each pass, (passes, ROWS)."""
    out = np.empty((passes, ROWS))
    for p in range(passes):
        for r in range(ROWS):
            out[p, r] = row_day(first + p, r)
    return out


@exact
def scatter(rest: Floats) -> tuple[float, float]:
    """Return the standard deviation of a cell of one pass, and that of the mean of nine cells.

    Robust, from passes a year apart. rest : (p, r, c) float64.
    """
    passes, rows, slots = rest.shape
    near = np.empty((passes, rows, slots))
    one = np.ones((rows, slots))
    for p in range(passes):
        near[p] = smoothed(rest[p], one)
    return _spread(rest), _spread(near)


@exact
def _spread(values: Floats) -> float:
    passes, rows, slots = values.shape
    space = np.empty(max(passes - 2, 0) * rows * slots)
    n = 0
    for p in range(2, passes):
        for r in range(rows):
            for c in range(slots):
                d = values[p, r, c] - values[p - 2, r, c]
                if d == d:
                    space[n] = abs(d)
                    n += 1
    return 1.4826 * nan_quantile(space, n, 0.5) / math.sqrt(2.0) if n else np.nan


@exact
def free_map(level: Floats, clear: Floats, quantile: float, floor: float) -> Floats:
    """Return what each cell gives at its best over what the bright cells of its row give.

    A cloudy fortnight lowers a cell in some passes, an object in all: an upper `quantile` over the
    passes tells them apart. A row's reference is never below `floor` times that of all rows.

    level : (p, r, c) float64, NaN where not known. clear : (r, c). Returns (r, c).
    """
    passes, rows, slots = level.shape
    reference = np.full((passes, rows), np.nan)
    values, weights = np.empty(slots), np.empty(slots)
    for p in range(passes):
        for r in range(rows):
            n, total = 0, 0.0
            for c in range(slots):
                if level[p, r, c] == level[p, r, c] and clear[r, c] > 0.08:
                    values[n], weights[n] = level[p, r, c], clear[r, c]
                    total += clear[r, c]
                    n += 1
            if n < 4:
                continue
            run = 0.0
            for k in np.argsort(values[:n]):
                run += weights[k]
                if run >= 0.6 * total:
                    reference[p, r] = values[k]
                    break
    usual = nan_quantile(reference.copy().ravel(), passes * rows, 0.5)
    out = np.full((rows, slots), np.nan)
    space = np.empty(passes)
    for r in range(rows):
        for c in range(slots):
            for p in range(passes):
                space[p] = level[p, r, c] / max(reference[p, r], floor * usual)
            out[r, c] = nan_quantile(space, passes, quantile)
    return out
