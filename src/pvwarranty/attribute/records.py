"""Causes in the record itself: clock, planes, sensor, data. They take no energy.

What each cause holds in `evidence`, for figures and for people who doubt (shares of energy as
0-1, levels over what the channel should give, times in local solar days):

==================  ===============================================================================
all                 ``alone``: the share before shares were made to add up
shading_change      ``kind`` (built, tree), ``map``: {before, after}, rows of declination from the
                    summer to the winter solstice by slots of true solar time, level over clear sky,
                    null where the sun never stood; ``azimuth``, ``elevation``, ``left``: the shaded
                    positions and what is left there; ``mass``, ``reference``, ``share_while_there``
static_shading      the same with ``kind`` static and ``map``: {always}
degradation,        ``course``: the level each half year, oldest first; ``by_irradiance``:
salt_corrosion,     {expected, change}: how the level changed (log) at each tenth of clear power;
pid                 ``slope``, ``u_slope``, ``dim_hours``, ``voltage_change``, ``power_change``
module_failure      ``levels``: 16 fortnights about the step; ``daily``: {from_step [d], level};
                    ``volts``: {from_step [d], median [V]}; ``beside``, ``t``, ``sharp``; or
                    ``kind`` dead
soiling             ``course``, ``returned``, ``clean_again``, ``dips_a_year``; of a film that never
                    came off (``kind`` film) what gradual losses hold
snow                ``by_month``: share of what snow took; ``spans``: {since, hours} of the last
                    year; ``usual_share``, ``days``, ``years``, ``snow_months``
outage              ``kind`` (block, trips, dead), ``hours`` or ``hours_a_year``, ``spans``
curtailment,        ``profile``: {day, hour, given, expected} of the day held most, over the
clipping            record's top; ``caps``, ``crowd``, ``days``, ``told``; ``hours``
voltage_rise        ``profile``; ``by_weekday``: noon beside its shoulders, Monday first;
                    ``onset_z``, ``weekend_z``, ``voltage_z``, ``told``
inverter_derating   ``profile``; ``by_month``: noons of clear days over expected; ``reached_hot``,
                    ``reached_mild``, ``days``
clock_error         ``lag`` [min] of each fortnight, oldest first; ``kind``, ``seconds``
sensor_drift        ``kind`` (drift, calibration), ``course``: sensor over clear sky (log) each half
                    year; ``drift``, ``offset``
metadata_error      ``turn``, ``tilt`` [°], ``misfit``, ``misfit_given``
data_quality        ``missing``, ``duplicated``, ``stuck``: shares of rows
==================  ===============================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pvwarranty.attribute.context import Context, View, day_of, logistic
from pvwarranty.estimate.levels import FORTNIGHTS
from pvwarranty.model import Cause, Flag, Floats, Index, Measurements
from pvwarranty_kernels.cells import group_medians, group_order

# of a sensor against the clear sky (log) that is as likely as not: its move since the start, and
# what it was off from the start (turbidity's climatology errs by some 4 %)
EVEN_DRIFT, EVEN_OFFSET = 0.045, 0.09
SKY, LEAST_CLEAR = 0.06, 30  # how near to its course a channel is under a clear sky; intervals
HALVES = 2  # a year
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
        evidence={
            "kind": shifts[0].kind, "seconds": shifts[0].seconds, "stretches": len(shifts),
            "lag": [round(float(v) / 60.0) if v == v else None for v in context.clock.lag],
        },
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
    """Say that the sensor of irradiance moved against the clear sky, or was off from the start.

    `doubt` (log) is what else may set a channel's changes against the two apart: a loss that
    depends on irradiance, a limit at noon.
    """
    drift = view.evidence.drift
    course = _sensor_course(view)
    if drift is None or course is None:
        return
    likely = logistic(6.0 * np.log(max(abs(drift), 1e-6) / (EVEN_DRIFT + doubt)))
    if view.evidence.sensor:  # it was still good enough to be trusted
        likely *= 0.5
    offset = float(np.median(course[: 2 * HALVES][np.isfinite(course[: 2 * HALVES])]))
    off = logistic(6.0 * np.log(max(abs(offset), 1e-6) / EVEN_OFFSET))
    if max(likely, off) > 0.02:
        yield Cause(
            "sensor_drift", 0.0, max(likely, off),
            evidence={
                "kind": "drift" if likely >= off else "calibration",
                "drift": round(drift, 4), "offset": round(offset, 4),
                "course": [round(float(v), 4) if v == v else None for v in course],
            },
        )  # fmt: skip


def _sensor_course(view: View) -> Floats | None:
    """Return the sensor over the clear sky (log) by half years, oldest first, on clear intervals.

    None without a sensor, or where nothing is known of its first two years.
    """
    index, levels = view.index, view.evidence.levels
    if index.sensed is None:
        return None
    use = levels.clear & (np.abs(levels.relative / view.course - 1.0) < SKY) & (index.clear > 0.4)
    use &= np.isfinite(index.sensed) & (index.sensed > 0.0)
    halves = len(view.evidence.path.level) // (FORTNIGHTS // HALVES) + 1
    half = halves - 1 - levels.bin // (FORTNIGHTS // HALVES)
    off = np.log(index.sensed[use] / index.clear[use])
    order = group_order(half[use], np.ones(len(off), dtype=np.bool_), halves)
    out = group_medians(off, *order, LEAST_CLEAR)
    return out if np.isfinite(out[: 2 * HALVES]).any() else None


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
    limited = int(Flag.CLIPPED | Flag.CURTAILED | Flag.VOLTAGE_RISE)
    said = index.flags & (int(Flag.STUCK | Flag.NIGHT) | limited)
    by_day = int(np.count_nonzero((said & int(Flag.NIGHT)) == 0))
    frozen = int(np.count_nonzero(said == int(Flag.STUCK)))
    return Faults(
        max(1.0 - rows / max(should, 1.0), 0.0),
        measured.duplicates / max(rows, 1),
        frozen / max(by_day, 1),
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
