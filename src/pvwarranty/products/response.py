"""A module's response table: power at (irradiance, temperature) over power at STC.

Single diode after De Soto et al. (2006), doi:10.1016/j.solener.2005.06.010, with the CEC
adjustment (Dobos 2012, doi:10.1115/1.4005759), solved by pvlib; else the module's gamma with a
low-light shape: a sibling's, or that of Huld et al. (2011), doi:10.1016/j.solmat.2011.07.016.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from pvwarranty.model import Floats
from pvwarranty.products.modules import Module
from pvwarranty_kernels.module import grid, table

HULD_CSI = (-0.017162, -0.040289)  # of ln(G) and ln(G)², crystalline silicon


def response_table(module: Module) -> Floats:
    """Return the response table of a module as `pvwarranty_kernels.module` reads it."""
    row = None if module.cec is None else tuple(module.cec.items())
    return _table(row, module.gamma_pdc, module.trusted).copy()


@lru_cache(maxsize=64)  # a fleet has few products, and a site is looked at several times
def _table(cec: tuple[tuple[str, float], ...] | None, gamma: float, trusted: bool) -> Floats:
    axes = grid()
    irradiance, temp_cell = np.meshgrid(axes.irradiance, axes.temp_cell, indexing="ij")
    if cec is not None and trusted:
        return table(_single_diode(dict(cec), irradiance, temp_cell))
    shape = _huld(irradiance)
    if cec is not None:
        shape = _single_diode(dict(cec), irradiance, np.full_like(temp_cell, 25.0))
        shape = shape / (irradiance / 1000.0)
    gain = np.maximum(1.0 + gamma * (temp_cell - 25.0), 0.0)
    return table(irradiance / 1000.0 * shape * gain)


def _huld(irradiance: Floats) -> Floats:
    log = np.log(np.maximum(irradiance, 1.0) / 1000.0)
    return np.maximum(1.0 + HULD_CSI[0] * log + HULD_CSI[1] * log**2, 0.0)


def _single_diode(row: dict[str, float], irradiance: Floats, temp_cell: Floats) -> Floats:
    power = _max_power(row, irradiance.ravel(), temp_cell.ravel())
    reference = _max_power(row, np.array([1000.0]), np.array([25.0]))
    return np.asarray(power / reference[0]).reshape(irradiance.shape)


def _max_power(row: dict[str, float], irradiance: Floats, temp_cell: Floats) -> Floats:
    from pvlib import pvsystem

    parameters = pvsystem.calcparams_cec(
        irradiance, temp_cell, row["alpha_sc"], row["a_ref"], row["I_L_ref"], row["I_o_ref"],
        row["R_sh_ref"], row["R_s"], row["Adjust"],
    )  # fmt: skip
    solved: Any = pvsystem.max_power_point(*parameters, method="newton")
    return np.asarray(solved["p_mp"], dtype=np.float64)
