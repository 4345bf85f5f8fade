"""Power of a reading at 1000 W/m² and 25 °C by each procedure, over nominal."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pvwarranty.ivcurve.features import PowerPoint, max_power
from pvwarranty.ivcurve.nominal import Nominal
from pvwarranty.ivcurve.screen import Reading
from pvwarranty.ivcurve.translate import (
    EPSILON,
    STC,
    T_STC,
    Coefficients1,
    Coefficients2,
    Coefficients4,
    power_only,
    procedure_1,
    procedure_2,
    procedure_4,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What procedures 1 and 2 need of a module beside r_s and kappa, from its own curves.

    v_oc : at STC [V]; beta [1/K]; b1 : of open-circuit voltage over ln(1000/G)
    """

    v_oc: float
    beta: float
    b1: float


def by_power(reading: Reading, nominal: Nominal) -> float:
    """Return power over nominal by irradiance and gamma alone."""
    return power_only(reading.power.p_mp, reading.at, nominal.gamma) / nominal.p_dc0


def by_procedure_4(reading: Reading, nominal: Nominal) -> float | None:
    """Return power over nominal by procedure 4; None without cells or series resistance."""
    if nominal.cells is None or math.isnan(reading.r_s):
        return None
    alpha = nominal.alpha * reading.flat.i_sc * STC.poa_global / reading.at.poa_global
    # cells are scaled so that 1.232 V a cell becomes the module's own epsilon
    cells = nominal.cells * nominal.epsilon / EPSILON
    c = Coefficients4(alpha, reading.r_s, cells)
    moved = procedure_4(reading.points, reading.flat.i_sc, reading.at, c)
    return max_power(moved).p_mp / nominal.p_dc0


def point_1(
    reading: Reading, nominal: Nominal, shape: Shape, r_s: float, kappa: float
) -> PowerPoint:
    """Return the maximum power at STC by procedure 1."""
    alpha = nominal.alpha * reading.flat.i_sc * STC.poa_global / reading.at.poa_global
    c = Coefficients1(alpha, shape.beta * shape.v_oc, r_s, kappa)
    return max_power(procedure_1(reading.points, reading.flat.i_sc, reading.at, c))


def point_2(
    reading: Reading, nominal: Nominal, shape: Shape, r_s: float, kappa: float
) -> PowerPoint:
    """Return the maximum power at STC by procedure 2."""
    c = Coefficients2(
        nominal.alpha, shape.beta, shape.v_oc, r_s, kappa, shape.b1, shape.b1 * shape.b1
    )
    return max_power(procedure_2(reading.points, reading.at, c))


def slopes_1(reading: Reading, nominal: Nominal, point: PowerPoint) -> tuple[float, float]:
    """Return d ln P by r_s and by kappa of procedure 1, at the maximum [1/Ω], [K/Ω]."""
    warmer = T_STC - reading.at.temp_cell
    bright = STC.poa_global / reading.at.poa_global
    rise = reading.flat.i_sc * (bright - 1.0 + nominal.alpha * bright * warmer)
    return -rise / point.v_mp, -point.i_mp * warmer / point.v_mp


def slopes_2(reading: Reading, nominal: Nominal, point: PowerPoint) -> tuple[float, float]:
    """Return d ln P by r_s and by kappa of procedure 2, at the maximum [1/Ω], [K/Ω]."""
    warmer = T_STC - reading.at.temp_cell
    share = reading.at.poa_global / STC.poa_global * (1.0 - nominal.alpha * warmer)
    before = point.i_mp * share
    return -(point.i_mp - before) / point.v_mp, -before * warmer / point.v_mp
