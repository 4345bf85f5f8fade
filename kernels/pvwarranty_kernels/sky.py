"""The sky: air mass, Ineichen-Perez clear sky, Erbs decomposition.

All angles enter as cosines of the apparent zenith, so that irradiances close:
ghi = dni * cos_zenith + dhi.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints, floats, ints
from pvwarranty_kernels.jit import inline, kernel
from pvwarranty_kernels.sun import DAY, RAD, pressure_of, rows_cover

MAX_ZENITH = 87.0  # beyond it Erbs counts all irradiance as diffuse [°], pvlib's default
COS_MAX_ZENITH = math.cos(MAX_ZENITH * RAD)
MIN_COS_ZENITH = 0.065  # floor of cos(zenith) in the clearness index, pvlib's default
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Irradiance(NamedTuple):
    """Global, direct normal and diffuse horizontal irradiance, each (n,) [W/m²]."""

    ghi: Floats
    dni: Floats
    dhi: Floats


def daily_turbidity(monthly: Floats) -> Floats:
    """Return Linke turbidity for each UTC day of the year, shape (2, 366), from 12 monthly means.

    Linear between the middles of the months, as pvlib interpolates; row 0 serves ordinary years,
    row 1 leap years. Raises ValueError unless `monthly` has shape (12,).
    """
    monthly = floats(monthly)
    if monthly.shape != (12,):
        raise ValueError(f"daily_turbidity: 12 monthly values are needed, got {monthly.shape}")
    padded = np.concatenate([monthly[-1:], monthly, monthly[:1]])
    table = np.empty((2, 366))
    for leap in (0, 1):
        days = np.array(MONTH_DAYS)
        days[1] += leap
        middles = np.cumsum(days) - days / 2.0
        year = 365 + leap
        knots = np.concatenate([[-31 / 2.0], middles, [year + 31 / 2.0]])
        table[leap] = np.interp(np.arange(1, 367), knots, padded)
    return table


def turbidity_table(turbidity: Floats) -> Floats:
    """Return `turbidity` as shape (2, 366): given so, or (366,) for all years, or a number."""
    given = floats(turbidity)
    if given.shape == (2, 366):
        return given
    return floats(np.broadcast_to(given, (2, 366)))


@inline
def relative_airmass(cos_zenith: float, elevation: float) -> float:
    """Return the Kasten-Young (1989) air mass at an apparent elevation [°] of zero or more."""
    return float(1.0 / (cos_zenith + 0.50572 * (6.07995 + elevation) ** -1.6364))


@inline
def clear_sky(
    cos_zenith: float, airmass: float, turbidity: float, extra: float, altitude: float
) -> tuple[float, float, float]:
    """Return ghi, dni, dhi [W/m²] of Ineichen and Perez (2002), doi:10.1016/S0038-092X(02)00045-2.

    `airmass` is absolute; no Perez enhancement, as pvlib by default. The sun must be up.
    """
    fh1 = math.exp(-altitude / 8000.0)
    fh2 = math.exp(-altitude / 1250.0)
    cg1 = 5.09e-05 * altitude + 0.868
    cg2 = 3.92e-05 * altitude + 0.0387
    ghi = cg1 * extra * cos_zenith * math.exp(-cg2 * airmass * (fh1 + fh2 * (turbidity - 1.0)))
    dni = extra * (0.664 + 0.163 / fh1) * math.exp(-0.09 * airmass * (turbidity - 1.0))
    limit = 1.0 - (0.1 - 0.2 * math.exp(-turbidity)) / (0.1 + 0.882 / fh1)
    dni = min(dni, ghi * max(limit, 0.0) / cos_zenith)
    return ghi, dni, ghi - dni * cos_zenith


@inline
def erbs(ghi: float, cos_zenith: float, extra: float) -> tuple[float, float]:
    """Return dni, dhi [W/m²] by Erbs et al. (1982), doi:10.1016/0038-092X(82)90302-4.

    Limits as pvlib's: all diffuse beyond a zenith of 87°. NaN stays NaN.
    """
    kt = ghi / (extra * max(cos_zenith, MIN_COS_ZENITH))
    if kt > 0.8:
        fraction = 0.165
    elif kt > 0.22:
        fraction = 0.9511 + kt * (-0.1604 + kt * (4.388 + kt * (-16.638 + kt * 12.336)))
    else:
        fraction = 1.0 - 0.09 * max(kt, 0.0)
    if cos_zenith < COS_MAX_ZENITH or ghi < 0.0:
        return ghi * 0.0, ghi
    return ghi * (1.0 - fraction) / cos_zenith, ghi * fraction


@kernel
def _clear_sky(time: Ints, elevation: Floats, table: Floats, turbidity: Floats, altitude: float,
               pressure: float, out: Floats) -> None:  # fmt: skip
    first = int(table[0, 0])
    for i in range(time.size):
        row = table[time[i] // DAY - first]
        index = int(row[15])
        if elevation[i] > 0.0:
            cos_zenith = math.sin(elevation[i] * RAD)
            airmass = relative_airmass(cos_zenith, elevation[i]) * pressure
            tl = turbidity[index // 366, index % 366]
            ghi, dni, dhi = clear_sky(cos_zenith, airmass, tl, row[14], altitude)
        else:
            ghi, dni, dhi = 0.0, 0.0, 0.0
            if np.isnan(elevation[i]):
                ghi, dni, dhi = np.nan, np.nan, np.nan
        out[0, i] = ghi
        out[1, i] = dni
        out[2, i] = dhi


def clear_sky_at(
    time: Ints, elevation: Floats, table: Floats, turbidity: Floats, altitude: float
) -> Irradiance:
    """Return the clear-sky irradiance at `time` (n,) [s UTC] and apparent `elevation` (n,) [°].

    `turbidity` is a number, (366,) or (2, 366) as `daily_turbidity` returns. Zero at night.
    """
    time = ints(time)
    if time.size:
        rows_cover(table, int(time.min()), int(time.max()))
    out = np.empty((3, time.size))
    tl = turbidity_table(turbidity)
    pressure = pressure_of(altitude) / 101325.0
    _clear_sky(time, floats(elevation), floats(table), tl, float(altitude), pressure, out)
    return Irradiance(out[0], out[1], out[2])


@kernel
def _erbs(ghi: Floats, elevation: Floats, time: Ints, table: Floats, out: Floats) -> None:
    first = int(table[0, 0])
    for i in range(time.size):
        extra = table[time[i] // DAY - first, 14]
        out[0, i], out[1, i] = erbs(ghi[i], math.sin(elevation[i] * RAD), extra)


def decompose(ghi: Floats, elevation: Floats, time: Ints, table: Floats) -> Irradiance:
    """Return `ghi` (n,) split by Erbs into direct normal and diffuse; arguments as clear_sky_at."""
    time, ghi = ints(time), floats(ghi)
    if time.size:
        rows_cover(table, int(time.min()), int(time.max()))
    out = np.empty((2, time.size))
    _erbs(ghi, floats(elevation), time, floats(table), out)
    return Irradiance(ghi, out[0], out[1])
