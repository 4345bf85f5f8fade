"""Robust linear least squares: the loop behind every figure taken from an I-V curve."""

from __future__ import annotations

import numpy as np

from pvwarranty_kernels.arrays import Floats, floats
from pvwarranty_kernels.jit import exact

ROUNDS = 8
BISQUARE = 4.685 * 1.4826  # Tukey's bisquare at 95 % efficiency, over the median absolute residual


@exact
def _solve(design: Floats, y: Floats, weight: Floats, q: Floats, found: Floats) -> None:
    """Weighted least squares by modified Gram-Schmidt; a column without own part gets 0."""
    n, k = design.shape
    r = np.zeros((k, k))
    for j in range(k):
        size = 0.0
        for t in range(n):
            q[t, j] = design[t, j] * np.sqrt(weight[t])
            size += q[t, j] * q[t, j]
        for _ in range(2):  # twice is enough (Kahan)
            for m in range(j):
                dot = 0.0
                for t in range(n):
                    dot += q[t, m] * q[t, j]
                r[m, j] += dot
                for t in range(n):
                    q[t, j] -= dot * q[t, m]
        left = 0.0
        for t in range(n):
            left += q[t, j] * q[t, j]
        r[j, j] = np.sqrt(left) if left > 1e-24 * size else 0.0
        for t in range(n):
            q[t, j] = q[t, j] / r[j, j] if r[j, j] > 0.0 else 0.0
    for j in range(k - 1, -1, -1):
        dot = 0.0
        for t in range(n):
            dot += q[t, j] * y[t] * np.sqrt(weight[t])
        for m in range(j + 1, k):
            dot -= r[j, m] * found[m]
        found[j] = dot / r[j, j] if r[j, j] > 0.0 else 0.0


@exact
def _robust(design: Floats, y: Floats, found: Floats, weight: Floats) -> None:
    n, k = design.shape
    q = np.empty((n, k))
    off = np.empty(n)
    _solve(design, y, weight, q, found)
    if n <= k + 1:
        return
    least = 1e-9 * np.max(np.abs(y)) + 1e-300
    for _ in range(ROUNDS):
        for t in range(n):
            fitted = 0.0
            for j in range(k):
                fitted += design[t, j] * found[j]
            off[t] = abs(y[t] - fitted)
        scale = BISQUARE * np.median(off) + least
        moved, kept = 0.0, 0
        for t in range(n):
            share = off[t] / scale
            now = (1.0 - share * share) ** 2 if share < 1.0 else 0.0
            moved = max(moved, abs(now - weight[t]))
            kept += now > 0.0
            weight[t] = now
        if kept < k:
            weight[:] = 1.0
            return
        _solve(design, y, weight, q, found)
        if moved < 1e-3:
            return


def robust_fit(design: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return the coefficients (k,) of y (n,) on design (n, k) and the weights (n,), 0 to 1.

    Least squares with Tukey's bisquare weights, scale from the median absolute residual
    (Holland and Welsch 1977, doi:10.1080/03610927708827533). Raises ValueError on shapes that do
    not fit or no points.
    """
    design, y = floats(design), floats(y)
    if design.ndim != 2 or y.shape != design.shape[:1] or not y.size:
        raise ValueError(f"robust_fit: design {design.shape} does not fit y {y.shape}")
    found, weight = np.zeros(design.shape[1]), np.ones(len(y))
    _robust(design, y, found, weight)
    return found, weight
