"""Expected irradiance, cell temperature and response of every plane of a site, in one pass.

Route of the irradiance of a plane in an interval, best first: its own POA sensor; measured GHI
(Erbs, then transposition); a POA sensor in another plane, through the GHI that makes the model
meet it; else none (NaN), and only the clear-sky figures are given. The plane of the sensor keeps
the measured POA exactly: only its split into beam and diffuse is modelled.

With `substeps` > 1 the sun is taken at several instants of each interval and everything is
averaged; the measured irradiance of the interval is spread over them in proportion to clear sky.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from pvwarranty_kernels.arrays import NONE, Floats, Ints, floats, ints
from pvwarranty_kernels.jit import inline, kernel
from pvwarranty_kernels.module import response
from pvwarranty_kernels.plane import HAYDAVIES, haydavies, perez, physical_iam
from pvwarranty_kernels.sky import clear_sky, erbs, relative_airmass, turbidity_table
from pvwarranty_kernels.sun import (
    DAY,
    RAD,
    direction,
    observer,
    pressure_of,
    refraction,
    rows_cover,
)
from pvwarranty_kernels.temperature import FAIMAN, rise

SUN, CLEAR, POA, EFFECTIVE, TEMP, RESPONSE, RESPONSE_CLEAR = 1, 2, 4, 8, 16, 32, 64
ALL = 127


class Place(NamedTuple):
    """A site: [° north], [° east], [m], yearly mean air temperature [°C] (for refraction)."""

    latitude: float
    longitude: float
    altitude: float = 0.0
    temperature: float = 12.0


class Planes(NamedTuple):
    """The planes of a site's arrays.

    surface_tilt, surface_azimuth : (A,) [°], azimuth clockwise from north
    albedo : (A,) 0-1
    iam_sky, iam_ground : (A,) factors of diffuse irradiance, `plane.diffuse_iam`
    temperature : (A, 3) parameters of the temperature model, see `temperature.temp_cell`
    tables : (A, g, t) responses, each made by `module.table`
    """

    surface_tilt: Floats
    surface_azimuth: Floats
    albedo: Floats
    iam_sky: Floats
    iam_ground: Floats
    temperature: Floats
    tables: Floats


class Weather(NamedTuple):
    """What was measured or is known, each (n,) with NaN for absent, or empty for none.

    Irradiance [W/m²], temperature [°C], wind speed [m/s] (1 m/s where unknown). `poa` and
    `temp_module` are of the planes named in `Options`.
    """

    ghi: Floats = NONE
    poa: Floats = NONE
    temp_air: Floats = NONE
    wind_speed: Floats = NONE
    temp_module: Floats = NONE


class Options(NamedTuple):
    """Choices resolved before the pass.

    interval : length of an interval [s]; 0 for instantaneous values
    substeps : instants of the sun in an interval, at the middles of equal parts
    transposition : plane.HAYDAVIES or plane.PEREZ
    temperature : temperature.FAIMAN or temperature.SAPM
    poa_plane, temp_plane : plane of the sensor, -1 for none
    wanted : sum of SUN, CLEAR, POA, ...; what is not wanted is returned empty
    """

    interval: int
    substeps: int = 1
    transposition: int = HAYDAVIES
    temperature: int = FAIMAN
    poa_plane: int = -1
    temp_plane: int = -1
    wanted: int = ALL


class Expected(NamedTuple):
    """Result of the pass; (n,) for the site, (A, n) for the planes.

    elevation, azimuth : apparent, at the middle of the interval [°]; NaN where the sun is down
    ghi_clear, poa_clear : clear-sky irradiance [W/m²]
    poa_global : irradiance on the plane [W/m²], NaN where none was measured
    effective : after incidence losses [W/m²]
    temp_cell : [°C]
    response, response_clear : expected power over nominal, under `poa_global` and under clear sky
    Of intervals without sun the irradiances and responses are 0.
    """

    elevation: Floats
    azimuth: Floats
    ghi_clear: Floats
    poa_global: Floats
    poa_clear: Floats
    effective: Floats
    temp_cell: Floats
    response: Floats
    response_clear: Floats


@inline
def _get(values: Floats, i: int) -> float:
    return float(values[i]) if values.size else np.nan


@inline
def _transpose(ghi: float, dni: float, dhi: float, sun: Floats, plane: Floats,
               model: int) -> tuple[float, float]:  # fmt: skip
    """Return irradiance on the plane before and after incidence losses [W/m²].

    sun : up, north, east, zenith [rad], relative air mass, extraterrestrial
    plane : up, north, east of its normal, view of the sky, sin tilt, albedo times view of the
    ground, factors of sky and ground
    """
    cos_aoi = max(sun[0] * plane[0] + sun[1] * plane[1] + sun[2] * plane[2], 0.0)
    if model == HAYDAVIES:
        circumsolar, sky = haydavies(dni, dhi, sun[5], sun[0], cos_aoi, plane[3])
    else:
        circumsolar, sky = perez(
            dni, dhi, sun[5], sun[4], sun[3], sun[0], cos_aoi, plane[3], plane[4]
        )
    beam = dni * cos_aoi + circumsolar
    ground = ghi * plane[5]
    effective = beam * physical_iam(cos_aoi) + sky * plane[6] + ground * plane[7]
    return beam + sky + ground, effective


@inline
def _mean_poa(ghi: float, suns: Floats, skies: Floats, plane: Floats, model: int) -> float:
    """Return the mean POA of an interval whose mean GHI is `ghi`."""
    total = 0.0
    for s in range(suns.shape[0]):
        if suns[s, 0] > 0.0:
            part = ghi * skies[s, 3]
            dni, dhi = erbs(part, suns[s, 0], suns[s, 5])
            total += _transpose(part, dni, dhi, suns[s], plane, model)[0]
    return total / suns.shape[0]


@inline
def _ghi_from_poa(poa: float, ghi_clear: float, poa_clear: float, suns: Floats, skies: Floats,
                  plane: Floats, model: int) -> float:  # fmt: skip
    """Return the GHI whose modelled POA meets the measured one: a guarded secant in logarithms.

    Starts at the clear-sky ratio; where the beam misses the plane several solutions exist and
    the one near the start is taken.
    """
    if not (poa > 0.0 and poa_clear > 0.0):
        return max(poa, 0.0) if poa == poa else np.nan
    x = math.log(ghi_clear * min(poa / poa_clear, 1.5))
    target = math.log(poa)
    slope = 1.4
    last_x, last_y = 0.0, 0.0
    for k in range(4):
        y = math.log(max(_mean_poa(math.exp(x), suns, skies, plane, model), 1e-3))
        if k > 0 and x != last_x:
            slope = min(max((y - last_y) / (x - last_x), 0.4), 4.0)
        last_x, last_y = x, y
        x += min(max((target - y) / slope, -0.7), 0.7)
    return math.exp(x)


@kernel
def _pass(time: Ints, place: tuple[float, float, float, float], table: Floats, turbidity: Floats,
          planes: Planes, weather: Weather, options: tuple[int, int, int, int, int, int],
          site_out: Floats, plane_out: Floats) -> None:  # fmt: skip
    latitude, longitude, altitude, yearly = place
    interval, substeps, model, temp_model, poa_plane, temp_plane = options
    phi = latitude * RAD
    rho_cos, rho_sin = observer(latitude, altitude)
    site = (math.sin(phi), math.cos(phi), longitude * RAD, rho_cos, rho_sin)
    pressure = pressure_of(altitude)
    first = int(table[0, 0])
    count = planes.surface_tilt.size
    normals = np.empty((count, 8))
    for a in range(count):
        tilt, az = planes.surface_tilt[a] * RAD, planes.surface_azimuth[a] * RAD
        normals[a, 0] = math.cos(tilt)
        normals[a, 1] = math.sin(tilt) * math.cos(az)
        normals[a, 2] = math.sin(tilt) * math.sin(az)
        normals[a, 3] = 0.5 * (1.0 + math.cos(tilt))
        normals[a, 4] = math.sin(tilt)
        normals[a, 5] = planes.albedo[a] * 0.5 * (1.0 - math.cos(tilt))
        normals[a, 6] = planes.iam_sky[a]
        normals[a, 7] = planes.iam_ground[a]
    suns = np.empty((substeps, 6))
    skies = np.empty((substeps, 4))  # clear ghi, dni, dhi, and share of the interval's ghi
    poa = np.empty((count, substeps, 4))  # given: global, effective; clear: global, effective
    mean = np.empty((count, 2))

    for i in range(time.size):
        half = 0.5 * interval
        middle = float(time[i]) + half
        row = table[int(middle) // DAY - first]
        up, north, east = direction(middle, row, site)
        true = math.atan2(up, math.hypot(north, east)) / RAD
        elevation = true + refraction(true, pressure, yearly)
        clear = 0.0
        for s in range(substeps):
            at = float(time[i]) + interval * (s + 0.5) / substeps
            row = table[int(at) // DAY - first]
            up, north, east = direction(at, row, site)
            true = math.atan2(up, math.hypot(north, east)) / RAD
            e = true + refraction(true, pressure, yearly)
            sin_e = math.sin(e * RAD)
            flat = math.cos(e * RAD) / max(math.hypot(north, east), 1e-12)
            suns[s, 0], suns[s, 1], suns[s, 2] = sin_e, north * flat, east * flat
            suns[s, 3] = (90.0 - e) * RAD
            suns[s, 5] = row[14]
            skies[s, 0], skies[s, 1], skies[s, 2] = 0.0, 0.0, 0.0
            if e > 0.0:
                suns[s, 4] = relative_airmass(sin_e, e)
                index = int(row[15])
                skies[s, 0], skies[s, 1], skies[s, 2] = clear_sky(
                    sin_e, suns[s, 4] * pressure / 101325.0,
                    turbidity[index // 366, index % 366], row[14], altitude
                )  # fmt: skip
            clear += skies[s, 0]
        clear /= substeps
        up_any = clear > 0.0
        site_out[0, i] = elevation if up_any else np.nan
        up, north, east = direction(middle, table[int(middle) // DAY - first], site)
        site_out[1, i] = math.atan2(east, north) / RAD % 360.0 if up_any else np.nan
        site_out[2, i] = clear
        air = _get(weather.temp_air, i)
        if not up_any:
            for a in range(count):
                for k in range(6):
                    plane_out[k, a, i] = 0.0
                plane_out[3, a, i] = air
            continue
        for s in range(substeps):
            skies[s, 3] = skies[s, 0] / clear
        for a in range(count):
            total = 0.0
            for s in range(substeps):
                poa[a, s, 2], poa[a, s, 3] = 0.0, 0.0
                if suns[s, 0] > 0.0:
                    poa[a, s, 2], poa[a, s, 3] = _transpose(
                        skies[s, 0], skies[s, 1], skies[s, 2], suns[s], normals[a], model
                    )
                total += poa[a, s, 2]
            mean[a, 1] = total / substeps

        ghi = _get(weather.ghi, i)
        measured = _get(weather.poa, i) if poa_plane >= 0 else np.nan
        if np.isnan(ghi) and not np.isnan(measured):
            ghi = _ghi_from_poa(
                measured, clear, mean[poa_plane, 1], suns, skies, normals[poa_plane], model
            )
        for a in range(count):
            total = 0.0
            for s in range(substeps):
                poa[a, s, 0], poa[a, s, 1] = 0.0, 0.0
                if suns[s, 0] > 0.0:
                    part = ghi * skies[s, 3]
                    dni, dhi = erbs(part, suns[s, 0], suns[s, 5])
                    poa[a, s, 0], poa[a, s, 1] = _transpose(
                        part, dni, dhi, suns[s], normals[a], model
                    )
                total += poa[a, s, 0]
            total /= substeps
            if a == poa_plane and not np.isnan(measured):
                scale = measured / total if total > 0.0 else 0.0
                for s in range(substeps):
                    poa[a, s, 0] *= scale
                    poa[a, s, 1] *= scale
                total = measured if total > 0.0 else 0.0
            mean[a, 0] = total

        wind = _get(weather.wind_speed, i)
        sensor = _get(weather.temp_module, i) if temp_plane >= 0 else np.nan
        base = np.nan
        if not np.isnan(sensor):
            p = planes.temperature[temp_plane]
            known = mean[temp_plane, 0]
            if np.isnan(known):
                known = mean[temp_plane, 1]
            base = sensor - known * rise(temp_model, p[0], p[1], wind)
        for a in range(count):
            p = planes.temperature[a]
            per_watt = rise(temp_model, p[0], p[1], wind) + p[2] / 1000.0
            ambient = air
            if not np.isnan(base) and (a == temp_plane or np.isnan(air)):
                ambient = base
            sums = (0.0, 0.0, 0.0)
            for s in range(substeps):
                r = response(planes.tables[a], poa[a, s, 1], ambient + per_watt * poa[a, s, 0])
                c = response(planes.tables[a], poa[a, s, 3], ambient + per_watt * poa[a, s, 2])
                sums = (sums[0] + poa[a, s, 1], sums[1] + r, sums[2] + c)
            plane_out[0, a, i] = mean[a, 0]
            plane_out[1, a, i] = mean[a, 1]
            plane_out[2, a, i] = sums[0] / substeps
            plane_out[3, a, i] = ambient + per_watt * mean[a, 0]
            plane_out[4, a, i] = sums[1] / substeps
            plane_out[5, a, i] = sums[2] / substeps


def expect(
    time: Ints,
    place: Place,
    table: Floats,
    turbidity: Floats,
    planes: Planes,
    weather: Weather,
    options: Options,
) -> Expected:
    """Return what the planes of a site should receive and give at `time` (n,) [s UTC].

    `time` marks the start of intervals and increases; `table` comes from `sun.ephemeris`,
    `turbidity` from `sky.daily_turbidity`. Raises ValueError on shapes that do not fit or a
    table that is too short.
    """
    time = ints(time)
    planes = Planes(*(floats(values) for values in planes))
    weather = Weather(*(floats(values) for values in weather))
    _check(time, table, planes, weather, options)
    count = planes.surface_tilt.size
    site_out = np.empty((3, time.size))
    plane_out = np.empty((6, count, time.size))
    _pass(
        time, _numbers(place), floats(table), turbidity_table(turbidity), planes,
        weather, _choices(options), site_out, plane_out,
    )  # fmt: skip
    return _wanted(site_out, plane_out, options.wanted)


def _numbers(place: Place) -> tuple[float, float, float, float]:
    return (
        float(place.latitude),
        float(place.longitude),
        float(place.altitude),
        float(place.temperature),
    )


def _choices(options: Options) -> tuple[int, int, int, int, int, int]:
    a, b, c, d, e, f, _ = (int(v) for v in options)
    return a, b, c, d, e, f


def _wanted(site: Floats, plane: Floats, wanted: int) -> Expected:
    none = plane[0, :, :0]

    def keep(bit: int, values: Floats, empty: Floats) -> Floats:
        return values if wanted & bit else empty

    return Expected(
        elevation=keep(SUN, site[0], NONE),
        azimuth=keep(SUN, site[1], NONE),
        ghi_clear=keep(CLEAR, site[2], NONE),
        poa_global=keep(POA, plane[0], none),
        poa_clear=keep(CLEAR, plane[1], none),
        effective=keep(EFFECTIVE, plane[2], none),
        temp_cell=keep(TEMP, plane[3], none),
        response=keep(RESPONSE, plane[4], none),
        response_clear=keep(RESPONSE_CLEAR, plane[5], none),
    )


def _check(time: Ints, table: Floats, planes: Planes, weather: Weather, options: Options) -> None:
    wrong = []
    count = planes.surface_tilt.shape[0]
    for name, values in zip(planes._fields, planes, strict=True):
        if values.shape[0] != count:
            wrong.append(f"planes.{name} has {values.shape[0]} rows for {count} planes")
    for name, values in zip(weather._fields, weather, strict=True):
        if values.size not in (0, time.size):
            wrong.append(f"weather.{name} has {values.size} values for {time.size} instants")
    if options.substeps < 1 or options.interval < 0:
        wrong.append("options: substeps must be at least 1 and interval not negative")
    if not (-1 <= options.poa_plane < count and -1 <= options.temp_plane < count):
        wrong.append(f"options: the sensor's plane is not one of {count} planes")
    if time.size > 1 and not bool((time[1:] > time[:-1]).all()):
        wrong.append("time does not increase")
    if wrong:
        raise ValueError("expect: " + "; ".join(wrong))
    if time.size:
        rows_cover(table, int(time[0]), int(time[-1]) + options.interval)
