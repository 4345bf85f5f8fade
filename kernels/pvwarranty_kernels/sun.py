"""Position of the sun: NREL's SPA, its slow terms tabulated once a day and interpolated.

Declination, equation of time and parallax do not depend on the site. `ephemeris` evaluates the
full algorithm (nutation and aberration included) at 00 UT of each day; `sun_position` evaluates
cubics through four days. Against the full algorithm at every instant: 2e-6° or better.

Source: Reda and Andreas, Solar Energy 76 (2004) 577, doi:10.1016/j.solener.2003.12.003.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints, floats, ints
from pvwarranty_kernels.jit import inline, kernel
from pvwarranty_kernels.spa_terms import EARTH_B, EARTH_L, EARTH_R, NUTATION

DAY = 86400
COLUMNS = 16  # day, 3 x 4 cubic coefficients, parallax, extraterrestrial, row of turbidity
DELTA_T = 67.0  # terrestrial time less universal time, years 2000-2050 [s]; pvlib's default
SOLAR_CONSTANT = 1366.1  # [W/m²]
HORIZON = -0.83337  # below it refraction is not applied: -(0.26667 + 0.5667) [°]
RAD = math.pi / 180.0


class Sun(NamedTuple):
    """Position of the sun, each (n,) [°]; azimuth clockwise from north."""

    elevation: Floats
    elevation_true: Floats
    azimuth: Floats


@inline
def _series(terms: Floats, t: float) -> float:
    total = 0.0
    for k in range(terms.shape[0]):
        total += t ** terms[k, 0] * terms[k, 1] * math.cos(terms[k, 2] + terms[k, 3] * t)
    return total * 1e-8


@inline
def _geocentric(day: float, delta_t: float, out: Floats) -> None:
    """Write hour angle at Greenwich, sin and cos of declination, parallax at 00 UT of `day`."""
    jd = day + 2440587.5
    c = (jd + delta_t / DAY - 2451545.0) / 36525.0
    t = c / 10.0
    radius = _series(EARTH_R, t)
    longitude = _series(EARTH_L, t) + math.pi
    latitude = -_series(EARTH_B, t)
    x0 = 297.85036 + 445267.111480 * c - 0.0019142 * c**2 + c**3 / 189474.0
    x1 = 357.52772 + 35999.050340 * c - 0.0001603 * c**2 - c**3 / 300000.0
    x2 = 134.96298 + 477198.867398 * c + 0.0086972 * c**2 + c**3 / 56250.0
    x3 = 93.27191 + 483202.017538 * c - 0.0036825 * c**2 + c**3 / 327270.0
    x4 = 125.04452 - 1934.136261 * c + 0.0020708 * c**2 + c**3 / 450000.0
    psi = 0.0
    eps = 0.0
    for k in range(NUTATION.shape[0]):
        y = NUTATION[k]
        angle = RAD * (y[0] * x0 + y[1] * x1 + y[2] * x2 + y[3] * x3 + y[4] * x4)
        psi += (y[5] + y[6] * c) * math.sin(angle)
        eps += (y[7] + y[8] * c) * math.cos(angle)
    psi *= RAD / 36e6
    u = t / 10.0
    e0 = 7.12 + u * (27.87 + u * (5.79 + u * 2.45))
    e0 = 1999.25 + u * (-51.38 + u * (-249.67 + u * (-39.05 + u * e0)))
    e0 = 84381.448 + u * (-4680.93 + u * (-1.55 + u * e0))
    eps = RAD * (e0 / 3600.0 + eps / 36e6)
    lam = longitude + psi - RAD * 20.4898 / (3600.0 * radius)
    jc = (jd - 2451545.0) / 36525.0
    sidereal = 280.46061837 + 360.98564736629 * (jd - 2451545.0)
    sidereal = RAD * (sidereal + 0.000387933 * jc**2 - jc**3 / 38710000.0)
    sidereal += psi * math.cos(eps)
    alpha = math.atan2(
        math.sin(lam) * math.cos(eps) - math.tan(latitude) * math.sin(eps), math.cos(lam)
    )
    sin_dec = math.sin(latitude) * math.cos(eps)
    sin_dec += math.cos(latitude) * math.sin(eps) * math.sin(lam)
    quasi = sidereal - alpha - math.pi
    out[0] = quasi - 2.0 * math.pi * np.round(quasi / (2.0 * math.pi))
    out[1] = sin_dec
    out[2] = math.sqrt(1.0 - sin_dec * sin_dec)
    out[3] = math.sin(RAD * 8.794 / (3600.0 * radius))


@inline
def _year_start(day: int) -> int:
    """Return the day number of 1 January of the year of `day` (proleptic Gregorian)."""
    z = day + 719468
    era = z // 146097
    doe = z - era * 146097
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)  # counted from 1 March
    year = yoe + era * 400 + (1 if doy >= 306 else 0)
    p = year - 1
    return 365 * p + p // 4 - p // 100 + p // 400 - 719162


@kernel
def _ephemeris(first: int, last: int, delta_t: float) -> Floats:
    n = last - first + 1
    nodes = np.empty((n + 3, 4))
    for k in range(n + 3):
        _geocentric(float(first - 1 + k), delta_t, nodes[k])
    table = np.empty((n, COLUMNS))
    for k in range(n):
        row = table[k]
        row[0] = first + k
        for j in range(3):
            y0, y1, y2, y3 = nodes[k, j], nodes[k + 1, j], nodes[k + 2, j], nodes[k + 3, j]
            row[1 + 4 * j] = y1
            row[2 + 4 * j] = y2 - y1 / 2.0 - y0 / 3.0 - y3 / 6.0
            row[3 + 4 * j] = (y0 + y2) / 2.0 - y1
            row[4 + 4 * j] = (y3 - y0) / 6.0 + (y1 - y2) / 2.0
        row[13] = nodes[k + 1, 3]
        start = _year_start(first + k)
        doy = first + k - start
        b = 2.0 * math.pi / 365.0 * doy
        row[14] = SOLAR_CONSTANT * (
            1.00011 + 0.034221 * math.cos(b) + 0.00128 * math.sin(b)
            + 0.000719 * math.cos(2.0 * b) + 7.7e-05 * math.sin(2.0 * b)
        )  # fmt: skip
        leap = _year_start(start + 365) == start
        row[15] = doy + (366 if leap else 0)
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


@inline
def observer(latitude: float, altitude: float) -> tuple[float, float]:
    """Return the site's distances from Earth's axis and equatorial plane [Earth radii]."""
    phi = latitude * RAD
    u = math.atan(0.99664719 * math.tan(phi))
    x = math.cos(u) + altitude / 6378140.0 * math.cos(phi)
    y = 0.99664719 * math.sin(u) + altitude / 6378140.0 * math.sin(phi)
    return x, y


@inline
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
    time: Ints, place: tuple[float, float, float, float], table: Floats, out: Floats
) -> None:
    latitude, longitude, altitude, temperature = place
    phi = latitude * RAD
    rho_cos, rho_sin = observer(latitude, altitude)
    site = (math.sin(phi), math.cos(phi), longitude * RAD, rho_cos, rho_sin)
    pressure = pressure_of(altitude)
    first = int(table[0, 0])
    for i in range(time.size):
        row = table[time[i] // DAY - first]
        up, north, east = direction(float(time[i]), row, site)
        true = math.atan2(up, math.hypot(north, east)) / RAD
        out[0, i] = true + refraction(true, pressure, temperature)
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
    place = (float(latitude), float(longitude), float(altitude), float(temperature))
    _sun_position(time, place, floats(table), out)
    return Sun(out[0], out[1], out[2])
