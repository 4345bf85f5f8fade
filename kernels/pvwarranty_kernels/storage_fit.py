"""A robust fit of few coefficients to many sparse rows, and its products by blocks of rows."""

from __future__ import annotations

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints
from pvwarranty_kernels.jit import exact


@exact
def cholesky_solve(a: Floats, b: Floats, out: Floats) -> None:
    """Solve ``a @ out = b`` for a positive definite `a` (k, k); `a` is left as its factor."""
    k = len(b)
    for i in range(k):
        for j in range(i + 1):
            s = a[i, j]
            for q in range(j):
                s -= a[i, q] * a[j, q]
            a[i, j] = np.sqrt(max(s, 1e-300)) if i == j else s / a[j, j]
    for i in range(k):
        s = b[i]
        for q in range(i):
            s -= a[i, q] * out[q]
        out[i] = s / a[i, i]
    for i in range(k - 1, -1, -1):
        s = out[i]
        for q in range(i + 1, k):
            s -= a[q, i] * out[q]
        out[i] = s / a[i, i]


@exact
def huber_fit(
    index: Ints,
    value: Floats,
    y: Floats,
    sigma: Floats,
    precision: Floats,
    pull: Floats,
    iterations: int,
) -> tuple[Floats, Floats, float]:
    """Fit ``y = X b`` by Huber's weights under a Gaussian prior; return b, weights, scale.

    Row i of X holds ``value[i, q]`` at column ``index[i, q]``. `sigma` (n,) is the expected
    deviation of a row, `precision` (k, k) the prior's inverse covariance and `pull` = precision @
    mean. The scale multiplies `sigma`: 1.4826 times the median absolute residual, at least 0.3.
    Huber (1964), doi:10.1214/aoms/1177703732, tuning constant 1.5.
    """
    n, q = index.shape
    k = len(pull)
    b = np.zeros(k)
    new = np.zeros(k)
    weight = 1.0 / sigma**2
    a = np.empty((k, k))
    rhs = np.empty(k)
    residual = np.empty(n)
    scale = 1.0
    for step in range(iterations):
        a[:, :] = precision
        rhs[:] = pull
        for i in range(n):
            w = weight[i]
            for p in range(q):
                wp = w * value[i, p]
                if wp == 0.0:
                    continue
                row = index[i, p]
                rhs[row] += wp * y[i]
                for s in range(q):
                    col = index[i, s]
                    if col <= row:
                        a[row, col] += wp * value[i, s]
        cholesky_solve(a, rhs, new)
        moved = 0.0
        for p in range(k):
            moved = max(moved, abs(new[p] - b[p]) / (1e-3 + abs(new[p])))
            b[p] = new[p]
        for i in range(n):
            fit = 0.0
            for p in range(q):
                fit += value[i, p] * b[index[i, p]]
            residual[i] = abs(y[i] - fit) / sigma[i]
        scale = max(1.4826 * np.median(residual), 0.3)
        for i in range(n):
            huber = min(1.0, 1.5 * scale / max(residual[i], 1e-12))
            weight[i] = huber / (sigma[i] * scale) ** 2
        if step > 2 and moved < 1e-5:
            break
    return b, weight, scale


@exact
def block_products(
    index: Ints,
    value: Floats,
    y: Floats,
    weight: Floats,
    block: Ints,
    blocks: int,
    k: int,
) -> Floats:
    """Return ``X'WX`` and ``X'Wy`` of each block of rows side by side, shape (blocks, k, k + 1)."""
    out = np.zeros((blocks, k, k + 1))
    for i in range(len(y)):
        g = block[i]
        for p in range(index.shape[1]):
            wp = weight[i] * value[i, p]
            if wp == 0.0:
                continue
            row = index[i, p]
            out[g, row, k] += wp * y[i]
            for s in range(index.shape[1]):
                out[g, row, index[i, s]] += wp * value[i, s]
    return out
