"""A whole site in one walk: expectation and all channels' days, in memory of one stretch of time.

The series is taken in stretches of whole days. Of each, the planes' responses are computed once
for all channels, and every channel is reduced to days while they lie in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints, ints
from pvwarranty_kernels.chain import expect
from pvwarranty_kernels.daily import Daily, channel_days, days_of
from pvwarranty_kernels.inputs import (
    RESPONSE,
    RESPONSE_CLEAR,
    Options,
    Place,
    Planes,
    Weather,
)

STRETCH = 1 << 16  # least number of intervals in a stretch


class SiteSetup(NamedTuple):
    """What is fixed of a site; as the arguments of `chain.expect`."""

    place: Place
    table: Floats
    turbidity: Floats
    planes: Planes
    options: Options


class Channels(NamedTuple):
    """The channels of a site.

    power : C arrays (n,) [W], NaN where absent; float32 (a Parquet column) is read as it is
    nominal : (C,) [W]
    plane : (C,) index of each channel's plane
    flags : C arrays (n,) of bits, int64 or int32; one array may be given for several channels
    """

    power: Sequence[Floats]
    nominal: Floats
    plane: Ints
    flags: Sequence[Ints]


def site_days(
    setup: SiteSetup,
    time: Ints,
    weather: Weather,
    channels: Channels,
    day_index: Ints,
    *,
    mask: int = -1,
    clear: bool = False,
) -> tuple[Daily, ...]:
    """Return the daily figures of every channel of a site, against the given or the clear sky.

    time, weather : as for `chain.expect`; day_index : (n,) number of the local day
    mask : bits of flags that exclude an interval
    clear : whether to compare with clear sky instead of the irradiance given
    The ratio is power over nominal times response, its weight the response. Raises ValueError as
    `chain.expect` and `daily.channel_days` do.
    """
    days = days_of(day_index)
    wanted = RESPONSE_CLEAR if clear else RESPONSE
    setup = setup._replace(options=setup.options._replace(wanted=wanted))
    parts = [
        _stretch(setup, time, weather, channels, days.bounds, slice(a, b), mask, clear)
        for a, b in _stretches(days.bounds)
    ]
    return tuple(_join(days.day, part) for part in zip(*parts, strict=True))


def _stretches(bounds: Ints) -> list[tuple[int, int]]:
    """Return ranges of days that hold at least STRETCH intervals each, but the last."""
    out = []
    at = 0
    last = len(bounds) - 1
    while at < last:
        to = int(np.searchsorted(bounds, bounds[at] + STRETCH))
        to = min(max(to, at + 1), last)
        out.append((at, to))
        at = to
    return out


def _stretch(
    setup: SiteSetup,
    time: Ints,
    weather: Weather,
    channels: Channels,
    bounds: Ints,
    days: slice,
    mask: int,
    clear: bool,
) -> list[Daily]:
    part = slice(int(bounds[days.start]), int(bounds[days.stop]))
    now = Weather(*(values[part] if values.size else values for values in weather))
    place, table, turbidity, planes, options = setup
    expected = expect(time[part], place, table, turbidity, planes, now, options)
    response = expected.response_clear if clear else expected.response
    local = days_of(np.empty(0, np.int64))._replace(
        day=np.arange(days.start, days.stop),
        bounds=ints(bounds[days.start : days.stop + 1] - bounds[days.start]),
    )
    return [
        channel_days(local, power[part], float(nominal), response[plane], flags[part], mask)
        for power, nominal, plane, flags in zip(*channels, strict=True)
    ]


def _join(day: Ints, parts: Sequence[Daily]) -> Daily:
    return Daily(day, *(np.concatenate([p[k] for p in parts]) for k in range(1, 5)))
