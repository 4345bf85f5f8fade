"""Translation of an I-V curve to other conditions: IEC 60891:2021 procedures 1, 2 and 4.

Pure functions of arrays. Index 1 is measured, 2 the target; every procedure takes a curve (n,) of
voltages [V] and currents [A] and returns the translated one. Translation to the conditions of
measurement returns the curve unchanged.

Procedures 1 and 2 need the temperature coefficient of the curve, kappa: it has no default on
purpose, since kappa = 0 puts power 1 to 3 % too low at 50 to 60 °C.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pvwarranty.model import Floats

EPSILON = 1.232  # gap of crystalline silicon in procedure 4 [V per cell]
KELVIN = 273.15
T_STC, G_STC = 25.0, 1000.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """Irradiance in the module's plane [W/m²] and temperature of its cells [°C]."""

    poa_global: float
    temp_cell: float


STC = Conditions(G_STC, T_STC)


class Points(NamedTuple):
    """A curve: voltage (n,) [V] and current (n,) [A]."""

    v: Floats
    i: Floats


@dataclass(frozen=True, slots=True)
class Coefficients1:
    """Of procedure 1: alpha [A/K], beta [V/K], series resistance [Ω], kappa [Ω/K]."""

    alpha: float
    beta: float
    r_s: float
    kappa: float


@dataclass(frozen=True, slots=True)
class Coefficients2:
    """Of procedure 2: alpha, beta [1/K], open-circuit voltage at STC [V], r_s [Ω], kappa [Ω/K].

    b1, b2 : of the open-circuit voltage over irradiance, f(G) = 1 + b1 L + b2 L², L = ln(1000/G)
    """

    alpha: float
    beta: float
    v_oc: float
    r_s: float
    kappa: float
    b1: float
    b2: float

    def f(self, poa_global: float) -> float:
        """Return f(G): open-circuit voltage at 1000 W/m² over that at `poa_global`, at 25 °C."""
        log = float(np.log(G_STC / poa_global))
        return 1.0 + self.b1 * log + self.b2 * log * log


def procedure_1(
    curve: Points, i_sc: float, at: Conditions, c: Coefficients1, to: Conditions = STC
) -> Points:
    """Translate by procedure 1: additive, absolute coefficients (IEC 60891:2021, 4.2)."""
    warmer = to.temp_cell - at.temp_cell
    i = curve.i + i_sc * (to.poa_global / at.poa_global - 1.0) + c.alpha * warmer
    v = curve.v - c.r_s * (i - curve.i) - c.kappa * i * warmer + c.beta * warmer
    return Points(v, i)


def procedure_2(curve: Points, at: Conditions, c: Coefficients2, to: Conditions = STC) -> Points:
    """Translate by procedure 2: scaled current, relative coefficients (IEC 60891:2021, 4.3)."""
    warm_1, warm_2 = at.temp_cell - T_STC, to.temp_cell - T_STC
    bright = to.poa_global / at.poa_global
    i = curve.i * bright * (1.0 + c.alpha * warm_2) / (1.0 + c.alpha * warm_1)
    f_1, f_2 = c.f(at.poa_global), c.f(to.poa_global)
    rise = c.v_oc * (c.beta * (warm_2 * f_2 - warm_1 * f_1) + 1.0 / f_2 - 1.0 / f_1)
    r_s = c.r_s + c.kappa * warm_1
    v = curve.v - r_s * (i - curve.i) - c.kappa * i * (warm_2 - warm_1) + rise
    return Points(v, i)


@dataclass(frozen=True, slots=True)
class Coefficients4:
    """Of procedure 4: alpha [A/K], series resistance [Ω], cells in series."""

    alpha: float
    r_s: float
    cells: float


def procedure_4(
    curve: Points, i_sc: float, at: Conditions, c: Coefficients4, to: Conditions = STC
) -> Points:
    """Translate by procedure 4: a single curve, no kappa and no beta (IEC 60891:2021, 4.5)."""
    i = curve.i + i_sc * (to.poa_global / at.poa_global - 1.0)
    v = curve.v - c.r_s * (i - curve.i)
    warmer = to.temp_cell - at.temp_cell
    v_2 = v + warmer / (at.temp_cell + KELVIN) * (v - EPSILON * c.cells)
    return Points(v_2, i + c.alpha * warmer)


def power_only(p_mp: float, at: Conditions, gamma: float, to: Conditions = STC) -> float:
    """Translate a power [W] in proportion to irradiance and by gamma [1/K] of power."""
    warm_1, warm_2 = at.temp_cell - T_STC, to.temp_cell - T_STC
    return p_mp * to.poa_global / at.poa_global * (1.0 + gamma * warm_2) / (1.0 + gamma * warm_1)
