"""From noisy fortnightly levels to the level on the day judged: abrupt steps and a smooth course.

The smooth part is a penalised spline of second differences (Whittaker 1923; Eilers 2003,
doi:10.1021/ac034173t) whose stiffness is chosen by restricted likelihood, so that steady ageing
gives a line and an accelerating fault a bend. Outliers (snow, thin cloud, a wash) are weighted
down. A step is kept only if it lasts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvwarranty.estimate.levels import running_median
from pvwarranty.model import Floats
from pvwarranty_kernels.jumps import largest_jump

# of fortnightly levels: from bends of about two years to a straight line
STIFFNESS = (1e4, 1e5, 1e6, 1e7)
WINDOW = 8  # fortnights before and after a step
LEAST_T, LEAST_STEP = 5.5, 0.025
RIDGE = 1e-9  # keeps the system solvable where nothing is known
LASTS = 26  # a rise counts as a step only with a year on either side


@dataclass(frozen=True, slots=True)
class Step:
    """An abrupt change: first fortnight (index into the levels) after it, and its size."""

    at: int
    size: float
    t: float


@dataclass(frozen=True, slots=True)
class Path:
    """A channel's course, smoothed.

    level : (k,) smooth level with its steps; steps : those found
    u_end : standard uncertainty of the last level, statistics alone
    noise : scatter of a single level
    """

    level: Floats
    steps: tuple[Step, ...]
    u_end: float
    noise: float


def smooth_path(level: Floats, count: NDArray[np.int64]) -> Path:
    """Return the smooth course of levels (k,) with their counts (k,); NaN levels are bridged."""
    steps = find_steps(level, count)
    flat = level.copy()
    for step in steps:
        flat[step.at :] -= step.size
    smooth, u_end, noise = _robust(flat, count)
    for step in steps:
        smooth[step.at :] += step.size
    return Path(smooth, steps, u_end, noise)


def find_steps(level: Floats, count: NDArray[np.int64]) -> tuple[Step, ...]:
    """Return the lasting abrupt changes of levels (k,), largest t first."""
    known = np.flatnonzero(np.isfinite(level) & (count >= 8))
    values = level[known].copy()
    if len(values) < 12:
        return ()
    noise = _noise(values)
    found: list[Step] = []
    for _ in range(6):
        at, size, t = largest_jump(values, noise, WINDOW, LASTS)
        if t < LEAST_T or abs(size) < LEAST_STEP:
            break
        if _lasts(values, at, size):
            found.append(Step(int(known[at]), size, t))
            values[at:] -= size
        else:  # a passing dip or rise: taken out of the search
            values[max(0, at - 2) : at + 2] = np.median(values[max(0, at - WINDOW) : at + WINDOW])
    return tuple(found)


def _noise(values: Floats) -> float:
    return float(1.4826 * np.median(np.abs(np.diff(values))) / np.sqrt(2.0) + 2e-3)


def _lasts(values: Floats, at: int, size: float) -> bool:
    far = float(np.median(values[at : at + 30]) - np.median(values[max(0, at - 30) : at]))
    return far * size > 0 and abs(far) > 0.5 * abs(size)


def _robust(level: Floats, count: NDArray[np.int64]) -> tuple[Floats, float, float]:
    known = np.isfinite(level)
    noise = _noise(level[known]) if known.sum() > 3 else 0.02
    fitted = running_median(level, 9)
    fitted = np.where(np.isfinite(fitted), fitted, np.nanmedian(level))
    trust = np.where(known, np.minimum(count, 40) / 40.0, 0.0)
    filled = np.where(known, level, 0.0)
    u_end = noise
    for _ in range(4):
        off = np.where(known, level - fitted, 0.0) / (4.5 * noise)
        off = np.where(off < 0, 1.3 * off, off)  # cloud, snow and dust only ever take away
        weight = trust * np.where(np.abs(off) < 1, (1 - off**2) ** 2, 0.0)
        fitted, u_end = whittaker(filled, weight)
    return fitted, u_end, noise


def whittaker(values: Floats, weight: Floats) -> tuple[Floats, float]:
    """Return the penalised spline (k,) of values (k,) with weights (k,), and its end's u."""
    found = [_spline(values, weight, stiffness) for stiffness in STIFFNESS]
    best = max(found, key=lambda s: s.likelihood)
    return _polished(best, values, weight), best.u_end


@dataclass(frozen=True, slots=True)
class _Spline:
    likelihood: float
    stiffness: float
    factor: Floats
    fitted: Floats
    u_end: float


def _spline(values: Floats, weight: Floats, stiffness: float) -> _Spline:
    n = len(values)
    band = _penalty(n) * stiffness
    band[2] += weight + RIDGE
    factor = _factor(band)
    fitted = _solved(factor, weight * values)
    rough = np.diff(fitted, 2)
    misfit = float(np.sum(weight * (values - fitted) ** 2) + stiffness * np.sum(rough**2))
    free = max(float(np.sum(weight > 0)) - 2.0, 1.0)
    variance = misfit / free + 1e-8
    likelihood = -0.5 * (
        free * np.log(variance) + 2.0 * np.sum(np.log(factor[2])) - (n - 2) * np.log(stiffness)
    )
    last = np.zeros(n)
    last[-1] = 1.0
    u_end = float(np.sqrt(variance * _solved(factor, last)[-1]))
    return _Spline(float(likelihood), stiffness, factor, fitted, u_end)


# LAPACK itself: scipy's cholesky_banded and cho_solve_banded take longer to look at their
# arguments than it to solve


def _factor(band: Floats) -> Floats:
    from scipy.linalg import LinAlgError, lapack

    factor, info = lapack.dpbtrf(band)
    if info:
        raise LinAlgError(f"leading minor {info} is not positive")
    return np.asarray(factor)


def _solved(factor: Floats, right: Floats) -> Floats:
    from scipy.linalg import lapack

    found, _ = lapack.dpbtrs(factor, right)
    return np.asarray(found)


def _polished(spline: _Spline, values: Floats, weight: Floats) -> Floats:
    """Return the spline with what rounding took from it, by iterative refinement (Moler 1967).

    The stiff system loses up to nine of sixteen digits, and which ones depends on the processor
    and its LAPACK. One step with residuals in extended precision brings them back, so that the
    same data give the same figures on every machine.
    """
    fitted = spline.fitted.astype(np.longdouble)
    rough = np.diff(fitted, 2)
    bend = np.zeros_like(fitted)
    bend[:-2] += rough
    bend[1:-1] -= 2 * rough
    bend[2:] += rough
    residual = weight * (values - fitted) - RIDGE * fitted - spline.stiffness * bend
    lost = _solved(spline.factor, residual.astype(np.float64))
    return (fitted + lost).astype(np.float64)


def _penalty(n: int) -> Floats:
    """Return the upper bands of D'D for second differences, for `cholesky_banded`."""
    band = np.zeros((3, n))
    band[2] = 6.0
    band[2, [0, -1]] = 1.0
    band[2, [1, -2]] = 5.0
    band[1, 1:] = -4.0
    band[1, [1, -1]] = -2.0
    band[0, 2:] = 1.0
    return band
