"""Causes in the record itself: clock, planes, sensor, data, outages."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pvwarranty.attribute.context import Context, Mask, View, day_of, share_of
from pvwarranty.model import Cause, Flag, Floats, Index, Measurements

BRIGHT = 0.25
TOLD_DRIFT = 0.045  # of a sensor against the clear sky, in logarithms
SNOW_DAYS = 20  # a roof in a snowy place is not covered for longer at a stretch
OUTAGE_SHARE, SNOW_SHARE = 0.005, 0.004
COLD = 6.0  # monthly mean air temperature [°C] under which snow is likelier than an outage


def clock_error(index: Index, context: Context) -> Iterable[Cause]:
    """Say what was found of the clock; it takes no energy."""
    shifts = context.clock.shifts
    if not shifts:
        return
    until = max(s.until for s in shifts)
    lasting = until >= context.end - 45 * 86400
    yield Cause(
        "clock_error", 0.0, 0.97,
        since=day_of(min(s.since for s in shifts), index.longitude),
        until=None if lasting else day_of(until, index.longitude),
        active=lasting,
        evidence={"kind": shifts[0].kind, "seconds": shifts[0].seconds, "stretches": len(shifts)},
    )  # fmt: skip


def metadata_error(index: Index, context: Context) -> Iterable[Cause]:
    """Say what was found of the channel's planes."""
    for found in context.orientations:
        if set(found.arrays) & set(index.channel.arrays):
            yield Cause(
                "metadata_error", 0.0, 0.95,
                evidence={"turn": found.turn, "tilt": found.tilt, "misfit": found.misfit,
                          "misfit_given": found.misfit_given},
            )  # fmt: skip


def sensor_drift(view: View) -> Iterable[Cause]:
    """Say that the sensor of irradiance moved against the clear sky."""
    drift = view.evidence.drift
    if drift is not None and not view.evidence.sensor and abs(drift) > TOLD_DRIFT:
        yield Cause("sensor_drift", 0.0, 0.9, evidence={"drift": drift})


def data_quality(index: Index, measured: Measurements) -> Iterable[Cause]:
    """Say that rows are missing, doubled or stuck beyond what recorders do."""
    rows = len(measured.time)
    should = (int(index.time[-1]) - int(index.time[0])) / index.interval + 1
    missing = 1.0 - rows / max(should, 1.0)
    day = (index.flags & int(Flag.NIGHT)) == 0
    limited = int(Flag.CLIPPED | Flag.CURTAILED | Flag.VOLTAGE_RISE)
    held = ((index.flags & int(Flag.STUCK)) != 0) & ((index.flags & limited) == 0)
    stuck = float(held[day].mean()) if day.any() else 0.0
    doubled = measured.duplicates / max(rows, 1)
    if missing > 0.02 or doubled > 0.001 or stuck > 0.02:
        yield Cause(
            "data_quality", 0.0, 0.9,
            evidence={"missing": missing, "duplicated": doubled, "stuck": stuck},
        )  # fmt: skip


def outage_and_snow(view: View, context: Context) -> Iterable[Cause]:
    """Tell days without output: of snow in the cold months, of an outage otherwise."""
    index = view.index
    silent = (index.flags & int(Flag.OUTAGE)) != 0
    bright = (index.clear > BRIGHT) & np.isfinite(index.power)
    days = (index.time + int(index.longitude * 240)) // 86400
    first = days - days[0]
    total = np.bincount(first, bright)
    quiet = np.bincount(first, bright & silent)
    is_quiet = (quiet >= 3) & (quiet >= 0.6 * np.maximum(total, 1))
    cold = np.asarray(context.climate.temp_air)[view.month] < COLD
    runs = _runs(is_quiet)
    length = np.zeros(len(is_quiet), dtype=np.int64)
    for a, b in runs:
        length[a:b] = b - a
    snowy = bool(context.climate.snow_months.any())
    is_snow = is_quiet & (np.bincount(first, cold) > 0) & (length <= SNOW_DAYS) & snowy
    off = (is_quiet & ~is_snow & (length >= 3))[first]
    snow = is_snow[first]
    lost = 0.6 * np.where(bright, view.expected - index.power, 0.0)
    yield from _outage(view, np.where(off, lost, 0.0), off)
    share = share_of(np.where(snow, lost, 0.0), view)
    if share >= SNOW_SHARE:
        yield Cause("snow", share, 0.85)


def _outage(view: View, lost: Floats, off: Mask) -> Iterable[Cause]:
    """Tell the outages of the last year, dated by the one that took most."""
    share = share_of(lost, view)
    index = view.index
    if share < OUTAGE_SHARE:
        return
    spans = [(a, b) for a, b in _runs(off | (index.clear <= BRIGHT)) if off[a:b].any()]
    recent = [(a, b) for a, b in spans if view.recent[b - 1]]
    a, b = max(recent or spans, key=lambda s: float(np.nansum(lost[s[0] : s[1]])))
    inside = np.flatnonzero(off[a:b]) + a
    last = float(index.time[inside[-1]])
    yield Cause(
        "outage", share, 0.9, since=day_of(float(index.time[inside[0]]), index.longitude),
        until=day_of(last, index.longitude), active=last > view.end - 3 * 86400,
    )  # fmt: skip


def _runs(mask: Mask) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
