"""Stages that split global irradiance into beam and diffuse: Erbs, DISC."""

from __future__ import annotations

from pvwarranty_kernels import fits
from pvwarranty_kernels.arrays import Floats
from pvwarranty_kernels.jit import inline, stage
from pvwarranty_kernels.sky import COS_MAX_ZENITH, MIN_COS_ZENITH
from pvwarranty_kernels.stages import (
    AIRMASS,
    BLOCK,
    DHI,
    DNI,
    GHI,
    INVERSE,
    INVERSE_EXTRA,
    MAX_DNI,
    SHARE,
    TRIAL,
    UP,
)  # fmt: skip

ERBS, DISC = 0, 1
MAX_AIRMASS = 12.0  # DISC's air mass goes no further, pvlib's default
# DISC was fitted with a solar constant of 1370 W/m², the ephemeris has 1366.1
SOLAR = 1370.0 / 1366.1


@stage
def split(w: Floats, model: int, pressure: float) -> None:
    """Write the irradiance of each instant as global, beam and diffuse; TRIAL is the mean GHI.

    `model` is ERBS or DISC; `pressure` of the air over that at the sea, for DISC.
    """
    if model == ERBS:
        for i in range(BLOCK):
            up = w[i + UP]
            part = w[i + TRIAL] * w[i + SHARE]
            part = part if up > 0.0 else 0.0
            inverse = w[i + INVERSE]
            kt = part * w[i + INVERSE_EXTRA] * min(inverse, 1.0 / MIN_COS_ZENITH)
            fraction = _erbs(kt)
            fraction = 1.0 if up < COS_MAX_ZENITH or part < 0.0 else fraction
            dni = part * (1.0 - fraction) * inverse
            excess = max(dni - w[i + MAX_DNI], 0.0)
            w[i + GHI] = part
            w[i + DNI] = dni - excess
            w[i + DHI] = part * fraction + excess * up
    else:
        for i in range(BLOCK):
            up = w[i + UP]
            part = w[i + TRIAL] * w[i + SHARE]
            part = part if up > 0.0 else 0.0
            per_extra = w[i + INVERSE_EXTRA] * (1.0 / SOLAR)
            kt = part * per_extra * min(w[i + INVERSE], 1.0 / MIN_COS_ZENITH)
            beam = _disc(kt, w[i + AIRMASS] * pressure) / per_extra
            beam = 0.0 if up < COS_MAX_ZENITH or part < 0.0 or beam < 0.0 else beam
            beam = beam + 0.0 * part  # NaN stays NaN
            dni = min(beam, w[i + MAX_DNI])
            w[i + GHI] = part
            w[i + DNI] = dni
            w[i + DHI] = part - dni * up


@inline
def _erbs(kt: float) -> float:
    """Return the diffuse fraction by Erbs et al. (1982), doi:10.1016/0038-092X(82)90302-4."""
    middle = 0.9511 + kt * (-0.1604 + kt * (4.388 + kt * (-16.638 + kt * 12.336)))
    fraction = 1.0 - 0.09 * kt
    fraction = middle if kt > 0.22 else fraction
    return 0.165 if kt > 0.8 else fraction


@inline
def _disc(kt: float, airmass: float) -> float:
    """Return the beam over extraterrestrial irradiance by Maxwell (1987), SERI/TR-215-3087."""
    k = min(kt, 1.0)
    m = min(airmass, MAX_AIRMASS)
    cloudy = k <= 0.6
    a = 0.512 + k * (-1.56 + k * (2.286 - 2.222 * k))
    a = a if cloudy else -5.743 + k * (21.77 + k * (-27.49 + 11.56 * k))
    b = 0.37 + 0.962 * k
    b = b if cloudy else 41.4 + k * (-118.5 + k * (66.05 + 31.9 * k))
    c = -0.28 + k * (0.932 - 2.048 * k)
    c = c if cloudy else -47.01 + k * (184.2 + k * (-222.0 + 73.81 * k))
    clear = 0.866 + m * (-0.122 + m * (0.0121 + m * (-0.000653 + 1.4e-05 * m)))
    return clear - (a + b * fits.exp(min(c * m, 0.0)))
