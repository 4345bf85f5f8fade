"""Parts of the pass beside its stages: means of intervals, and what sensors imply."""

from __future__ import annotations

import numpy as np

from pvwarranty_kernels import fits
from pvwarranty_kernels.arrays import Floats
from pvwarranty_kernels.jit import stage
from pvwarranty_kernels.stages import (
    BEHIND,
    BLOCK,
    CLEAR_DNI,
    CLEAR_GHI,
    EAST,
    EFFECTIVE,
    IN_GHI,
    IN_POA,
    LAST,
    LAST_POA,
    MAX_DNI,
    MEAN,
    MEAN_CLEAR,
    NORTH,
    OTHER,
    PER_WATT,
    POA,
    RESULT,
    SENSOR,
    SHARE,
    SUNNY,
    TRIAL,
    UP,
)  # fmt: skip
from pvwarranty_kernels.sun import RAD

SOLVES = 4  # steps of the secant
# bounds of the estimate, over clear sky: cloud enhancement of GHI, of the beam
MOST_GHI, MOST_DNI = 1.5, 1.2
BOUNDLESS = 1e30


@stage
def mean_of(w: Floats, source: int, target: int, parts: int, per: int) -> None:
    """Write each interval's mean of a row at all its instants, `per` intervals apart."""
    rows, out = w[source:], w[target:]
    for i in range(per):
        total = 0.0
        for s in range(parts):
            total += rows[i + s * per]
        for s in range(BLOCK // per):
            out[i + s * per] = total / parts


@stage
def share_out(w: Floats) -> None:
    """Write the share of an instant in its interval's irradiance, as under clear sky."""
    for i in range(BLOCK):
        mean = w[i + MEAN_CLEAR]
        w[i + SHARE] = w[i + CLEAR_GHI] / mean if mean > 0.0 else 0.0


@stage
def step(w: Floats, k: int) -> None:
    """Move the unknown GHI, TRIAL, whose modelled POA is MEAN, towards the sensor.

    First (k = 0, MEAN of clear sky) to where it stands to clear sky as the sensor's POA does, then
    by guarded secant steps. Where the beam misses the plane several solutions exist: one near the
    start is taken.
    """
    if k == 0:
        for i in range(BLOCK):
            share = w[i + IN_POA] / max(w[i + MEAN], 1e-3)
            share = min(max(share, 1e-4), MOST_GHI)
            w[i + TRIAL] = max(w[i + MEAN_CLEAR] * share, 1e-3)
            w[i + MAX_DNI] = MOST_DNI * w[i + CLEAR_DNI]
    else:
        for i in range(BLOCK):
            x, y = w[i + TRIAL], w[i + MEAN]
            level = max(y, 1e-3) / x
            dx = 0.0 if k == 1 else x - w[i + LAST]
            slope = (y - w[i + LAST_POA]) / (dx if dx != 0.0 else 1.0)
            slope = slope if dx != 0.0 else 1.4 * level
            slope = min(max(slope, 0.4 * level), 4.0 * level)
            move = min(max((w[i + IN_POA] - y) / slope, -0.5 * x), x)
            w[i + LAST] = x
            w[i + LAST_POA] = y
            w[i + TRIAL] = min(x + move, MOST_GHI * w[i + MEAN_CLEAR] + 1e-3)


@stage
def fill_ghi(w: Floats) -> None:
    """Put into TRIAL the GHI that was measured, where there is one."""
    for i in range(BLOCK):
        ghi, poa = w[i + IN_GHI], w[i + IN_POA]
        found = w[i + TRIAL] if poa > 0.0 else 0.0 * poa
        measured = ghi == ghi
        w[i + TRIAL] = ghi if measured else found
        w[i + MAX_DNI] = BOUNDLESS if measured else w[i + MAX_DNI]


@stage
def meet(w: Floats) -> None:
    """Scale the irradiance of the sensor's plane, whose mean is MEAN, to meet the sensor."""
    for i in range(BLOCK):
        poa, mean = w[i + IN_POA], w[i + MEAN]
        scale = poa / mean if mean > 0.0 else 0.0
        scale = scale if poa == poa else 1.0
        w[i + POA] *= scale
        w[i + EFFECTIVE] *= scale


@stage
def known_poa(w: Floats) -> None:
    """Write the POA to RESULT; that of clear sky where none is known."""
    for i in range(BLOCK):
        given = w[i + POA]
        w[i + RESULT] = given if given == given else w[i + SUNNY]


@stage
def air_behind(w: Floats) -> None:
    """Write the air temperature at which the module's sensor would read what it does."""
    for i in range(BLOCK):
        rise = w[i + MEAN] * w[i + PER_WATT]
        w[i + BEHIND] = w[i + SENSOR] - rise


@stage
def angles(w: Floats) -> None:
    """Write apparent elevation and azimuth [°] to RESULT and OTHER; NaN without sun."""
    for i in range(BLOCK):
        lit = w[i + MEAN_CLEAR] > 0.0
        e = 90.0 - fits.acos(w[i + UP]) / RAD
        a = 360.0 * fits.azimuth(w[i + NORTH], w[i + EAST])
        w[i + RESULT] = e if lit else np.nan
        w[i + OTHER] = a if lit else np.nan
