"""What power conditioners held back: caps, ratings, grid voltage and heat, for all behind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pvwarranty.attribute.context import LIKELY, Context, View
from pvwarranty.attribute.heat import derating
from pvwarranty.attribute.limits import clipping, curtailment, find_caps
from pvwarranty.attribute.output import Output, output_of
from pvwarranty.attribute.suppression import during, held_back, shown
from pvwarranty.attribute.voltage import voltage_rise
from pvwarranty.attribute.when import Mask
from pvwarranty.model import Cause, Flag, Measurements


@dataclass(frozen=True, slots=True)
class Limited:
    """What a power conditioner held back.

    caps : (n,) intervals at a cap; noons : (n,) that heat or voltage may hold back
    marks : (n,) by flag, those that were held back
    """

    caps: Mask
    noons: Mask
    causes: tuple[Cause, ...]
    marks: Mapping[Flag, Mask] = field(default_factory=dict)


def limits_of(
    views: Mapping[str, View], measured: Measurements, context: Context
) -> dict[str, Limited]:
    """Return for each channel what its power conditioner held back."""
    groups: dict[str, list[View]] = {}
    for name, view in views.items():
        groups.setdefault(view.index.channel.inverter or name, []).append(view)
    limited: dict[str, Limited] = {}
    for group in groups.values():
        output = output_of(group, measured)
        found = _held_back(output, measured, context)
        limited |= {view.name: found for view in group}
    return limited


def _held_back(output: Output, measured: Measurements, context: Context) -> Limited:
    caps = find_caps(output)
    causes = [*curtailment(output, caps), *clipping(output)]
    held = caps.held
    curtailed = chance(causes, "curtailment")
    if curtailed > LIKELY:  # what else such a day shows may be the same cap
        held = held | np.isin(output.day, np.unique(output.day[caps.held]))
    rise = [
        replace(c, probability=c.probability * (1.0 - 0.5 * curtailed))
        for c in voltage_rise(output, held, measured, context)
    ]
    # heat and voltage both take from noon: what the one explains the other need not
    heat = [
        replace(c, probability=c.probability * (1.0 - 0.8 * chance(rise, "voltage_rise")))
        for c in derating(output, held, context)
    ]
    noons = np.zeros(len(held), dtype=bool)
    marks = {Flag.CURTAILED: caps.held & (curtailed > LIKELY)}
    for flag, found in ((Flag.VOLTAGE_RISE, rise), (Flag.DERATED, heat)):
        marks[flag] = np.zeros(len(held), dtype=bool)
        for cause in found:
            if cause.probability > LIKELY:
                there = during(output, cause, context)
                noons |= there
                marks[flag] |= held_back(output, cause, there)
        causes += [shown(c, output, marks[flag]) for c in found]
    return Limited(held, noons, tuple(causes), marks)


def chance(causes: Sequence[Cause], name: str) -> float:
    """Return the probability of the likeliest cause of a name, 0 for none."""
    return max((c.probability for c in causes if c.cause == name), default=0.0)
