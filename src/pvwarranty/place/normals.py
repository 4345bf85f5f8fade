"""Monthly climate of a site, to stand in for sensors that it does not have.

In and near Japan it comes from the normals 1991-2020 of 72 stations (`data/LICENCES.md`): the six
nearest, weighed by the inverse square of the distance, temperatures brought to the site's altitude
and, along the stations' own trend, to its latitude.
Elsewhere it comes from means over land by latitude, with a far larger uncertainty.

Left out one at a time, the stations of the four main islands are met within 0.75 K (rms) in the
monthly mean temperature, 0.54 K in the amplitude and 27 % in the wind speed; the stated
uncertainty follows these figures, and the tests hold it to them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from pvwarranty.errors import FactError, Problem
from pvwarranty.place.coast import Shore, nearest_shore, require_point

Floats = NDArray[np.float64]

LAPSE = 0.006  # K/m
NEIGHBOURS = 6
NEAR = 5.0  # km: nearer stations do not weigh more
REACH = 500.0  # km: further from every station the mean of the latitude serves
SEA = 40.0  # km that an e-fold of the distance to the coast is worth: the sea's air is local
SHORE = 500.0  # m: from here to the water there is no more difference
U_STATION = 0.6  # K: standard uncertainty beside a station,
U_AWAY = 0.005  # K/km: and what each kilometre to the nearest station adds, in quadrature
U_SINCE = 0.5  # K: warming since the middle of the normals
U_WIND = 0.35  # of the wind speed: 0.27 between stations, the rest heights of 10-60 m and roofs
CLEAR = 0.72  # daily clearness index of a clear day
RISE = 0.7  # how the amplitude follows the clearness, from two TMY years (0.3-1.1 by month)
SNOW = 0.05  # m a month


@dataclass(frozen=True, slots=True)
class Climate:
    """Monthly climate of a place: arrays (12,), January first.

    `temp_air` [°C] mean; `amplitude` [K] half the mean daily range, `amplitude_clear` that of clear
    days; `wind_speed` [m/s] at the stations' heights; `precipitation` [mm] and `snowfall` [m] of
    the month (nan: not known); `u_temp_air` [K] standard uncertainty of the monthly mean;
    `u_wind_speed` [m/s]. `source` is ``normals`` or ``zonal``; `stations` names those used.
    """

    temp_air: Floats
    amplitude: Floats
    amplitude_clear: Floats
    wind_speed: Floats
    precipitation: Floats
    snowfall: Floats
    u_temp_air: Floats
    u_wind_speed: Floats
    source: str
    stations: tuple[str, ...]

    @property
    def snow_months(self) -> NDArray[np.bool_]:
        """Months (12,) with 5 cm of new snow or more; by temperature where snowfall is unknown."""
        return np.where(np.isnan(self.snowfall), self.temp_air < 0.0, self.snowfall >= SNOW)


@dataclass(frozen=True, slots=True)
class Normals:
    """The shipped stations: (s,) places and distances to the coast [m], (s, 12) elements.

    `northward` (12,) is the trend of the temperature at sea level [K a degree of latitude].
    """

    ids: tuple[str, ...]
    latitude: Floats
    longitude: Floats
    altitude: Floats
    coast: Floats
    elements: dict[str, Floats]
    northward: Floats


def climate(latitude: float, longitude: float, altitude: float) -> Climate:
    """Monthly climate at a site; `altitude` [m].

    Raises
    ------
    FactError
        The point is not on the globe, or the altitude is not one of a site.
    """
    require_point(latitude, longitude)
    if not -450.0 <= altitude <= 6_000.0:
        raise FactError(Problem("altitude", f"{altitude!r} is not within -450 and 6000", "metres"))
    normals = load_normals()
    apart = _apart(normals, latitude, longitude)
    if apart.min() > REACH:
        return _zonal(latitude, altitude)
    away = _unlike(normals, apart, nearest_shore(latitude, longitude))
    return _blend(normals, away, apart.min(), (latitude, altitude))


@cache
def load_normals() -> Normals:
    """Read the shipped normals (once a process)."""
    places = _rows("stations.csv")
    ids = tuple(p["station"] for p in places)
    row = {name: k for k, name in enumerate(ids)}
    elements: dict[str, Floats] = {}
    for r in _rows("normals.csv"):
        table = elements.setdefault(r["element"], np.full((len(ids), 12), np.nan))
        table[row[r["station"]]] = [float(r[str(m)]) for m in range(1, 13)]
    latitude, longitude, altitude = (
        np.array([float(p[key]) for p in places]) for key in ("latitude", "longitude", "altitude")
    )
    shores = [nearest_shore(*at) for at in zip(latitude, longitude, strict=True)]
    coast = np.array([_from_coast(s) for s in shores])
    elements["snowfall"] = np.nan_to_num(elements["snowfall"]) / 100.0  # cm; none is listed as none
    level = elements["temp_air"] + LAPSE * altitude[:, None]
    northward = np.polyfit(latitude, level, 1)[0]
    return Normals(ids, latitude, longitude, altitude, coast, elements, northward)


def _from_coast(shore: Shore | None) -> float:
    if shore is None:
        return 100_000.0
    return max(shore.distance, SHORE) if shore.on_land else SHORE


def _apart(normals: Normals, latitude: float, longitude: float) -> Floats:
    """Distance [km] to each station on the sphere (s,)."""
    lat1, lat2 = np.deg2rad(latitude), np.deg2rad(normals.latitude)
    half = np.sin(np.deg2rad(normals.longitude - longitude) / 2.0) ** 2
    a = np.sin((lat2 - lat1) / 2.0) ** 2 + np.cos(lat1) * np.cos(lat2) * half
    return np.asarray(2.0 * 6371.0 * np.arcsin(np.sqrt(np.minimum(a, 1.0))))


def _unlike(normals: Normals, apart: Floats, shore: Shore | None) -> Floats:
    """Distance to each station [km], lengthened where one is by the sea and the other inland."""
    inland = SEA * np.log(normals.coast / _from_coast(shore))
    return np.sqrt(apart**2 + inland**2 + NEAR**2)


def _blend(normals: Normals, away: Floats, nearest: float, site: tuple[float, float]) -> Climate:
    """Inverse-square mean of the stations least `away` for a site (latitude, altitude)."""
    used = np.argsort(away)[:NEIGHBOURS]
    weight = away[used] ** -2.0
    weight /= weight.sum()
    e = {name: weight @ table[used] for name, table in normals.elements.items()}
    latitude, altitude = (float(weight @ of[used]) for of in (normals.latitude, normals.altitude))
    shift = (altitude - site[1]) * LAPSE + (site[0] - latitude) * normals.northward
    amplitude = (e["temp_max"] - e["temp_min"]) / 2.0
    spread = np.sqrt(U_STATION**2 + (U_AWAY * nearest) ** 2 + U_SINCE**2)
    return Climate(
        temp_air=e["temp_air"] + shift,
        amplitude=amplitude,
        amplitude_clear=amplitude * _clear_ratio(e["sunshine"], latitude),
        wind_speed=e["wind_speed"],
        precipitation=e["precipitation"],
        snowfall=e["snowfall"],
        u_temp_air=np.full(12, spread),
        u_wind_speed=U_WIND * e["wind_speed"],
        source="normals",
        stations=tuple(normals.ids[k] for k in used),
    )


def _clear_ratio(sunshine: Floats, latitude: float) -> Floats:
    """Amplitude of clear days over that of all days, from the month's hours of sunshine (12,).

    The mean clearness index follows Angstrom's line (FAO-56, equation 35: 0.25 + 0.5 n/N); day
    lengths are FAO-56's, equation 34.
    """
    lengths = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    middle = np.cumsum(lengths) - lengths / 2.0
    declination = 0.409 * np.sin(2.0 * np.pi * middle / 365.0 - 1.39)
    sunset = np.arccos(np.clip(-np.tan(np.deg2rad(latitude)) * np.tan(declination), -1.0, 1.0))
    share = np.clip(sunshine / (24.0 / np.pi * sunset * lengths), 0.0, 0.94)
    return np.asarray((CLEAR / (0.25 + 0.5 * share)) ** RISE)


def _zonal(latitude: float, altitude: float) -> Climate:
    """Mean over land at the latitude; beyond the table its last row, less sure by degrees."""
    rows = _rows("zonal.csv")
    at = np.array([float(r["latitude"]) for r in rows if r["element"] == "temp_air"])
    temp_air, u_temp_air = (
        np.array([[float(r[str(m)]) for m in range(1, 13)] for r in rows if r["element"] == name])
        for name in ("temp_air", "u_temp_air")
    )
    interpolated = [
        np.array([np.interp(latitude, at, table[:, m]) for m in range(12)])
        for table in (temp_air, u_temp_air)
    ]
    beyond = (
        max(0.0, abs(latitude - 10.0) - 60.0) * 0.7
    )  # K a degree of latitude, as from 60 to 70 N
    return Climate(
        temp_air=interpolated[0] - LAPSE * altitude,
        amplitude=np.full(12, 5.0),
        amplitude_clear=np.full(12, 6.0),
        wind_speed=np.full(12, 3.0),
        precipitation=np.full(12, np.nan),
        snowfall=np.full(12, np.nan),
        u_temp_air=np.hypot(np.hypot(interpolated[1], U_SINCE), beyond),
        u_wind_speed=np.full(12, 1.5),
        source="zonal",
        stations=(),
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("pvwarranty.place") / "data" / name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
