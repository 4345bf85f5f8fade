"""Position of the sun: NREL's SPA, its slow terms tabulated once a day and interpolated.

Declination, equation of time and parallax do not depend on the site. `ephemeris` evaluates the
full algorithm (nutation and aberration included) at 00 UT of each day; `sun_position` evaluates
cubics through four days. Against the full algorithm at every instant: 2e-6° or better.

Source: Reda and Andreas, Solar Energy 76 (2004) 577, doi:10.1016/j.solener.2003.12.003.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints, floats, ints
from pvwarranty_kernels.jit import inline, kernel
from pvwarranty_kernels.spa_terms import EARTH_B, EARTH_L, EARTH_R, NUTATION

DAY = 86400
COLUMNS = 16  # day, 3 x 4 cubic coefficients, parallax, extraterrestrial, row of turbidity
DELTA_T = 67.0  # terrestrial time less universal time, years 2000-2050 [s]; pvlib's default
SOLAR_CONSTANT = 1366.1  # [W/m²]
# mean obliquity of the ecliptic ["] in ten thousands of Julian years
OBLIQUITY = (
    84381.448, -4680.93, -1.55, 1999.25, -51.38, -249.67, -39.05, 7.12, 27.87, 5.79, 2.45,
)  # fmt: skip
HORIZON = -0.83337  # below it refraction is not applied: -(0.26667 + 0.5667) [°]
RAD = math.pi / 180.0


class Sun(NamedTuple):
    """Position of the sun, each (n,) [°]; azimuth clockwise from north."""

    elevation: Floats
    elevation_true: Floats
    azimuth: Floats


def _dot(a: Floats, b: Floats) -> Floats:
    # not `@`: its threads cost more than they bring, and the last digit would depend on them
    return floats(np.einsum("nk,k->n", a, b))


def _series(terms: Floats, t: Floats) -> Floats:
    power, amplitude, phase, frequency = terms.T
    cosines = np.cos(phase + np.multiply.outer(t, frequency))
    total = np.zeros_like(t)
    for k in range(int(power[-1]), -1, -1):
        total = total * t + _dot(cosines[:, power == k], amplitude[power == k])
    return floats(total * 1e-8)


def _nutation(c: Floats) -> tuple[Floats, Floats]:
    """Return the nutation in longitude and obliquity [rad] at Julian centuries `c`."""
    arguments = np.stack([
        297.85036 + c * (445267.111480 + c * (-0.0019142 + c / 189474.0)),
        357.52772 + c * (35999.050340 + c * (-0.0001603 - c / 300000.0)),
        134.96298 + c * (477198.867398 + c * (0.0086972 + c / 56250.0)),
        93.27191 + c * (483202.017538 + c * (-0.0036825 + c / 327270.0)),
        125.04452 + c * (-1934.136261 + c * (0.0020708 + c / 450000.0)),
    ], axis=1)  # fmt: skip
    angle = RAD * np.einsum("nk,mk->nm", arguments, NUTATION[:, :5])
    sine, cosine = np.sin(angle), np.cos(angle)
    psi = _dot(sine, NUTATION[:, 5]) + c * _dot(sine, NUTATION[:, 6])
    eps = _dot(cosine, NUTATION[:, 7]) + c * _dot(cosine, NUTATION[:, 8])
    return psi * (RAD / 36e6), eps * (RAD / 36e6)


def _geocentric(day: Floats, delta_t: float) -> Floats:
    """Return hour angle at Greenwich less pi, sin and cos of declination and sin of parallax.

    At 00 UT of `day` (n,); shape (n, 4).
    """
    jd = day + 2440587.5
    c = (jd + delta_t / DAY - 2451545.0) / 36525.0
    t = c / 10.0
    radius = _series(EARTH_R, t)
    latitude = -_series(EARTH_B, t)
    psi, eps = _nutation(c)
    obliquity = np.polynomial.polynomial.polyval(t / 10.0, OBLIQUITY)
    eps = eps + RAD * obliquity / 3600.0
    lam = _series(EARTH_L, t) + math.pi + psi - RAD * 20.4898 / (3600.0 * radius)
    jc = (jd - 2451545.0) / 36525.0
    sidereal = 280.46061837 + 360.98564736629 * (jd - 2451545.0)
    sidereal = RAD * (sidereal + jc * jc * (0.000387933 - jc / 38710000.0)) + psi * np.cos(eps)
    alpha = np.arctan2(np.sin(lam) * np.cos(eps) - np.tan(latitude) * np.sin(eps), np.cos(lam))
    sin_dec = np.sin(latitude) * np.cos(eps) + np.cos(latitude) * np.sin(eps) * np.sin(lam)
    hour = sidereal - alpha - math.pi
    hour -= 2.0 * math.pi * np.round(hour / (2.0 * math.pi))
    parallax = np.sin(RAD * 8.794 / (3600.0 * radius))
    return np.stack([hour, sin_dec, np.sqrt(1.0 - sin_dec**2), parallax], axis=1)


@lru_cache(maxsize=8)  # one table serves every site with the same days
def _ephemeris(first: int, last: int, delta_t: float) -> Floats:
    nodes = _geocentric(np.arange(first - 1.0, last + 3.0), delta_t)
    y0, y1, y2, y3 = nodes[:-3, :3], nodes[1:-2, :3], nodes[2:-1, :3], nodes[3:, :3]
    table = np.empty((last - first + 1, COLUMNS))
    table[:, 0] = np.arange(first, last + 1)
    table[:, 1:13:4] = y1
    table[:, 2:13:4] = y2 - y1 / 2.0 - y0 / 3.0 - y3 / 6.0
    table[:, 3:13:4] = (y0 + y2) / 2.0 - y1
    table[:, 4:13:4] = (y3 - y0) / 6.0 + (y1 - y2) / 2.0
    table[:, 13] = nodes[1:-2, 3]
    date = table[:, 0].astype("datetime64[D]")
    year = date.astype("datetime64[Y]")
    of_year = (date - year.astype("datetime64[D]")).astype(np.float64)
    days = ((year + 1).astype("datetime64[D]") - year.astype("datetime64[D]")).astype(np.int64)
    b = 2.0 * math.pi / 365.0 * of_year
    table[:, 14] = SOLAR_CONSTANT * (
        1.00011 + 0.034221 * np.cos(b) + 0.00128 * np.sin(b)
        + 0.000719 * np.cos(2.0 * b) + 7.7e-05 * np.sin(2.0 * b)
    )  # fmt: skip
    table[:, 15] = of_year + np.where(days == 366, 366.0, 0.0)
    return table


def ephemeris(first_day: int, last_day: int, delta_t: float = DELTA_T) -> Floats:
    """Return the slow terms of the sun's position for each UTC day, shape (days, 16).

    `first_day` and `last_day` count from 1970-01-01 and are both included; the table serves every
    site. `delta_t` is terrestrial time less universal time [s].
    """
    if last_day < first_day:
        raise ValueError(f"ephemeris: last_day {last_day} is before first_day {first_day}")
    return _ephemeris(int(first_day), int(last_day), float(delta_t))


def ephemeris_of(time: Ints, margin: int = 1) -> Floats:
    """Return the table that covers `time` (n,) [s UTC] with `margin` days on either side."""
    if time.size == 0:
        return ephemeris(0, 0)
    return ephemeris(int(time.min()) // DAY - margin, int(time.max()) // DAY + margin)


def rows_cover(table: Floats, first: int, last: int) -> None:
    """Raise ValueError unless `table` covers the instants from `first` to `last` [s UTC]."""
    low, high = int(table[0, 0]), int(table[-1, 0])
    if first // DAY < low or last // DAY > high:
        raise ValueError(
            f"ephemeris covers days {low}..{high}, but instants of days "
            f"{first // DAY}..{last // DAY} were asked for: build a longer table"
        )


def observer(latitude: float, altitude: float) -> tuple[float, float]:
    """Return the site's distances from Earth's axis and equatorial plane [Earth radii]."""
    phi = latitude * RAD
    u = math.atan(0.99664719 * math.tan(phi))
    x = math.cos(u) + altitude / 6378140.0 * math.cos(phi)
    y = 0.99664719 * math.sin(u) + altitude / 6378140.0 * math.sin(phi)
    return x, y


def pressure_of(altitude: float) -> float:
    """Return the pressure of the standard atmosphere [Pa], as pvlib's alt2pres."""
    return float(100.0 * ((44331.514 - altitude) / 11880.516) ** (1.0 / 0.1902632))


@inline
def refraction(elevation: float, pressure: float, temperature: float) -> float:
    """Return the refraction [°] at a true elevation [°]; zero below the visible horizon."""
    if elevation < HORIZON:
        return 0.0
    scale = (pressure / 101000.0) * (283.0 / (273.0 + temperature)) * 1.02 / 60.0
    return scale / math.tan(RAD * (elevation + 10.3 / (elevation + 5.11)))


@inline
def direction(
    time: float, row: Floats, site: tuple[float, float, float, float, float]
) -> tuple[float, float, float]:
    """Return the true topocentric direction of the sun as (up, north, east), unit length.

    `row` is the table's row of the UTC day; `site` holds sin and cos of latitude, longitude
    [rad] and the two distances of `observer`.
    """
    sin_lat, cos_lat, longitude, rho_cos, rho_sin = site
    x = (time - row[0] * DAY) / DAY
    quasi = row[1] + x * (row[2] + x * (row[3] + x * row[4]))
    sin_dec = row[5] + x * (row[6] + x * (row[7] + x * row[8]))
    cos_dec = row[9] + x * (row[10] + x * (row[11] + x * row[12]))
    hour = 2.0 * math.pi * x + math.pi + quasi + longitude
    sx = cos_dec * math.cos(hour) - rho_cos * row[13]
    sy = cos_dec * math.sin(hour)
    sz = sin_dec - rho_sin * row[13]
    norm = 1.0 / math.sqrt(sx * sx + sy * sy + sz * sz)
    up = (sin_lat * sz + cos_lat * sx) * norm
    north = (cos_lat * sz - sin_lat * sx) * norm
    return up, north, -sy * norm


@kernel
def _sun_position(
    time: Ints, site: tuple[float, float, float, float, float], air: tuple[float, float],
    table: Floats, out: Floats,
) -> None:  # fmt: skip
    first = int(table[0, 0])
    for i in range(time.size):
        row = table[time[i] // DAY - first]
        up, north, east = direction(float(time[i]), row, site)
        true = math.atan2(up, math.hypot(north, east)) / RAD
        out[0, i] = true + refraction(true, air[0], air[1])
        out[1, i] = true
        out[2, i] = math.atan2(east, north) / RAD % 360.0


def sun_position(
    time: Ints,
    latitude: float,
    longitude: float,
    altitude: float,
    table: Floats,
    temperature: float = 12.0,
) -> Sun:
    """Return the sun's position at `time` (n,) [s UTC]; within 0.001° of pvlib's `nrel_numpy`.

    Latitude and longitude [°], altitude [m], yearly mean `temperature` [°C] for the refraction
    (pressure follows from the altitude, as in pvlib). `table` comes from `ephemeris`.
    Raises ValueError where the table does not cover the instants.
    """
    time = ints(time)
    if time.size:
        rows_cover(table, int(time.min()), int(time.max()))
    out = np.empty((3, time.size))
    phi = latitude * RAD
    rho_cos, rho_sin = observer(latitude, altitude)
    site = (math.sin(phi), math.cos(phi), longitude * RAD, rho_cos, rho_sin)
    _sun_position(time, site, (pressure_of(altitude), float(temperature)), floats(table), out)
    return Sun(out[0], out[1], out[2])
