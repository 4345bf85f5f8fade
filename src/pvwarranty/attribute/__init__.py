"""Causes of a channel's shortfall: which, since when, how much, how likely; and what shows it."""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from pvwarranty.attribute.context import Context, View, day_of, view_of
from pvwarranty.attribute.lasting import lasting
from pvwarranty.attribute.limits import limits
from pvwarranty.attribute.records import (
    clock_error,
    data_quality,
    metadata_error,
    outage_and_snow,
    sensor_drift,
)
from pvwarranty.attribute.shading import shading
from pvwarranty.attribute.soiling import soiling
from pvwarranty.estimate.evidence import Evidence
from pvwarranty.model import Cause, Estimate, Index, Measurements

__all__ = ["Context", "attribute"]

SILENT = 0.02
CERTAIN_STEP = 0.35


def attribute(
    index: Index,
    estimate: Estimate | None,
    evidence: Evidence | None,
    measured: Measurements,
    context: Context,
) -> tuple[Cause, ...]:
    """Return the causes found of one channel, the likeliest and largest first."""
    found = [
        *clock_error(index, context),
        *metadata_error(index, context),
        *data_quality(index, measured),
    ]
    if evidence is not None and estimate is not None and estimate.high < SILENT:
        found.append(Cause("module_failure", 1.0, 0.95, since=_last_output(index, context)))
    elif evidence is not None:
        found += _of_course(view_of(index, evidence, context.end), context, estimate)
    return tuple(sorted(found, key=lambda c: (-c.probability * (0.01 + c.share), c.cause)))


def _of_course(view: View, context: Context, estimate: Estimate | None) -> list[Cause]:
    """Return the causes that show in the course of a living channel."""
    held = list(limits(view, context))
    modules = list(lasting(view, context, _low_from_start(estimate)))
    # a shunt takes most at low light and a limit at high light: both look fixed in the sun's place
    confused = any(c.cause in ("pid", "voltage_rise", "curtailment") for c in (*held, *modules))
    shade = [
        c for c in shading(view, context)
        if not confused or c.cause != "shading_change" or c.evidence["sharpness"] > CERTAIN_STEP
    ]  # fmt: skip
    return [
        *sensor_drift(view), *held, *modules, *shade, *outage_and_snow(view, context),
        *soiling(view, context),
    ]  # fmt: skip


def _low_from_start(estimate: Estimate | None) -> float:
    """Return what was missing at the start, where the channel is likelier low than as new."""
    if estimate is None or len(estimate.parts) < 2:
        return 0.0
    relative = estimate.lines.get("relative")
    if relative is None or relative["value"] <= 0:
        return 0.0
    initial = estimate.value / relative["value"]
    return max(1.0 - initial, 0.0) if initial < 0.94 and math.isfinite(initial) else 0.0


def _last_output(index: Index, context: Context) -> date | None:
    alive = np.flatnonzero((index.clear > 0.25) & (index.power > 0.05 * index.p0 * index.clear))
    return None if len(alive) == 0 else day_of(float(index.time[alive[-1]]), index.longitude)
