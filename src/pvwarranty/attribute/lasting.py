"""Losses of the modules themselves: steps, gradual ageing, series resistance, shunts."""

from __future__ import annotations

import math
from collections.abc import Iterable

from pvwarranty.attribute.context import Context, View, day_of
from pvwarranty.estimate.evidence import irradiance_slope
from pvwarranty.estimate.levels import BIN
from pvwarranty.model import Cause

LEAST_LOSS = 0.02
# slope of the loss over irradiance as a share of the loss: about -1 for series resistance alone,
# -0.25 where a quarter of a loss is of series resistance, positive for a shunt
SERIES, SHUNT = -0.45, 0.25
NEAR_COAST = 7000.0  # [m]


def lasting(view: View, context: Context, low_from_start: float) -> Iterable[Cause]:
    """Tell abrupt failures and gradual losses of a channel's modules.

    `low_from_start` is what was missing when the record began (0 for a sound channel).
    """
    steps = [s for s in view.evidence.path.steps if s.size < 0]
    doubt = 0.5 if set(view.index.channel.arrays) & _turned(context) else 1.0
    bins = len(view.evidence.path.level)
    taken = 0.0
    for step in steps:
        before = max(float(view.evidence.path.level[max(step.at - 1, 0)]), 0.05)
        since = view.end - (bins - step.at) * BIN
        share = min(-step.size / before, 1.0)
        taken += math.log(max(1.0 - share, 0.01))
        yield Cause(
            "module_failure", share, doubt * (0.9 if step.t > 8 else 0.7),
            since=day_of(since, view.index.longitude), evidence={"size": step.size, "t": step.t},
        )  # fmt: skip
    yield from _gradual(view, context, taken, low_from_start)


def _turned(context: Context) -> set[str]:
    """Return the arrays whose planes had to be replaced: their course is less sure."""
    return {a for found in context.orientations for a in found.arrays}


def _gradual(view: View, context: Context, taken: float, low_from_start: float) -> Iterable[Cause]:
    change = view.evidence.change
    lost = low_from_start
    if change is not None:
        lost += 1.0 - math.exp(min(change.value - taken, 0.0))
    if lost < LEAST_LOSS:
        return
    slope, _ = irradiance_slope(view.evidence.levels, view.evidence.path, view.index.clear)
    evidence = {"slope": slope}
    if slope < SERIES * lost and lost > 0.05:
        near = context.coast is not None and context.coast < NEAR_COAST
        yield Cause("salt_corrosion", lost, 0.85 if near else 0.55, evidence=evidence)
    elif slope > SHUNT * lost and lost > 0.05:
        yield Cause("pid", lost, 0.8, evidence=evidence)
    else:
        yield Cause("degradation", lost, 0.9 if lost > 0.06 else 0.65, evidence=evidence)
