"""What a single curve shows: short circuit, open circuit, series resistance, maximum power.

Robust against noise and single wild points; a point is never taken for the maximum by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pvwarranty.ivcurve.translate import KELVIN, Points
from pvwarranty.model import Floats
from pvwarranty_kernels.iv import robust_fit

BOLTZMANN = 8.617333e-5  # over the elementary charge [V/K]
# windows of v over v_mp with the points that each needs, from dense sweeps to sparse ones
WINDOWS = ((0.86, 1.09, 16), (0.80, 1.12, 7), (0.75, 1.15, 7), (0.70, 1.18, 0))
NARROW = (0.89, 1.08)  # where a step lies in the window
MISFIT = 0.004  # scatter above which a window is narrowed, as a share of maximum power
LEAST_NEAR = 5  # points that a fit needs
# what the polynomial itself errs on curves of single diodes, by points in the window
RESOLUTION = ((8, 0.0005), (6, 0.0015), (LEAST_NEAR, 0.006))
IDEALITY = (0.9, 1.4)  # of a diode


@dataclass(frozen=True, slots=True)
class PowerPoint:
    """Maximum power [W] with its voltage [V] and current [A].

    u : relative standard uncertainty from the scatter of the points about the fit
    residual : scatter of the points about the fit, as a share of the maximum
    n : points of the fit; inside : the maximum does not lie at an end of the sweep
    """

    p_mp: float
    v_mp: float
    i_mp: float
    u: float
    residual: float
    n: int
    inside: bool


def in_order(v: Floats, i: Floats) -> Points:
    """Return the finite points (n,) sorted by voltage, whichever way the sweep went."""
    good = np.isfinite(v) & np.isfinite(i)
    v, i = v[good], i[good]
    order = np.argsort(v, kind="stable")
    return Points(v[order], i[order])


def without_spikes(curve: Points) -> Points:
    """Return a curve without single wild points: current that leaves and returns at once.

    Current falls with voltage, so a true point lies between its neighbours.
    """
    i = curve.i
    if len(i) < 5:
        return curve
    noise = 1.4826 * float(np.median(np.abs(np.diff(i, 2)))) / math.sqrt(6.0)
    limit = max(8.0 * noise, 0.02 * float(np.percentile(i, 90)))
    over = i[1:-1] - np.maximum(i[:-2], i[2:])
    under = np.minimum(i[:-2], i[2:]) - i[1:-1]
    excess = np.concatenate([[0.0, 0.0], np.maximum(over, under), [0.0, 0.0]])
    # a dip makes its neighbour look high: the larger of two is the wild one
    largest = (excess[1:-1] >= excess[:-2]) & (excess[1:-1] >= excess[2:])
    wild = (excess[1:-1] > limit) & largest
    return Points(curve.v[~wild], i[~wild])


def median_3(values: Floats) -> Floats:
    """Return the running median of three (n,), ends as they are."""
    if len(values) < 3:
        return values.copy()
    stack = np.stack([values[:-2], values[1:-1], values[2:]])
    return np.concatenate([values[:1], np.median(stack, axis=0), values[-1:]])


def fit_line(x: Floats, y: Floats) -> tuple[float, float]:
    """Return intercept and slope of a robust straight line (bisquare weights)."""
    design = np.stack([np.ones_like(x), x], axis=1)
    found, _ = robust_fit(design, y)
    return float(found[0]), float(found[1])


class Flat(NamedTuple):
    """The flat part of a curve: short-circuit current [A] and shunt conductance [1/Ω]."""

    i_sc: float
    shunt: float


def short_circuit(curve: Points) -> Flat:
    """Return current at no voltage and the slope there from a robust line; NaN without points."""
    top = float(np.percentile(curve.v, 98))
    for share in (0.30, 0.50):
        flat = np.abs(curve.v) <= share * top
        if np.count_nonzero(flat) >= 3:
            intercept, slope = fit_line(curve.v[flat], curve.i[flat])
            # current cannot rise with voltage: what looks so is noise, the level is all there is
            return Flat(intercept, -slope) if slope <= 0 else Flat(np.median(curve.i[flat]), 0.0)
    return Flat(math.nan, math.nan)


def open_circuit(curve: Points, i_sc: float) -> float:
    """Return the voltage at no current [V] from the steep part; NaN where the sweep ends before."""
    for share in (0.12, 0.25, 0.4, 0.6, 0.75):
        steep = (np.abs(curve.i) <= share * i_sc) & (curve.v > 0.3 * curve.v[-1])
        if np.count_nonzero(steep) >= 3:
            # voltage falls with current by a line and the logarithm of what is left of i_sc
            rest = np.log(1.0 - curve.i[steep] / i_sc)
            columns = [np.ones_like(rest), rest]
            if np.count_nonzero(steep) >= 4:
                columns.append(curve.i[steep])
            found = robust_fit(np.stack(columns, axis=1), curve.v[steep])[0]
            return float(found[0]) if curve.i[steep].min() < 0.35 * i_sc else math.nan
    return math.nan


def series_resistance(curve: Points, flat: Flat, cells: float, temp_cell: float) -> float:
    """Return the series resistance [Ω] from the steep part of a single curve; NaN without one.

    Fits V = Voc - Rs I + a ln(1 - (I + V shunt) / Isc), with a = ideality * cells * kT/q kept to
    what silicon diodes have; never below 0.
    """
    current = curve.i + curve.v * flat.shunt
    part = (curve.i > 0.02 * flat.i_sc) & (current < 0.95 * flat.i_sc)
    if np.count_nonzero(part) < 5:
        return math.nan
    i, v = curve.i[part], curve.v[part]
    rest = np.log(1.0 - current[part] / flat.i_sc)
    thermal = cells * BOLTZMANN * (temp_cell + KELVIN)
    free = robust_fit(np.stack([np.ones_like(i), -i, rest], axis=1), v)[0]
    a = min(max(float(free[2]), IDEALITY[0] * thermal), IDEALITY[1] * thermal)
    if a != free[2]:
        free = robust_fit(np.stack([np.ones_like(i), -i], axis=1), v - a * rest)[0]
    return max(float(free[1]), 0.0)


def max_power(curve: Points) -> PowerPoint:
    """Return the maximum power by a polynomial of power over voltage through the knee's points.

    After ASTM E1036, with a window that widens for sparse sweeps and narrows where a smooth curve
    does not describe the knee (steps of bypass diodes). `n` is 0 where the points do not suffice.
    """
    smooth = curve.v * median_3(curve.i)
    at = int(np.argmax(smooth))
    v_mp, p_mp = float(curve.v[at]), float(smooth[at])
    rough = PowerPoint(p_mp, v_mp, p_mp / v_mp, 0.02, 0.02, 0, _is_inside(smooth, at))
    if p_mp <= 0 or v_mp <= 0:
        return rough
    best = _near(curve, rough, _wide_enough(curve, rough))
    if best is not None and best.residual > MISFIT:
        narrow = _near(curve, best, NARROW)
        best = narrow if narrow is not None and narrow.residual < best.residual else best
    return rough if best is None else best


def _wide_enough(curve: Points, rough: PowerPoint) -> tuple[float, float]:
    for low, high, least in WINDOWS:
        if np.count_nonzero(_window(curve, rough, (low, high))) >= least:
            break
    return low, high


def _is_inside(power: Floats, at: int) -> bool:
    # what is measured on either side must fall away from the maximum
    drop = 0.985 * power[at]
    return bool(power[: at + 1].min() < drop and power[at:].min() < drop)


def _near(curve: Points, centre: PowerPoint, window: tuple[float, float]) -> PowerPoint | None:
    """Return the fitted maximum in a window about a first guess; None with too few points."""
    noise = current_noise(curve, centre.v_mp) / centre.i_mp
    for _ in range(2):  # the second time about a better centre
        use = _window(curve, centre, window)
        n = int(np.count_nonzero(use))
        if n < LEAST_NEAR:
            return None
        x = curve.v[use] / centre.v_mp - 1.0
        y = curve.v[use] * curve.i[use] / centre.p_mp
        powers = np.vander(x, (4 if n >= 6 else 3) + 1, increasing=True)
        found, weight = robust_fit(powers, y)
        top = _top(found, float(x.min()), float(x.max()))
        row = np.vander(np.array([top]), powers.shape[1], increasing=True)[0]
        ratio = float(row @ found)
        scatter, u = _scatter(powers, y - powers @ found, weight, row, noise)
        u = math.hypot(u, next(r for least, r in RESOLUTION if n >= least))
        p, v = centre.p_mp * ratio, centre.v_mp * (1.0 + top)
        centre = PowerPoint(p, v, p / v, u / ratio, scatter / ratio, n, centre.inside)
    return centre


def _window(curve: Points, centre: PowerPoint, window: tuple[float, float]) -> NDArray[np.bool_]:
    v, i = curve.v / centre.v_mp, curve.i / centre.i_mp
    return (v >= window[0]) & (v <= window[1]) & (i >= 0.70) & (i <= 1.25)


def _top(polynomial: Floats, low: float, high: float) -> float:
    """Return where a polynomial is largest between two ends."""
    slope = polynomial[1:] * np.arange(1, len(polynomial))
    roots = np.roots(slope[::-1]) if np.any(slope) else np.array([])
    real = [float(r.real) for r in roots if abs(r.imag) < 1e-9 and low < r.real < high]
    places = [*real, low, high]
    values = [float(np.polyval(polynomial[::-1], p)) for p in places]
    return places[int(np.argmax(values))]


def current_noise(curve: Points, v_mp: float) -> float:
    """Return the scatter of the current [A] before the knee, from second differences."""
    before = curve.i[(curve.v >= 0.0) & (curve.v < 0.8 * v_mp)]
    if len(before) < 5:
        return 0.0
    return 1.4826 * float(np.median(np.abs(np.diff(before, 2)))) / math.sqrt(6.0)


def _scatter(
    powers: Floats, off: Floats, weight: Floats, row: Floats, noise: float
) -> tuple[float, float]:
    """Return the scatter about a fit and the standard uncertainty at one place of it.

    `noise` is that of the rest of the curve: few points know little of their own scatter.
    """
    free = max(float(weight.sum()) - powers.shape[1], 1.0)
    variance = float(np.sum(weight * off**2)) / free
    inverse = np.linalg.pinv(powers.T @ (powers * weight[:, None]))
    larger = max(variance * (1.0 + 4.0 / free), noise * noise)
    return math.sqrt(variance), math.sqrt(larger * max(float(row @ inverse @ row), 0.0))
