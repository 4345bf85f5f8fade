"""Series resistance and kappa of procedures 1 and 2, fitted from the curves of a module.

IEC 60891 determines them by the values that make translated maximum powers agree: series
resistance over irradiance, kappa over temperature. Outdoors both vary together, so they are
fitted jointly, by least squares on the logarithm of power. Within the fit the module is its own
light sensor (irradiance by its short-circuit current): clouds and a sensor's plane do not reach
kappa. The fit is used only where its own uncertainty is small; nothing is filled in by zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pvwarranty.ivcurve.nominal import Nominal
from pvwarranty.ivcurve.procedures import Shape, point_1, point_2, slopes_1, slopes_2
from pvwarranty.ivcurve.screen import Reading, current_at_stc
from pvwarranty.ivcurve.translate import G_STC, T_STC, Conditions
from pvwarranty.model import Floats
from pvwarranty_kernels.iv import robust_fit

LEAST_CURVES, MOST_CURVES = 8, 200
LEAST_WARMTH, LEAST_LIGHT = 12.0, 150.0  # spread of temperature [K], of irradiance [W/m²]
MOST_U = 0.012  # of power by r_s and kappa, relative
NOISE = 0.003  # least scatter of a curve's power: light and temperature during a day
KAPPA = (0.0, 1.5e-3)  # kappa * Isc / Voc that silicon has [1/K]
U_RESISTANCE = (0.25, 0.05)  # of the value from the curves' shape: share, [Ω]


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted series resistance [Ω] and kappa [Ω/K] of one procedure.

    covariance : (2, 2) of both; scatter : of translated powers, relative; n : curves
    """

    procedure: Literal["P1", "P2"]
    shape: Shape
    r_s: float
    kappa: float
    covariance: Floats
    scatter: float
    n: int

    def ratio(self, reading: Reading, nominal: Nominal) -> float:
        """Return a reading's power at STC over nominal."""
        point = point_1 if self.procedure == "P1" else point_2
        return point(reading, nominal, self.shape, self.r_s, self.kappa).p_mp / nominal.p_dc0

    def sensitivity(self, reading: Reading, nominal: Nominal) -> Floats:
        """Return d ln P (2,) by r_s and kappa."""
        point = point_1 if self.procedure == "P1" else point_2
        slopes = slopes_1 if self.procedure == "P1" else slopes_2
        at = point(reading, nominal, self.shape, self.r_s, self.kappa)
        return np.array(slopes(reading, nominal, at))


def fit_procedures(readings: Sequence[Reading], nominal: Nominal) -> tuple[Fit, ...]:
    """Return the fits of procedures 1 and 2 that the curves of one module bear; often none."""
    readings = [r for r in readings if "steps" not in r.findings]
    if len(readings) < LEAST_CURVES or not _is_spread(readings):
        return ()
    readings = self_lit(every_nth(readings, MOST_CURVES), nominal)
    shape = fit_shape(readings, nominal)
    fits = (_fit(readings, nominal, shape, "P1"), _fit(readings, nominal, shape, "P2"))
    return tuple(f for f in fits if f is not None)


def every_nth(readings: Sequence[Reading], most: int) -> Sequence[Reading]:
    """Return at most `most` readings, spread evenly over all."""
    return readings if len(readings) <= most else readings[:: -(-len(readings) // most)]


def self_lit(readings: Sequence[Reading], nominal: Nominal) -> list[Reading]:
    """Return readings with the irradiance that their short-circuit currents tell.

    On the scale of the sensor: the median current at 1000 W/m² and 25 °C is kept.
    """
    current = [current_at_stc(r.flat, r.at, nominal) for r in readings]
    middle = float(np.median(current))
    return [
        replace(r, at=Conditions(r.at.poa_global * c / middle, r.at.temp_cell))
        for r, c in zip(readings, current, strict=True)
    ]


def _is_spread(readings: Sequence[Reading]) -> bool:
    light = np.array([r.at.poa_global for r in readings])
    warmth = np.array([r.at.temp_cell for r in readings])
    return bool(_range(warmth) >= LEAST_WARMTH and _range(light) >= LEAST_LIGHT)


def _range(values: Floats) -> float:
    return float(np.percentile(values, 97.5) - np.percentile(values, 2.5))


def fit_shape(readings: Sequence[Reading], nominal: Nominal) -> Shape:
    """Return open-circuit voltage at STC and its slopes, drawn towards what is known of them.

    Robust least squares of Voc = Voc0 (1 + beta (T - 25) - b1 ln(1000/G)) with the nominal beta
    and an ideal diode's b1 as observations of their own.
    """
    known = [r for r in readings if math.isfinite(r.v_oc)]
    if not known:
        return Shape(nominal.v_oc or 0.0, nominal.beta, nominal.b1)
    v_oc = np.array([r.v_oc for r in known])
    warm = np.array([r.at.temp_cell - T_STC for r in known])
    dark = np.log(G_STC / np.array([r.at.poa_global for r in known]))
    level = float(np.median(v_oc / (1.0 + nominal.beta * warm - nominal.b1 * dark)))
    design = np.stack([np.ones_like(warm), warm, -dark], axis=1)
    _, weight = robust_fit(design, v_oc / level)
    noise = 0.004  # of a sensor's temperature against the cells', mostly
    root = np.sqrt(weight) / noise
    prior = np.diag([0.0, 1.0 / nominal.u_beta, 1.0 / (0.2 * nominal.b1)])
    rows = np.concatenate([design * root[:, None], prior])
    values = np.concatenate([v_oc / level * root, prior @ [1.0, nominal.beta, nominal.b1]])
    found = np.linalg.lstsq(rows, values, rcond=None)[0]
    return Shape(level * float(found[0]), float(found[1] / found[0]), float(found[2] / found[0]))


def _fit(
    readings: Sequence[Reading], nominal: Nominal, shape: Shape, procedure: Literal["P1", "P2"]
) -> Fit | None:
    point = point_1 if procedure == "P1" else point_2
    slopes = slopes_1 if procedure == "P1" else slopes_2
    own = [r.r_s for r in readings if math.isfinite(r.r_s)]
    if not own:
        return None
    first = float(np.median(own))
    u_first = first * U_RESISTANCE[0] + U_RESISTANCE[1]
    theta = np.array([first, 0.0])
    covariance, scatter = np.zeros((2, 2)), 0.0
    for _ in range(4):
        points = [point(r, nominal, shape, float(theta[0]), float(theta[1])) for r in readings]
        power = np.log(np.array([p.p_mp for p in points]))
        slope = np.array([slopes(r, nominal, p) for r, p in zip(readings, points, strict=True)])
        step, covariance, scatter = _step(power, slope, (first - theta[0], u_first))
        theta = theta + step
    fit = Fit(procedure, shape, float(theta[0]), float(theta[1]), covariance, scatter, len(points))
    return fit if _is_good(fit, slope, readings) else None


def _step(power: Floats, slope: Floats, prior: tuple[float, float]) -> tuple[Floats, Floats, float]:
    """Return the step of (r_s, kappa), its covariance and the scatter; `prior` is r_s' and its u.

    power (n,) are logarithms, slope (n, 2) their derivatives: level - slope @ step = power.
    """
    design = np.concatenate([np.ones((len(power), 1)), -slope], axis=1)
    _, weight = robust_fit(design, power)
    root = np.sqrt(weight)
    row = np.array([[0.0, 1.0, 0.0]])
    found = np.zeros(3)
    noise = NOISE
    for _ in range(2):  # the second time with the scatter found
        rows = np.concatenate([design * (root / noise)[:, None], row / prior[1]])
        values = np.concatenate([power * root / noise, [prior[0] / prior[1]]])
        found = np.linalg.lstsq(rows, values, rcond=None)[0]
        off = power - design @ found
        free = max(float(weight.sum()) - 3.0, 1.0)
        noise = max(math.sqrt(float(np.sum(weight * off**2)) / free), NOISE)
    covariance = np.linalg.pinv(rows.T @ rows)
    return found[1:], covariance[1:, 1:], noise


def _is_good(fit: Fit, slope: Floats, readings: Sequence[Reading]) -> bool:
    mean = slope.mean(axis=0)
    u = math.sqrt(float(mean @ fit.covariance @ mean))
    i_sc = float(np.median([r.flat.i_sc * G_STC / r.at.poa_global for r in readings]))
    scaled = fit.kappa * i_sc / fit.shape.v_oc
    return u <= MOST_U and KAPPA[0] <= scaled <= KAPPA[1] and fit.r_s > 0
