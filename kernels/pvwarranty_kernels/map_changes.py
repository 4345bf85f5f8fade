"""Changes of a map over the sun's positions: which cells lost, and since when.

Maps come from `maps`: passes (half years) of rows of declination by slots of the hour.
"""

from __future__ import annotations

import math

import numpy as np

from pvwarranty_kernels.arrays import Bools, Floats, Ints
from pvwarranty_kernels.jit import exact, plain
from pvwarranty_kernels.maps import nan_quantile, patches

# parts of expected clear power (0-1) over which a change is judged by like irradiance
EDGES = (0.08, 0.15, 0.22, 0.30, 0.40, 0.52, 0.66, 0.82, 1.5)
PARTS = len(EDGES) - 1
LEAST_CELLS = 6


@exact
def light_parts(clear: Floats) -> Ints:
    """Return the part of `EDGES` (r, c) of expected clear power (r, c), -1 outside of them."""
    rows, slots = clear.shape
    out = np.full((rows, slots), -1, dtype=np.int64)
    for r in range(rows):
        for c in range(slots):
            for k in range(PARTS):
                if EDGES[k] <= clear[r, c] < EDGES[k + 1]:
                    out[r, c] = k
    return out


@exact
def by_irradiance(change: Floats, clear: Floats, parts: Ints, quantile: float) -> Floats:
    """Return what a change owes to irradiance alone: an upper quantile over like irradiance.

    A shunt takes from all dim cells, series resistance from all bright ones; an object takes from
    some of either. change, clear (expected power, 0-1) : (r, c) float64; parts : (r, c) int64, of
    `light_parts`. Returns (r, c).
    """
    rows, slots = change.shape
    space = np.empty((PARTS, rows * slots))
    count = np.zeros(PARTS, dtype=np.int64)
    for r in range(rows):
        for c in range(slots):
            k = parts[r, c]
            if k >= 0 and change[r, c] == change[r, c]:
                space[k, count[k]] = change[r, c]
                count[k] += 1
    centre, found = np.empty(PARTS), np.empty(PARTS)
    known = 0
    for k in range(PARTS):
        if count[k] >= LEAST_CELLS:
            found[known] = nan_quantile(space[k], count[k], quantile)
            centre[known] = 0.5 * (EDGES[k] + EDGES[k + 1])
            known += 1
    out = np.zeros((rows, slots))
    if known == 0:
        return out
    for r in range(rows):
        for c in range(slots):
            x, j = clear[r, c], 0
            while j < known and centre[j] <= x:
                j += 1
            if j == 0 or j == known:
                out[r, c] = found[0] if j == 0 else found[known - 1]
            else:
                slope = (found[j] - found[j - 1]) / (centre[j] - centre[j - 1])
                out[r, c] = slope * (x - centre[j - 1]) + found[j - 1]
    return out


@plain
def _within(value: float) -> float:
    """Return a change (log) between bounds: what is beyond says no more."""
    return min(max(value, -1.5), 0.6)


@plain
def _behind(after: int, before: int) -> float:
    """Return the weight of so many passes on either side, about na * nb / (na + nb).

    A single pass may be a single fortnight's weather: half a pass is held back.
    """
    return (after - 0.5) * (before - 0.5) / (after + before - 1.0)


@exact
def change_map(rest: Floats, after: Bools) -> tuple[Floats, Floats]:
    """Return the change of each cell from the other passes to those `after`, and its weight.

    Medians over passes. rest : (p, r, c) float64 logarithms, NaN where not known. after : (p, r)
    bool. Returns (r, c) change; (r, c) weight of the passes behind it, 0 where unknown.
    """
    passes, rows, slots = rest.shape
    change = np.full((rows, slots), np.nan)
    weight = np.zeros((rows, slots))
    early, late = np.empty(passes), np.empty(passes)
    for r in range(rows):
        for c in range(slots):
            na, nb = 0, 0
            for p in range(passes):
                v = rest[p, r, c]
                if v == v:
                    if after[p, r]:
                        late[na] = _within(v)
                        na += 1
                    else:
                        early[nb] = _within(v)
                        nb += 1
            if na and nb:
                change[r, c] = nan_quantile(late, na, 0.5) - nan_quantile(early, nb, 0.5)
                weight[r, c] = _behind(na, nb)
    return change, weight


@exact
def mean_change(rest: Floats, after: Bools) -> Floats:
    """Return the change (r, c) of each cell as `change_map`, of means over passes."""
    passes, rows, slots = rest.shape
    sums = np.zeros((2, rows, slots))
    count = np.zeros((2, rows, slots), dtype=np.int64)
    for p in range(passes):
        for r in range(rows):
            _add(rest[p, r], sums[int(after[p, r]), r], count[int(after[p, r]), r], 1)
    return _means(sums, count)[0]


@plain
def _add(values: Floats, sums: Floats, count: Ints, sign: int) -> None:
    for c in range(values.shape[0]):
        if values[c] == values[c]:
            sums[c] += sign * _within(values[c])
            count[c] += sign


@exact
def _means(sums: Floats, count: Ints) -> tuple[Floats, Floats]:
    """Return the change (r, c) from means before (0) to after (1), and its weight."""
    _, rows, slots = sums.shape
    change = np.full((rows, slots), np.nan)
    weight = np.zeros((rows, slots))
    for r in range(rows):
        for c in range(slots):
            nb, na = count[0, r, c], count[1, r, c]
            if na and nb:
                change[r, c] = sums[1, r, c] / na - sums[0, r, c] / nb
                weight[r, c] = _behind(na, nb)
    return change, weight


@plain
def _near(change: Floats, weight: Floats, r: int, c: int) -> tuple[float, float]:
    """Return the weighed mean of a cell and its eight neighbours, and the weight behind it.

    The weight of a mean is the inverse of its variance, over that of a cell of weight 1.
    """
    rows, slots = change.shape
    mean, total, squares = 0.0, 0.0, 0.0
    for i in range(max(r - 1, 0), min(r + 2, rows)):
        for j in range(max(c - 1, 0), min(c + 2, slots)):
            v = change[i, j]
            if v == v and weight[i, j] > 0.0:
                part = (2.0 if i == r else 1.0) * (2.0 if j == c else 1.0)
                k = weight[i, j] * part
                mean += k * v
                total += k
                squares += k * part
    return mean / total, total * total / squares


@exact
def shade_mass(change: Floats, weight: Floats, clear: Floats, noise: float, common: float,
               least_z: float, least: float) -> tuple[float, Bools]:  # fmt: skip
    """Return how much speaks for an object in the sky, and its cells.

    Cells whose smoothed change is a loss of at least `least` (log) and `least_z` standard errors
    are put together to patches; the mass of a patch is its loss weighed by clear power and by the
    root of the passes behind it. Returns the largest mass and the cells of all patches that have
    at least a quarter of it.

    Parameters
    ----------
    change, weight, clear : (r, c) float64, of `change_map` and the expected clear power (0-1).
    noise, common : standard deviation of a cell of one pass: its own, and shared by neighbours.
    """
    rows, slots = change.shape
    smooth = np.full((rows, slots), np.nan)
    inside = np.zeros((rows, slots), dtype=np.bool_)
    for r in range(rows):
        for c in range(slots):
            if not (weight[r, c] > 0.0 and clear[r, c] > 0.08):
                continue
            smooth[r, c], own = _near(change, weight, r, c)
            if smooth[r, c] < -least:
                u = math.sqrt(noise**2 / max(own, 1e-9) + common**2 / weight[r, c])
                inside[r, c] = smooth[r, c] < -least_z * u
    label, count = patches(inside)
    mass = np.zeros(count + 1)
    for r in range(rows):
        for c in range(slots):
            if label[r, c]:
                mass[label[r, c]] -= smooth[r, c] * clear[r, c] * math.sqrt(weight[r, c])
    best = 0.0
    for k in range(1, count + 1):
        best = max(best, mass[k])
    for r in range(rows):
        for c in range(slots):
            if label[r, c] and mass[label[r, c]] < 0.25 * best:
                inside[r, c] = False
    return best, inside


@exact
def first_change(rest: Floats, day: Floats, clear: Floats, noise: float, common: float,
                 least_z: float, least: float, step: int) -> tuple[float, float]:  # fmt: skip
    """Return the day after which the map changed most, and the mass of that change (0 for none).

    rest : (p, r, c). day : (p, r) [days], of `row_days`. step : rows between the days tried; as
    many rows are left out at either end of the record.
    """
    passes, rows, slots = rest.shape
    days = day.copy().ravel()
    order = np.argsort(days)
    parts = light_parts(clear)
    sums = np.zeros((2, rows, slots))
    count = np.zeros((2, rows, slots), dtype=np.int64)
    for p in range(passes):
        for r in range(rows):
            _add(rest[p, r], sums[1, r], count[1, r], 1)
    best, at, moved = 0.0, np.nan, 0
    for k in range(step, days.shape[0] - step + 1, step):
        tau = 0.5 * (days[order[k - 1]] + days[order[k]])
        while moved < k:
            p, r = order[moved] // rows, order[moved] % rows
            _add(rest[p, r], sums[0, r], count[0, r], 1)
            _add(rest[p, r], sums[1, r], count[1, r], -1)
            moved += 1
        change, weight = _means(sums, count)
        change -= by_irradiance(change, clear, parts, 0.7)
        mass, _ = shade_mass(change, weight, clear, noise, common, least_z, least)
        if mass > best:
            best, at = mass, tau
    return at, best
