"""Inverter: efficiency at part load after PVWatts, clipping, and the way back from AC to DC."""

from __future__ import annotations

import math

import numpy as np

from pvwarranty_kernels.arrays import Floats, floats
from pvwarranty_kernels.jit import inline, kernel

# Dobos, PVWatts version 5, NREL/TP-6A20-62641 (2014), doi:10.2172/1158421
SLOPE, CONSTANT, LOSS, REFERENCE = -0.0162, 0.9858, -0.0059, 0.9637


@inline
def to_ac(p_dc: float, p_dc0: float, efficiency: float, limit: float) -> float:
    """Return AC power [W] for DC power; NaN stays NaN, nothing comes out below the own loss."""
    z = p_dc / p_dc0
    ac = efficiency / REFERENCE * p_dc0 * (LOSS + z * (CONSTANT + z * SLOPE))
    if ac > limit:
        return limit
    return 0.0 if ac < 0.0 else ac


@inline
def to_dc(p_ac: float, p_dc0: float, efficiency: float) -> float:
    """Return the DC power [W] that gives an AC power below the limit; 0 for no power."""
    if p_ac <= 0.0:
        return 0.0
    c = LOSS - p_ac / (efficiency / REFERENCE * p_dc0)
    root = CONSTANT * CONSTANT - 4.0 * SLOPE * c
    return p_dc0 * (math.sqrt(max(root, 0.0)) - CONSTANT) / (2.0 * SLOPE)


@kernel
def _ac(p: Floats, p_dc0: float, efficiency: float, limit: float, out: Floats) -> None:
    for i in range(p.size):
        out[i] = to_ac(p[i], p_dc0, efficiency, limit)


@kernel
def _dc(p: Floats, p_dc0: float, efficiency: float, out: Floats) -> None:
    for i in range(p.size):
        out[i] = to_dc(p[i], p_dc0, efficiency)


def ac_power(p_dc: Floats, p_ac0: float, efficiency: float, limit: float | None = None) -> Floats:
    """Return the AC power (n,) [W] of an inverter for DC power (n,) [W].

    `p_ac0` is its rating and `efficiency` the nominal one (0-1), so that it reaches its rating at
    p_ac0 / efficiency; `limit` [W] clips lower than the rating (power factor, export limit).
    """
    p = floats(p_dc)
    out = np.empty_like(p)
    cap = p_ac0 if limit is None else min(limit, p_ac0)
    _ac(p, p_ac0 / efficiency, float(efficiency), float(cap), out)
    return out


def dc_power(p_ac: Floats, p_ac0: float, efficiency: float) -> Floats:
    """Return the DC power (n,) [W] behind AC power (n,) [W] of an inverter that does not clip."""
    p = floats(p_ac)
    out = np.empty_like(p)
    _dc(p, p_ac0 / efficiency, float(efficiency), out)
    return out
