"""Uncertainty of an I-V result (JCGM 100:2008): parts by source, relative, k = 1.

Parts that one instrument, one model or one day gives to all curves alike are not averaged down.
Widths after IEC 61829:2015 (reference cell ±3 %, pyranometer ±5 %, voltage and current ±1 %,
temperature ±1 °C, as rectangular) and, of translation, from single-diode modules of the CEC
database, new and aged, translated from 700 to 1000 W/m² and 25 to 60 °C.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pvwarranty.ivcurve.curve import Procedure
from pvwarranty.ivcurve.nominal import Nominal
from pvwarranty.ivcurve.translate import G_STC, T_STC, Conditions

ROOT_3 = math.sqrt(3.0)
CORRELATED = (
    "irradiance", "alignment", "spectrum", "temperature", "coefficients", "electrical", "soiling",
    "translation", "ageing",
)  # fmt: skip
STATISTICS = "statistics"
U_GAMMA = 0.0004  # [1/K]
GAMMA_OF_LOSS = 0.0006  # what gamma of a module that lost a fifth may differ by [1/K]
U_EPSILON, U_EPSILON_STANDARD = 0.0003, 0.00045  # of power, per K: own beta; 1.232 V
U_FITTED = 0.00012  # of power, per K: what temperature readings do to a fit of kappa
FLOOR = {"P1": 0.004, "P2": 0.004, "P4": 0.003, "power": 0.004}
LIGHT = {"P1": 0.006, "P2": 0.006, "P4": 0.018, "power": 0.040}  # per unit of ln(1000/G)
DAY, CURVE = 0.004, 0.003  # random: of one day alike, of one curve (alignment, light, contact)
AGEING = 0.005  # per year between measurement and the day judged


@dataclass(frozen=True, slots=True)
class Instruments:
    """Standard uncertainties of what measured: shares, and [K] for the cells' temperature.

    temperature : sensor of ±1 °C and the difference between a module's back and its cells
    soiling : of a module that was cleaned
    """

    irradiance: float
    alignment: float = 0.003
    spectrum: float = 0.007
    temperature: float = 1.2
    electrical: float = 0.008
    soiling: float = 0.005


REFERENCE_CELL = Instruments(irradiance=0.03 / ROOT_3)
PYRANOMETER = Instruments(irradiance=0.05 / ROOT_3, spectrum=0.010)


def curve_budget(
    at: Conditions,
    procedure: Procedure,
    nominal: Nominal,
    instruments: Instruments,
    coefficients: float | None = None,
) -> dict[str, float]:
    """Return the systematic parts of one curve's power at STC.

    `coefficients` is what a fit of kappa and r_s leaves, for procedures 1 and 2.
    """
    warm = abs(at.temp_cell - T_STC)
    log = abs(math.log(G_STC / at.poa_global))
    return {
        "irradiance": instruments.irradiance,
        "alignment": instruments.alignment,
        "spectrum": instruments.spectrum,
        "temperature": abs(nominal.gamma) * instruments.temperature,
        "coefficients": _coefficients(procedure, nominal, warm, coefficients),
        "electrical": instruments.electrical,
        "soiling": instruments.soiling,
        "translation": math.hypot(FLOOR[procedure], LIGHT[procedure] * log),
    }


def _coefficients(
    procedure: Procedure, nominal: Nominal, warm: float, fitted: float | None
) -> float:
    alpha = nominal.u_alpha * warm
    if procedure in ("P1", "P2"):
        return math.hypot(fitted or 0.0, U_FITTED * warm)
    if procedure == "P4":
        each = U_EPSILON if nominal.own else U_EPSILON_STANDARD
        return math.hypot(each * warm, alpha)
    return math.hypot(U_GAMMA, GAMMA_OF_LOSS) * warm


def statistics(values: Sequence[float], u: Sequence[float], days: Sequence[object]) -> float:
    """Return the random part of a mean of logarithms (n,) with u (n,) on days (n,).

    Curves of a day share its light, so they count as many only within it; the scatter found
    takes the place of what is expected where it is larger.
    """
    n, each = len(values), sorted(set(map(str, days)))
    expected = math.sqrt(float(np.mean(np.square(u))) + CURVE**2)
    names = np.array([str(d) for d in days])
    means = np.array([float(np.median(np.array(values)[names == d])) for d in each])
    within = expected
    if n >= 4:
        centre = np.array([means[each.index(d)] for d in names])
        spread = 1.4826 * float(np.median(np.abs(np.array(values) - centre)))
        within = max(expected, spread)
    between = DAY
    if len(each) >= 3:
        between = max(DAY, float(np.std(means, ddof=1)))
    return math.sqrt(within**2 / n + between**2 / len(each))


def expected_statistics(u: float, sweeps: int) -> float:
    """Return the random part of the mean of `sweeps` curves of one day with `u` each."""
    return math.sqrt((u * u + CURVE**2) / sweeps + DAY**2)


def combine(budgets: Sequence[Mapping[str, float]], random: float) -> dict[str, float]:
    """Return the budget of a mean of curves or modules: shared parts as they are, random given."""
    mean = {k: float(np.mean([b[k] for b in budgets])) for k in budgets[0] if k != STATISTICS}
    return mean | {STATISTICS: random}


def total(budget: Mapping[str, float]) -> float:
    """Return the combined standard uncertainty of a budget."""
    return math.sqrt(sum(u * u for u in budget.values()))
