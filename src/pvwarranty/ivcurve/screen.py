"""Which curves can be used: checks of one curve, and the conditions of the standards.

JIS C 8953:2006 and IEC 61829:2015 ask for 700 W/m² or more and a sweep within 5 s; steadiness of
1 % and 1 °C during the sweep after IEC 60904-1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pvwarranty.ivcurve.curve import IVCurve, Rejection
from pvwarranty.ivcurve.features import (
    LEAST_NEAR,
    Flat,
    PowerPoint,
    in_order,
    max_power,
    median_3,
    open_circuit,
    series_resistance,
    short_circuit,
    without_spikes,
)
from pvwarranty.ivcurve.nominal import Nominal
from pvwarranty.ivcurve.texts import REJECTIONS
from pvwarranty.ivcurve.translate import T_STC, Conditions, Points
from pvwarranty.model import Floats

STANDARD, LEAST = 700.0, 400.0  # irradiance [W/m²]: of the standards, of ours
MOST = 1500.0
COLDEST, HOTTEST = -20.0, 95.0  # of a module in the sun [°C]
LEAST_POINTS = 10
STEADY, TOO_UNSTEADY = 0.01, 0.05  # half the range of irradiance within a sweep
WARMING, FAR = 1.0, 40.0  # [K]
SWEEP = 5.0  # [s]
RISE, NOISE = 0.04, 0.03  # of current, as shares of the short-circuit current
STEP = 0.025  # how far a curve may sag under its hull, as a share of maximum power


@dataclass(frozen=True, slots=True)
class Reading:
    """A curve that can be used, with what it shows; volts and watts of one module.

    v_oc, r_s : NaN where the sweep does not show them; findings : words of `texts.FINDINGS`
    """

    curve: IVCurve
    points: Points
    at: Conditions
    flat: Flat
    v_oc: float
    r_s: float
    power: PowerPoint
    findings: tuple[str, ...]


class _Unfit(Exception):
    def __init__(self, name: str, **values: object) -> None:
        self.name = name
        self.values = values
        super().__init__(name)


def read_curve(curve: IVCurve, nominal: Nominal) -> Reading | Rejection:
    """Return what a curve shows, or why it cannot be used."""
    try:
        return _read(curve, nominal)
    except _Unfit as unfit:
        return rejection(curve, unfit.name, **unfit.values)


def rejection(curve: IVCurve, name: str, **values: object) -> Rejection:
    """Return the rejection of a curve for the reason called `name`."""
    return Rejection(curve, name, REJECTIONS[name].filled(**values))


def _read(curve: IVCurve, nominal: Nominal) -> Reading:
    points = without_spikes(in_order(curve.v / curve.modules, curve.i))
    if len(points.v) < LEAST_POINTS:
        raise _Unfit("too_few_points", n=len(points.v), near="-")
    at = Conditions(_irradiance(curve.poa_global), _temperature(curve.temp_module))
    if np.mean(points.v * points.i > 0) < 0.3 or np.median(points.v) <= 0:
        raise _Unfit("reversed")
    power = max_power(points)
    flat = short_circuit(points)
    _check_shape(points, flat, power)
    v_oc = open_circuit(points, flat.i_sc)
    r_s = math.nan
    if nominal.cells is not None:
        r_s = series_resistance(points, flat, nominal.cells, at.temp_cell)
    findings = [*_conditions(curve, at)]
    if has_step(points, flat):
        findings.append("steps")
    findings.extend(_current(flat, at, nominal))
    return Reading(curve, points, at, flat, v_oc, r_s, power, tuple(findings))


def _irradiance(values: Floats) -> float:
    known = values[np.isfinite(values)]
    g = float(np.mean(known)) if len(known) else math.nan
    if not (known.size and known.min() > 0 and known.max() < MOST):
        worst = float(known[np.argmax(np.abs(known - 700.0))]) if len(known) else math.nan
        raise _Unfit("bad_irradiance", g=f"{worst:.0f}" if len(known) else "-")
    half = (float(known.max()) - float(known.min())) / 2 / g
    if half > TOO_UNSTEADY:
        raise _Unfit("unsteady", percent=f"{200 * half:.0f}")
    if g < LEAST:
        raise _Unfit("too_dark", g=f"{g:.0f}", least=f"{LEAST:.0f}")
    return g


def _temperature(values: Floats) -> float:
    known = values[np.isfinite(values)]
    t = float(np.mean(known)) if len(known) else math.nan
    if not COLDEST <= t <= HOTTEST:
        raise _Unfit("bad_temperature", t=f"{t:.0f}" if len(known) else "-")
    return t


def _check_shape(points: Points, flat: Flat, power: PowerPoint) -> None:
    if not (power.inside and flat.i_sc > 0 and points.v[0] < 0.5 * power.v_mp):
        raise _Unfit("incomplete")
    if power.n < LEAST_NEAR:
        raise _Unfit("too_few_points", n=len(points.v), near=power.n)
    smooth = median_3(points.i)
    lit = points.v >= 0
    scatter = 1.4826 * float(np.median(np.abs(points.i - smooth)[lit])) / flat.i_sc
    if scatter > NOISE:
        raise _Unfit("noisy", percent=f"{100 * scatter:.0f}")
    rise = float(np.max(smooth[lit] - np.minimum.accumulate(smooth[lit]))) / flat.i_sc
    if rise > max(RISE, 8.0 * scatter):
        raise _Unfit("not_monotone", percent=f"{100 * rise:.0f}")


def _conditions(curve: IVCurve, at: Conditions) -> Iterator[str]:
    if at.poa_global < STANDARD:
        yield "below_700"
    g = curve.poa_global[np.isfinite(curve.poa_global)]
    if g.min() == g.max():
        yield "stability_unknown"
    elif (g.max() - g.min()) / 2 > STEADY * at.poa_global:
        yield "unsteady"
    if np.nanmax(curve.temp_module) - np.nanmin(curve.temp_module) > WARMING:
        yield "warming"
    if curve.duration is not None and curve.duration > SWEEP:
        yield "slow_sweep"
    if abs(at.temp_cell - T_STC) > FAR:
        yield "far_temperature"


def current_at_stc(flat: Flat, at: Conditions, nominal: Nominal) -> float:
    """Return short-circuit current at 1000 W/m² and 25 °C [A]."""
    return flat.i_sc * 1000.0 / at.poa_global / (1.0 + nominal.alpha * (at.temp_cell - T_STC))


def _current(flat: Flat, at: Conditions, nominal: Nominal) -> Iterator[str]:
    if nominal.i_sc is None:
        return
    ratio = current_at_stc(flat, at, nominal) / nominal.i_sc
    if ratio > 1.12:
        raise _Unfit("irradiance_too_low", percent=f"{100 * ratio:.0f}")
    if ratio > 1.05:
        yield "high_current"
    if ratio < 0.90:
        yield "low_current"


def has_step(points: Points, flat: Flat) -> bool:
    """Tell a curve with a step, as a conducting bypass diode leaves: it is not concave there."""
    v, i = points.v, median_3(points.i)
    use = (v > 0) & (i > 0.05 * flat.i_sc)
    v, i = v[use], i[use]
    scatter = 1.4826 * float(np.median(np.abs(points.i[use] - i)))
    gap = (_upper_hull(v, i) - i - 6.0 * scatter) * v
    return bool(np.max(gap) > STEP * float(np.max(v * i)))


def _upper_hull(v: Floats, i: Floats) -> Floats:
    """Return the upper concave hull of a curve at its own voltages (n,)."""
    kept: list[int] = []
    for k in range(len(v)):
        while len(kept) >= 2:
            a, b = kept[-2], kept[-1]
            if (i[b] - i[a]) * (v[k] - v[a]) > (i[k] - i[a]) * (v[b] - v[a]):
                break
            kept.pop()
        kept.append(k)
    return np.interp(v, v[kept], i[kept])


def repeated(readings: Sequence[IVCurve]) -> set[int]:
    """Return the places of curves that repeat the one before, value by value."""
    return {
        n
        for n in range(1, len(readings))
        if np.array_equal(readings[n].v, readings[n - 1].v)
        and np.array_equal(readings[n].i, readings[n - 1].i)
    }
