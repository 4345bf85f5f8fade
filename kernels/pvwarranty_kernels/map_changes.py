"""Changes of a map over the sun's positions: which cells lost, and since when.

Maps come from `maps`: passes (half years) of rows of declination by slots of the hour.
"""

from __future__ import annotations

import math

import numpy as np

from pvwarranty_kernels.arrays import Bools, Floats
from pvwarranty_kernels.jit import exact
from pvwarranty_kernels.maps import nan_quantile, patches, smoothed


@exact
def by_irradiance(change: Floats, clear: Floats, quantile: float) -> Floats:
    """Return what a change owes to irradiance alone: an upper quantile over like irradiance.

    A shunt takes from all dim cells, series resistance from all bright ones; an object takes from
    some of either. change, clear (expected power, 0-1) : (r, c) float64. Returns (r, c).
    """
    rows, slots = change.shape
    edges = np.array([0.08, 0.15, 0.22, 0.30, 0.40, 0.52, 0.66, 0.82, 1.5])
    bins = edges.shape[0] - 1
    centre, found = np.empty(bins), np.empty(bins)
    space = np.empty(rows * slots)
    known = 0
    for k in range(bins):
        n = 0
        for r in range(rows):
            for c in range(slots):
                if edges[k] <= clear[r, c] < edges[k + 1] and change[r, c] == change[r, c]:
                    space[n] = change[r, c]
                    n += 1
        if n >= 6:
            found[known] = nan_quantile(space, n, quantile)
            centre[known] = 0.5 * (edges[k] + edges[k + 1])
            known += 1
    out = np.zeros((rows, slots))
    if known == 0:
        return out
    for r in range(rows):
        for c in range(slots):
            out[r, c] = np.interp(clear[r, c], centre[:known], found[:known])
    return out


@exact
def change_map(rest: Floats, after: Bools, robust: bool) -> tuple[Floats, Floats]:
    """Return the change of each cell from the other passes to those `after`, and its weight.

    Parameters
    ----------
    rest : (p, r, c) float64 logarithms, NaN where not known. after : (p, r) bool.
    robust : medians rather than means.

    Returns
    -------
    (r, c) change; (r, c) weight of the passes behind it (about na * nb / (na + nb)), 0 where
    unknown.
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
                    v = min(max(v, -1.5), 0.6)
                    if after[p, r]:
                        late[na] = v
                        na += 1
                    else:
                        early[nb] = v
                        nb += 1
            if na and nb:
                if robust:
                    change[r, c] = nan_quantile(late, na, 0.5) - nan_quantile(early, nb, 0.5)
                else:
                    change[r, c] = late[:na].mean() - early[:nb].mean()
                # a single pass may be a single fortnight's weather: half a pass is held back
                weight[r, c] = (na - 0.5) * (nb - 0.5) / (na + nb - 1.0)
    return change, weight


@exact
def change_weight(weight: Floats, unknown: Bools) -> Floats:
    """Return the weight behind the mean of nine cells: the inverse of its variance per cell's.

    weight : (r, c) float64; unknown : (r, c) bool.
    """
    rows, slots = weight.shape
    out = np.zeros((rows, slots))
    for r in range(rows):
        for c in range(slots):
            total, squares = 0.0, 0.0
            for i in range(max(r - 1, 0), min(r + 2, rows)):
                for j in range(max(c - 1, 0), min(c + 2, slots)):
                    if not unknown[i, j] and weight[i, j] > 0.0:
                        k = weight[i, j] * (2.0 if i == r else 1.0) * (2.0 if j == c else 1.0)
                        total += k
                        squares += k * k / weight[i, j]
            if squares > 0.0:
                out[r, c] = total * total / squares
    return out


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
    smooth = smoothed(change, weight)
    own = change_weight(weight, np.isnan(change))
    inside = np.zeros((rows, slots), dtype=np.bool_)
    for r in range(rows):
        for c in range(slots):
            if weight[r, c] > 0.0 and clear[r, c] > 0.08 and smooth[r, c] < -least:
                u = math.sqrt(noise**2 / max(own[r, c], 1e-9) + common**2 / weight[r, c])
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
    days = np.sort(day.copy().ravel())
    best, at = 0.0, np.nan
    for k in range(step, days.shape[0] - step + 1, step):
        tau = 0.5 * (days[k - 1] + days[k])
        change, weight = change_map(rest, day > tau, False)
        change -= by_irradiance(change, clear, 0.7)
        mass, _ = shade_mass(change, weight, clear, noise, common, least_z, least)
        if mass > best:
            best, at = mass, tau
    return at, best
