"""Causes in the record itself: clock, planes, sensor, data. They take no energy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pvwarranty.attribute.context import Context, View, day_of, logistic
from pvwarranty.model import Cause, Flag, Index, Measurements

EVEN_DRIFT = 0.045  # of a sensor against the clear sky (log) that is as likely as not
# shares of rows beyond which a recorder does not work as recorders do
MISSING, DOUBLED, STUCK = 0.02, 0.001, 0.02


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


def sensor_drift(view: View, doubt: float) -> Iterable[Cause]:
    """Say that the sensor of irradiance moved against the clear sky.

    `doubt` (log) is what else may set a channel's changes against the two apart: a loss that
    depends on irradiance, a limit at noon.
    """
    drift = view.evidence.drift
    if drift is None:
        return
    likely = logistic(6.0 * np.log(max(abs(drift), 1e-6) / (EVEN_DRIFT + doubt)))
    if view.evidence.sensor:  # it was still good enough to be trusted
        likely *= 0.5
    if likely > 0.02:
        yield Cause("sensor_drift", 0.0, likely, evidence={"drift": round(drift, 4)})


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares of rows that are missing, doubled, or frozen at a value."""

    missing: float
    doubled: float
    stuck: float


def faults(index: Index, measured: Measurements) -> Faults:
    """Return what is wrong with the rows of a channel's record."""
    rows = len(measured.time)
    should = (int(index.time[-1]) - int(index.time[0])) / index.interval + 1
    day = (index.flags & int(Flag.NIGHT)) == 0
    limited = int(Flag.CLIPPED | Flag.CURTAILED | Flag.VOLTAGE_RISE)
    held = ((index.flags & int(Flag.STUCK)) != 0) & ((index.flags & limited) == 0)
    return Faults(
        max(1.0 - rows / max(should, 1.0), 0.0),
        measured.duplicates / max(rows, 1),
        float(held[day].mean()) if day.any() else 0.0,
    )


def data_quality(found: Faults) -> Iterable[Cause]:
    """Say that rows are missing, doubled or stuck beyond what recorders do."""
    worst = max(found.missing / MISSING, found.doubled / DOUBLED, found.stuck / STUCK)
    likely = logistic(4.0 * np.log(max(worst, 1e-6)))
    if likely > 0.02:
        yield Cause(
            "data_quality", 0.0, likely,
            evidence={"missing": found.missing, "duplicated": found.doubled, "stuck": found.stuck},
        )  # fmt: skip
