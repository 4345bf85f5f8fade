"""Temperature of the cells above the air: Faiman and Sandia (SAPM)."""

from __future__ import annotations

import math

import numpy as np

from pvwarranty_kernels.arrays import Floats, floats
from pvwarranty_kernels.jit import inline, kernel

FAIMAN, SAPM = 0, 1
WIND = 1.0  # where wind speed is not known [m/s], pvlib's default of Faiman


@inline
def rise(model: int, a: float, b: float, wind_speed: float) -> float:
    """Return the module's temperature above the air per irradiance [K m²/W]; NaN wind is 1 m/s.

    Faiman (2008), doi:10.1002/pip.813: 1 / (a + b * wind). King et al., SAND2004-3535:
    exp(a + b * wind).
    """
    wind = WIND if np.isnan(wind_speed) else wind_speed
    if model == FAIMAN:
        return 1.0 / (a + b * wind)
    return math.exp(a + b * wind)


@kernel
def _cell(poa: Floats, air: Floats, wind: Floats, model: int,
          parameters: tuple[float, float, float], out: Floats) -> None:  # fmt: skip
    a, b, delta = parameters
    for i in range(poa.size):
        out[i] = air[i] + poa[i] * (rise(model, a, b, wind[i]) + delta / 1000.0)


def temp_cell(
    poa_global: Floats,
    temp_air: Floats,
    wind_speed: Floats,
    model: int,
    parameters: tuple[float, float, float],
) -> Floats:
    """Return the cell temperature (n,) [°C].

    `model` FAIMAN with parameters (u0 [W/m²/K], u1 [W s/m³/K], 0) or SAPM with (a, b [s/m],
    deltaT [K]); `wind_speed` is at the height of the modules for Faiman, at 10 m for SAPM.
    """
    if model not in (FAIMAN, SAPM):
        raise ValueError(f"temp_cell: model is FAIMAN (0) or SAPM (1), not {model}")
    poa = floats(poa_global)
    out = np.empty_like(poa)
    a, b, delta = parameters
    chosen = (float(a), float(b), float(delta))
    _cell(poa, floats(temp_air), floats(wind_speed), model, chosen, out)
    return out
