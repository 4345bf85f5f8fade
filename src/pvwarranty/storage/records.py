"""Capacity tests on record: a few verification cycles, or a cell's whole life on a test bench."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvwarranty.model import Floats

INVALID = 0.5  # of the median of the tests before: an aborted test
RECENT = 15  # tests that speak for the present one
SMOOTH = 5
SINGLE = 0.01  # deviation of a single test, over initial capacity
SYSTEMATIC = 0.005
RECOVERY = 3.0  # neighbouring tests share the recovery after a rest: so many count as one


@dataclass(frozen=True, slots=True)
class Tracked:
    """Capacity over initial capacity as known after each test, each (m,).

    value, u : level and its standard deviation from that test and those before it; NaN before two
        valid tests
    path : non-increasing path through all tests
    valid : whether the test counts
    """

    value: Floats
    u: Floats
    path: Floats
    valid: NDArray[np.bool_]

    def p_below(self, threshold: float) -> Floats:
        """Return the probability (m,) that the level is below `threshold`, as known then."""
        z = (self.value - threshold) / self.u / math.sqrt(2.0)
        return np.array([0.5 * math.erfc(v) for v in z])


def track_tests(capacity: Floats, initial: float) -> Tracked:
    """Follow the capacity through tests in time order; `capacity` and `initial` in one unit.

    Level and trend are those of the last 15 valid tests by medians (Theil-Sen), so that single
    recoveries after rests and aborted tests do not decide. The path is the isotonic regression of
    running medians of five.
    """
    from scipy.optimize import isotonic_regression

    ratio = np.asarray(capacity, dtype=np.float64) / initial
    valid = _valid(ratio)
    value, u = np.full(len(ratio), np.nan), np.full(len(ratio), np.nan)
    known = np.flatnonzero(valid)
    for k in range(1, len(known)):
        window = known[max(0, k + 1 - RECENT) : k + 1]
        value[known[k]], u[known[k]] = _level(window.astype(np.float64), ratio[window])
    for aborted in np.flatnonzero(~valid[1:]) + 1:  # tells nothing new
        value[aborted], u[aborted] = value[aborted - 1], u[aborted - 1]
    path = np.full(len(ratio), np.nan)
    if len(known):
        smooth = _running_median(ratio[known])
        fitted = isotonic_regression(smooth, increasing=False).x
        path = np.interp(np.arange(len(ratio)), known, fitted)
    return Tracked(value, u, path, valid)


def _valid(ratio: Floats) -> NDArray[np.bool_]:
    valid = np.isfinite(ratio) & (ratio > 0.0)
    for k in range(len(ratio)):
        before = ratio[max(0, k - 7) : k][valid[max(0, k - 7) : k]]
        if len(before) and ratio[k] < INVALID * np.median(before):
            valid[k] = False
    return valid


def _level(x: Floats, y: Floats) -> tuple[float, float]:
    i, j = np.triu_indices(len(x), 1)
    slope = min(float(np.median((y[j] - y[i]) / (x[j] - x[i]))), 0.0)
    level = float(np.median(y - slope * (x - x[-1])))
    scatter = 1.4826 * float(np.median(np.abs(y - slope * (x - x[-1]) - level)))
    count = max(len(x) / RECOVERY, 1.0)
    u = math.hypot(2.0 * max(scatter, SINGLE) / math.sqrt(count), SYSTEMATIC * level)
    return level, u


def _running_median(y: Floats) -> Floats:
    half = SMOOTH // 2
    return np.array([np.median(y[max(0, k - half) : k + half + 1]) for k in range(len(y))])
