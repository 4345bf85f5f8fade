"""Runs of equal values."""

from __future__ import annotations

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints
from pvwarranty_kernels.jit import exact


@exact
def equal_runs(values: Floats, reference: Floats, moved: float) -> Ints:
    """Return for each value the length of the run of equal values it lies in.

    A run counts only if `reference` moves by more than `moved` (same unit) within it; otherwise
    its members get 1. NaN ends a run.

    Parameters
    ----------
    values, reference : (n,) float64.

    Returns
    -------
    (n,) int64.
    """
    n = values.shape[0]
    out = np.ones(n, dtype=np.int64)
    start = 0
    while start < n:
        end = start + 1
        low, high = reference[start], reference[start]
        while end < n and values[end] == values[start]:
            low = reference[end] if reference[end] < low else low
            high = reference[end] if reference[end] > high else high
            end += 1
        if end - start > 1 and high - low > moved:
            for i in range(start, end):
                out[i] = end - start
        start = end
    return out
