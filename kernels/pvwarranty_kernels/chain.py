"""Expected irradiance, cell temperature and response of every plane of a site, in one pass.

Route of the irradiance of a plane in an interval, best first: its own POA sensor; measured GHI
(Erbs or DISC, then transposition); a POA sensor in another plane, through the GHI that makes the
model meet it; else none (NaN), and only the clear-sky figures are given. The plane of the sensor
keeps the measured POA exactly: only its split into beam and diffuse is modelled.

With `substeps` > 1 the sun is taken at several instants of each interval and everything is
averaged; the measured irradiance of the interval is spread over them in proportion to clear sky.
"""

from __future__ import annotations

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints, floats, ints
from pvwarranty_kernels.block import run
from pvwarranty_kernels.inputs import (
    ALL,
    CLEAR,
    EFFECTIVE,
    GHI_CLEAR,
    POA,
    RESPONSE,
    RESPONSE_CLEAR,
    SUN,
    TEMP,
    Expected,
    Options,
    Place,
    Planes,
    Weather,
)  # fmt: skip
from pvwarranty_kernels.setup import day_constants, plane_constants, site_constants
from pvwarranty_kernels.sky import turbidity_table
from pvwarranty_kernels.stages import BLOCK, SIZE
from pvwarranty_kernels.sun import DAY, rows_cover

MOST = 96  # instants in an interval that a block can hold with ease

__all__ = [
    "ALL", "CLEAR", "EFFECTIVE", "GHI_CLEAR", "POA", "RESPONSE", "RESPONSE_CLEAR", "SUN", "TEMP",
    "Expected", "Options", "Place", "Planes", "Weather", "expect",
]  # fmt: skip


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
    table = floats(table)
    _check(time, table, planes, weather, options)
    count = planes.surface_tilt.size
    first, dark = _outputs(count, options.wanted)
    out = np.empty((dark.size, time.size))
    if first[6] >= 0:
        out[first[6] : first[6] + count] = weather.temp_air if weather.temp_air.size else np.nan
    if time.size:
        table = _rows_of(table, time, options.interval)
        site, sky = site_constants(place), turbidity_table(turbidity)
        run(
            time, np.empty((len(table) + 3, 2), np.int64), np.empty((BLOCK, 2), np.int64),
            np.zeros(SIZE), table, day_constants(table, sky, site), site,
            plane_constants(planes), planes.temperature, planes.tables.reshape(count, -1),
            *weather, np.array(options[:7], np.int64), first[:3], first[3:], dark, out,
        )  # fmt: skip
    return _views(out, first, count)


def _rows_of(table: Floats, time: Ints, interval: int) -> Floats:
    """Return the rows of the ephemeris that the instants need, and one on either side."""
    day = int(table[0, 0])
    first = max(int(time[0]) // DAY - day - 1, 0)
    return table[first : (int(time[-1]) + interval) // DAY - day + 2]


def _outputs(planes: int, wanted: int) -> tuple[Ints, Floats]:
    """Return the first row of each output, -1 for none, and what each row holds without sun.

    Angles are not known then, cells are as warm as the air (infinity: written beforehand).
    """
    bits = (SUN, SUN, GHI_CLEAR, POA, CLEAR, EFFECTIVE, TEMP, RESPONSE, RESPONSE_CLEAR)
    first = np.full(len(bits), -1, np.int64)
    dark: list[float] = []
    for k, bit in enumerate(bits):
        if wanted & bit:
            first[k] = len(dark)
            value = np.nan if bit == SUN else np.inf if bit == TEMP else 0.0
            dark += [value] * (1 if k < 3 else planes)
    return first, np.array(dark, dtype=np.float64)


def _views(out: Floats, first: Ints, planes: int) -> Expected:
    none = np.empty((planes, 0))
    site = [out[k] if k >= 0 else none[0] for k in first[:3]]
    return Expected(*site, *(out[k : k + planes] if k >= 0 else none for k in first[3:]))


def _check(time: Ints, table: Floats, planes: Planes, weather: Weather, options: Options) -> None:
    wrong = []
    count = planes.surface_tilt.shape[0]
    for name, values in zip(planes._fields, planes, strict=True):
        if values.shape[0] != count:
            wrong.append(f"planes.{name} has {values.shape[0]} rows for {count} planes")
    for name, values in zip(weather._fields, weather, strict=True):
        if values.size not in (0, time.size):
            wrong.append(f"weather.{name} has {values.size} values for {time.size} instants")
    if not 1 <= options.substeps <= MOST or options.interval < 0:
        wrong.append(f"options: substeps must be 1 to {MOST} and interval not negative")
    if not (-1 <= options.poa_plane < count and -1 <= options.temp_plane < count):
        wrong.append(f"options: the sensor's plane is not one of {count} planes")
    if time.size > 1 and not bool((time[1:] > time[:-1]).all()):
        wrong.append("time does not increase")
    if wrong:
        raise ValueError("expect: " + "; ".join(wrong))
    if time.size:
        rows_cover(table, int(time[0]), int(time[-1]) + options.interval)
