"""Bringing channels to the JIS C 8918 conditions: measured power over what new modules would give.

The expectation comes from the kernels' one pass over a site; what is set up here is the site:
planes, module responses, turbidity, and the climate where no sensor speaks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pvwarranty.model import Array, Channel, Flag, Floats, Index, Measurements, Site
from pvwarranty.names import SITE
from pvwarranty.place import climate, temp_air_at, temp_air_clear_at
from pvwarranty.products import Module, find_module, response_table
from pvwarranty_kernels import chain
from pvwarranty_kernels.arrays import NONE
from pvwarranty_kernels.inverter import dc_power
from pvwarranty_kernels.plane import PEREZ, diffuse_iam
from pvwarranty_kernels.sky import daily_turbidity
from pvwarranty_kernels.split import DISC, ERBS
from pvwarranty_kernels.sun import ephemeris_of
from pvwarranty_kernels.temperature import FAIMAN

# Faiman parameters that follow JIS C 8907's cell temperature (Yukawa 1996) for 0-3 m/s of wind:
# rise per 1000 W/m² of A/(B v^0.8 + 1) + 2 K with A, B = 46, 0.41 / 50, 0.38 / 57, 0.33
MOUNTING = {"rack": (22.3, 6.0), "roof": (20.5, 5.3), "integrated": (17.8, 4.1)}
WIND_SPEED = 1.5  # JIS C 8907's default [m/s]
ALBEDO = 0.2
# direct-current wiring and connections between the modules and the point of measurement
WIRING = {"module": 1.0, "string": 0.99, "inverter": 0.985}
WANTED = chain.SUN | chain.RESPONSE | chain.RESPONSE_CLEAR
DARK = 0.02  # expected share of nominal power below which nothing is judged


@dataclass(frozen=True, slots=True)
class Sky:
    """What the arrays of a site should give, interval by interval.

    expected : the kernels' result; mostly one row for all arrays of a plane and module
    row : where in it each array is
    modules : the module of each array
    has_sensor : whether irradiance was measured
    """

    time: np.ndarray[tuple[int], np.dtype[np.int64]]
    interval: int
    expected: chain.Expected
    row: Mapping[str, int]
    modules: Mapping[str, Module]
    has_sensor: bool


def look_at_sky(
    measured: Measurements, site: Site, *, instantaneous: bool = False, wanted: int = WANTED
) -> Sky:
    """Return the expectation of every array of a site at the instants measured.

    `instantaneous` values are taken at the start of the interval, means over all of it; `wanted`
    names the kernels' outputs, as `chain.Options`.
    """
    time = measured.seconds()
    modules = {
        a.id: find_module(a, f"site.toml: array[{n}].module") for n, a in enumerate(site.arrays)
    }
    sensor = any(measured.get(SITE, q) is not None for q in ("poa_global", "ghi"))
    arrays, row = _alike(site.arrays, modules, apart=_has_plane_sensor(measured))
    expected = chain.expect(
        time,
        chain.Place(site.latitude, site.longitude, site.altitude),
        ephemeris_of(time),
        daily_turbidity(_turbidity(site.latitude, site.longitude)),
        _planes(arrays, modules),
        _weather(measured, site, time),
        _options(measured, site, row, instantaneous)._replace(wanted=wanted),
    )
    return Sky(time, measured.interval, expected, row, modules, sensor)


def _has_plane_sensor(measured: Measurements) -> bool:
    """Tell whether a sensor speaks for one array, which then is not as others in its plane."""
    return any(measured.get(SITE, q) is not None for q in ("poa_global", "temp_module"))


def _alike(
    arrays: Sequence[Array], modules: Mapping[str, Module], *, apart: bool
) -> tuple[list[Array], dict[str, int]]:
    """Return an array for each plane and module, and the place of each array among them.

    `apart` keeps every array to itself.
    """
    kinds: dict[object, int] = {}
    first: list[Array] = []
    row: dict[str, int] = {}
    for array in arrays:
        plane = (array.surface_tilt, array.surface_azimuth, array.mounting)
        kind = array.id if apart else (*plane, modules[array.id].name)
        if kind not in kinds:
            kinds[kind] = len(first)
            first.append(array)
        row[array.id] = kinds[kind]
    return first, row


def clear_response(
    site: Site,
    arrays: Sequence[Array],
    modules: Mapping[str, Module],
    time: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> Floats:
    """Return what arrays (A) give under a clear sky in half hours from `time` (n,) on: (A, n)."""
    here = climate(site.latitude, site.longitude, site.altitude)
    air = temp_air_clear_at(here, time, site.longitude)
    expected = chain.expect(
        time,
        chain.Place(site.latitude, site.longitude, site.altitude),
        ephemeris_of(time),
        daily_turbidity(_turbidity(site.latitude, site.longitude)),
        _planes(arrays, modules),
        chain.Weather(temp_air=air, wind_speed=np.full(len(time), WIND_SPEED)),
        chain.Options(1800, 2, PEREZ, FAIMAN),
    )
    return expected.response_clear


@lru_cache(maxsize=8)  # asked several times for one site
def _turbidity(latitude: float, longitude: float) -> Floats:
    """Return the 12 monthly Linke turbidities of the climatology that pvlib ships."""
    import pandas as pd
    from pvlib.clearsky import lookup_linke_turbidity

    days = pd.DatetimeIndex([f"2023-{month:02d}-15" for month in range(1, 13)], tz="UTC")
    found = lookup_linke_turbidity(days, latitude, longitude, interp_turbidity=False)
    return np.asarray(found, dtype=np.float64)


def _planes(arrays: Sequence[Array], modules: Mapping[str, Module]) -> chain.Planes:
    diffuse = [diffuse_iam(a.surface_tilt) for a in arrays]
    tables = {
        m.name: response_table(m)
        for m in {modules[a.id].name: modules[a.id] for a in arrays}.values()
    }
    return chain.Planes(
        surface_tilt=np.array([a.surface_tilt for a in arrays]),
        surface_azimuth=np.array([a.surface_azimuth for a in arrays]),
        albedo=np.full(len(arrays), ALBEDO),
        iam_sky=np.array([sky for sky, _ in diffuse]),
        iam_ground=np.array([ground for _, ground in diffuse]),
        temperature=np.array([[*MOUNTING[a.mounting], 0.0] for a in arrays]),
        tables=np.stack([tables[modules[a.id].name] for a in arrays]),
    )


def _weather(measured: Measurements, site: Site, time: np.ndarray) -> chain.Weather:
    here = climate(site.latitude, site.longitude, site.altitude)
    # without a sensor of irradiance only clear intervals count: then a clear day's temperature
    sensed = any(measured.get(SITE, q) is not None for q in ("poa_global", "ghi"))
    normal = (temp_air_at if sensed else temp_air_clear_at)(here, time, site.longitude)
    air = measured.get(SITE, "temp_air")
    wind = measured.get(SITE, "wind_speed")

    def known(quantity: str) -> Floats:
        values = measured.get(SITE, quantity)
        return NONE if values is None else values

    return chain.Weather(
        ghi=known("ghi"),
        poa=known("poa_global"),
        temp_air=normal if air is None else np.where(_plausible(air, -40, 55), air, normal),
        wind_speed=np.full(len(time), WIND_SPEED)
        if wind is None
        else np.where(_plausible(wind, 0, 60), wind, WIND_SPEED),
        temp_module=_masked(known("temp_module"), -45, 110),
    )


def _plausible(values: Floats, low: float, high: float) -> np.ndarray:
    return (values >= low) & (values <= high)


def _masked(values: Floats, low: float, high: float) -> Floats:
    return np.where(_plausible(values, low, high), values, np.nan)


def _options(
    measured: Measurements, site: Site, row: Mapping[str, int], instantaneous: bool
) -> chain.Options:
    def plane(quantity: str) -> int:
        if measured.get(SITE, quantity) is None:
            return -1
        owner = next((s.array for s in site.sensors if s.quantity == quantity), None)
        return row.get(owner, 0) if owner is not None else 0

    poa_plane = plane("poa_global")
    return chain.Options(
        interval=0 if instantaneous else measured.interval,
        substeps=1 if instantaneous else substeps(measured.interval),
        transposition=PEREZ,
        temperature=FAIMAN,
        poa_plane=poa_plane,
        temp_plane=plane("temp_module"),
        # of clear skies DISC finds the beam better; it jumps where a plane's sensor is inverted
        decomposition=DISC if poa_plane < 0 else ERBS,
    )


def substeps(interval: int) -> int:
    """Return how many positions of the sun stand for an interval [s]: one per 15 minutes."""
    return max(1, min(8, round(interval / 900)))


def normalise(measured: Measurements, channel: Channel, site: Site, sky: Sky) -> Index:
    """Return a channel's power beside what its modules would give new, clean and unshaded."""
    p0, weights, modules = _nominal(channel, site, sky.modules)
    at = [sky.row[a.id] for a in site.arrays if a.id in channel.arrays]
    wiring = WIRING[channel.kind]
    clear = wiring * (weights @ sky.expected.response_clear[at])
    sensed = wiring * (weights @ sky.expected.response[at]) if sky.has_sensor else None
    night = ~(clear >= DARK)
    power = channel_power(measured, channel, site)
    flags = np.where(night, int(Flag.NIGHT), 0).astype(np.int64)
    return Index(
        channel=channel,
        p0=p0,
        modules=modules,
        interval=measured.interval,
        longitude=site.longitude,
        time=sky.time,
        power=power,
        clear=clear,
        sensed=sensed,
        elevation=sky.expected.elevation,
        azimuth=sky.expected.azimuth,
        flags=flags,
    )


def _nominal(
    channel: Channel, site: Site, modules: Mapping[str, Module]
) -> tuple[float, Floats, int]:
    """Return the nominal power [W], the share of each array in it, and the number of modules."""
    arrays = [a for a in site.arrays if a.id in channel.arrays]
    counts = np.array([a.modules or 1 for a in arrays], dtype=np.float64)
    total = channel.modules or int(counts.sum())
    counts *= total / counts.sum()
    watts = counts * np.array([modules[a.id].p_dc0 for a in arrays])
    return float(watts.sum()), watts / watts.sum(), total


def channel_power(measured: Measurements, channel: Channel, site: Site) -> Floats:
    """Return the channel's direct-current power (n,) [W]; NaN where nothing was measured.

    Best first: `p_dc`; `v_dc` times `i_dc`; `p_ac` or `e_ac` through the inverter's efficiency.
    """
    p_dc = measured.get(channel.id, "p_dc")
    if p_dc is not None:
        return p_dc
    v_dc, i_dc = measured.get(channel.id, "v_dc"), measured.get(channel.id, "i_dc")
    if v_dc is not None and i_dc is not None:
        return v_dc * i_dc
    p_ac = ac_power_of(measured, channel.id)
    if p_ac is None:
        return np.full(len(measured.time), np.nan)
    inverter = site.inverter(channel.inverter)
    if inverter is None:
        return p_ac / 0.96
    return dc_power(p_ac, inverter.p_ac0, inverter.efficiency)


def ac_power_of(measured: Measurements, name: str) -> Floats | None:
    """Return the alternating-current power (n,) [W] of a channel or inverter, or None."""
    p_ac = measured.get(name, "p_ac")
    if p_ac is not None:
        return p_ac
    e_ac = measured.get(name, "e_ac")
    return None if e_ac is None else e_ac * 3600.0 / measured.interval
