"""Response of a module: power at (irradiance, cell temperature) over power at STC, from a table.

The caller evaluates its model (single diode, datasheet curve) once on `grid()` and hands the
values to `table`; kernels interpolate. The table holds relative efficiency over the square root
of irradiance, where it is nearly straight down to a few W/m².
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from pvwarranty_kernels.arrays import Floats, floats
from pvwarranty_kernels.jit import inline, kernel

ROOT_STEP = 0.3125  # step of sqrt(irradiance) [sqrt(W/m²)]
ROOTS = 129  # 0 ... 1600 W/m²
COLD, STEP, TEMPS = -40.0, 5.0, 34  # -40 ... 125 °C


class Grid(NamedTuple):
    """Axes of a module's table: irradiance (g,) [W/m²] and cell temperature (t,) [°C]."""

    irradiance: Floats
    temp_cell: Floats


def grid() -> Grid:
    """Return the axes of a module's table."""
    roots = np.arange(ROOTS) * ROOT_STEP
    roots[0] = 0.1 * ROOT_STEP  # efficiency at no light has no meaning: take it close by
    return Grid(floats(roots**2), floats(COLD + STEP * np.arange(TEMPS)))


def table(response: Floats) -> Floats:
    """Return the kernels' table of a module, shape (g, t), from its response on `grid()`.

    `response[i, j]` is power at irradiance i and temperature j as a fraction of power at
    1000 W/m² and 25 °C. Raises ValueError on another shape or values that are not finite.
    """
    axes = grid()
    values = floats(response)
    shape = (ROOTS, TEMPS)
    if values.shape != shape:
        raise ValueError(f"module table: response must have shape {shape}, got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("module table: response holds values that are not finite")
    return np.ascontiguousarray(values / (axes.irradiance[:, None] / 1000.0))


@inline
def response(values: Floats, irradiance: float, temp_cell: float) -> float:
    """Return the response of one module's table; NaN in, NaN out; ends are held."""
    if not (irradiance == irradiance and temp_cell == temp_cell):
        return np.nan
    g = max(irradiance, 0.0)
    u = min(math.sqrt(g) / ROOT_STEP, ROOTS - 1.001)
    v = min(max((temp_cell - COLD) / STEP, 0.0), TEMPS - 1.001)
    i, j = int(u), int(v)
    fu, fv = u - i, v - j
    low = values[i, j] + fv * (values[i, j + 1] - values[i, j])
    high = values[i + 1, j] + fv * (values[i + 1, j + 1] - values[i + 1, j])
    return float(g / 1000.0 * (low + fu * (high - low)))


@kernel
def _look_up(values: Floats, irradiance: Floats, temp_cell: Floats, out: Floats) -> None:
    for i in range(out.size):
        out[i] = response(values, irradiance[i], temp_cell[i])


def look_up(values: Floats, irradiance: Floats, temp_cell: Floats) -> Floats:
    """Return the response (n,) at effective irradiance (n,) [W/m²] and cell temperature (n,) [°C].

    `values` comes from `table`.
    """
    irradiance = floats(irradiance)
    out = np.empty_like(irradiance)
    _look_up(floats(values), irradiance, floats(temp_cell), out)
    return out
