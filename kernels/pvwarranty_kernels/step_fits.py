"""A step beside a straight line, fitted at every place of a course."""

from __future__ import annotations

import math

import numpy as np

from pvwarranty_kernels.arrays import Bools, Floats, Ints
from pvwarranty_kernels.cells import nth
from pvwarranty_kernels.jit import exact, plain

TURNS = 4  # of weighing outliers down
RIDGE = 1e-9
LEAST_SCATTER = 1e-3


@plain
def _fit(x: Floats, y: Floats, w: Floats, late: Bools) -> tuple[float, float, float, float]:
    """Return level, slope and step by weighted least squares, and the step's variance factor."""
    a, b, c, d, e = RIDGE, 0.0, 0.0, RIDGE, 0.0
    p, q, r = 0.0, 0.0, 0.0
    for i in range(x.shape[0]):
        wx, wy = w[i] * x[i], w[i] * y[i]
        a += w[i]
        b += wx
        d += wx * x[i]
        p += wy
        q += wx * y[i]
        if late[i]:
            c += w[i]
            e += wx
            r += wy
    f = c + RIDGE  # the matrix [[a, b, c], [b, d, e], [c, e, f]] is symmetric
    aa, bb, cc = d * f - e * e, c * e - b * f, b * e - c * d
    dd, ee, ff = a * f - c * c, b * c - a * e, a * d - b * b
    det = a * aa + b * bb + c * cc
    return (
        (aa * p + bb * q + cc * r) / det,
        (bb * p + dd * q + ee * r) / det,
        (cc * p + ee * q + ff * r) / det,
        ff / det,
    )


@plain
def _scatter(rest: Floats, space: Floats) -> float:
    n = rest.shape[0]
    for i in range(n):
        space[i] = abs(rest[i])
    return 1.4826 * nth(space[:n], (n - 1) // 2) + LEAST_SCATTER


@plain
def _growth(rest: Floats, at: Ints) -> float:
    """Return by how much the correlation of neighbours lengthens a standard uncertainty."""
    both, all_ = 0.0, 1e-12
    for i in range(rest.shape[0]):
        all_ += rest[i] * rest[i]
        if i and at[i] == at[i - 1] + 1:
            both += rest[i] * rest[i - 1]
    shared = min(max(both / all_, 0.0), 0.9)
    return math.sqrt((1.0 + shared) / (1.0 - shared))


@exact
def step_fits(course: Floats, weight: Floats, reach: int, year: int,
              least: int) -> tuple[Floats, Floats]:  # fmt: skip
    """Return the step at each place of a course beside a straight line, and its uncertainty.

    Least squares over `reach` places on either side with outliers weighted down (Huber 1964,
    doi:10.1214/aoms/1177703732); neighbouring places share their weather, so the uncertainty grows
    with their correlation.

    Parameters
    ----------
    course : (k,) float64. weight : (k,) float64, 0 where not known.
    year : places a year, for the slope. least : known places that a step needs on either side.

    Returns
    -------
    (k,) step from before the place to it; (k,) standard uncertainty, infinite where too little is
    known.
    """
    n = course.shape[0]
    size, u = np.zeros(n), np.full(n, np.inf)
    x, y, w, used, rest, space = np.empty((6, 2 * reach))
    late = np.empty(2 * reach, dtype=np.bool_)
    at = np.empty(2 * reach, dtype=np.int64)
    for i in range(n):
        m, before = 0, 0
        for j in range(max(i - reach, 0), min(i + reach, n)):
            if weight[j] > 0.0:
                x[m], y[m], w[m], used[m] = (j - i) / year, course[j], weight[j], weight[j]
                late[m], at[m] = j >= i, j
                before += 1 if j < i else 0
                m += 1
        if before < least or m - before < least:
            continue
        scatter, factor = 0.0, 0.0
        for _ in range(TURNS):
            level, slope, size[i], factor = _fit(x[:m], y[:m], used[:m], late[:m])
            for k in range(m):
                rest[k] = y[k] - level - slope * x[k] - (size[i] if late[k] else 0.0)
            scatter = _scatter(rest[:m], space)
            for k in range(m):
                used[k] = w[k] / max(1.0, abs(rest[k]) / (2.0 * scatter))
        u[i] = scatter * _growth(rest[:m], at) * math.sqrt(factor)
    return size, u
