"""Causes of a channel's shortfall: which, since when, how much, how likely; and what shows it.

The channels of a site are looked at together: a power conditioner holds back all that is behind
it, an object shades several channels from one day on, and what one channel alone shows is not the
sky. What a limit holds back is left out before shade is looked for.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from pvwarranty.attribute.calibration import calibrated
from pvwarranty.attribute.context import LIKELY, Context, View, date_of, view_of
from pvwarranty.attribute.lasting import Start, agreeing, lasting
from pvwarranty.attribute.limited import Limited, chance, limits_of
from pvwarranty.attribute.marks import marked, off_clock, shaded, snowed, unstable
from pvwarranty.attribute.outages import Gaps, gaps, outages, snow
from pvwarranty.attribute.records import (
    Faults,
    clock_error,
    data_quality,
    faults,
    metadata_error,
    sensor_drift,
)
from pvwarranty.attribute.settling import settled
from pvwarranty.attribute.shade import grown
from pvwarranty.attribute.shading import (
    Left,
    Shading,
    date_together,
    look_for_shade,
    shading_causes,
)
from pvwarranty.attribute.shares import added_up, shortfall
from pvwarranty.attribute.soiling import soiling
from pvwarranty.attribute.when import Ints, Mask, when_of
from pvwarranty.estimate.evidence import Evidence
from pvwarranty.model import Cause, Estimate, Flag, Index, Measurements

__all__ = ["Attribution", "Context", "Found", "attribute_site", "shortfall"]

Found = tuple[Estimate | None, Evidence | None]

SILENT = 0.02
SKY = 0.09  # most that an object takes of the light of the sky


@dataclass(frozen=True, slots=True)
class Attribution:
    """What was found of the channels of a site, by their ids.

    causes : the likeliest and largest first
    flags : (n,) those of the quality checks with what the causes explain
    """

    causes: Mapping[str, tuple[Cause, ...]]
    flags: Mapping[str, Ints]


def attribute_site(
    indexes: Sequence[Index],
    found: Mapping[str, Found],
    measured: Measurements,
    context: Context,
) -> Attribution:
    """Return the causes of every channel of a site, and the flags of what they explain.

    Parameters
    ----------
    indexes : the channels, flagged.
    found : estimate and evidence of each by its id; without evidence only the record is judged.
    measured : the measurements, clock corrected.
    context : findings of the whole site.
    """
    when = when_of(indexes[0], context.end)
    views = {
        i.channel.id: view_of(i, evidence, when)
        for i in indexes
        if (evidence := found[i.channel.id][1]) is not None
    }
    limited = limits_of(views, measured, context)
    alive = {k: v for k, v in views.items() if not _is_dead(found[k][0])}
    home = _Home(measured, context)
    quiet = {k: gaps(v, limited[k].caps, measured, context) for k, v in alive.items()}
    broken = {i.channel.id: faults(i, measured) for i in indexes}
    own = agreeing({
        k: _of_course(
            view, [v for v in alive.values() if v is not view],
            _Own(limited[k], quiet[k], _low_from_start(found[k][0]), broken[k]), home,
        )
        for k, view in alive.items()
    })  # fmt: skip
    uneven = {k for k, causes in own.items() if _uneven(causes)}
    shades = _shades(alive, limited, uneven, context)
    causes, flags = {}, {}
    for index in indexes:
        name = index.channel.id
        every, seen = _of_record(index, found[name][0], broken[name], context), shades.get(name)
        if name in alive:
            every += [*limited[name].causes, *_beside_shade(own[name], alive[name], seen)]
            every = _one_soiling([
                *every, *soiling(alive[name], _left_out(limited[name], seen), context)
            ])  # fmt: skip
        causes[name] = settled(added_up(_reconciled(every)), alive.get(name), seen, context)
        flags[name] = index.flags
        if name in alive:
            flags[name] = _marks(alive[name], limited[name], (quiet[name], seen), causes[name])
        flags[name] = flags[name] | int(Flag.CLOCK) * off_clock(index, context.clock)
    return Attribution(causes, flags)


def _marks(
    view: View, limited: Limited, found: tuple[Gaps, Shading | None], causes: Sequence[Cause]
) -> Ints:
    quiet, seen = found
    return marked(view, quiet, {
        **limited.marks, Flag.SNOW: snowed(view, quiet, causes),
        Flag.SHADED: shaded(view, seen, causes), Flag.UNSTABLE: unstable(view),
    })  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Home:
    """What the channels of a site have in common."""

    measured: Measurements
    context: Context


@dataclass(frozen=True, slots=True)
class _Own:
    """What else is known of a channel when its modules are judged.

    low : what was missing when the record began
    """

    limited: Limited
    quiet: Gaps
    low: float
    faults: Faults


def _shades(
    views: Mapping[str, View],
    limited: Mapping[str, Limited],
    uneven: Collection[str],
    context: Context,
) -> dict[str, Shading]:
    """Return the shades of all channels, dated together."""
    snowy = np.asarray(context.climate.snow_months)
    looked = {
        k: look_for_shade(v, Left(limited[k].caps, limited[k].noons, snowy, k in uneven))
        for k, v in views.items()
    }
    seen = {k: s for k, s in looked.items() if s is not None}
    return date_together([views[k] for k in seen], seen) if seen else {}


def _of_record(
    index: Index, estimate: Estimate | None, broken: Faults, context: Context
) -> list[Cause]:
    """Return what the record itself shows, and a channel that gives nothing."""
    causes = [
        *clock_error(index, context), *metadata_error(index, context),
        *data_quality(broken),
    ]  # fmt: skip
    if _is_dead(estimate):
        # one module alone is dead; behind a string something is open or switched off
        name = "module_failure" if index.channel.kind == "module" else "outage"
        causes.append(Cause(name, 1.0, 0.95, since=_last_output(index), evidence={"kind": "dead"}))
    return causes


def _of_course(view: View, others: Sequence[View], own: _Own, home: _Home) -> list[Cause]:
    """Return the causes that show in the course of a living channel, shade apart."""
    measured, context = home.measured, home.context
    start = Start(own.low, own.quiet.dim, bool(own.limited.noons.any()))
    modules = list(lasting(view, others, measured, context, start))
    stuck = own.faults.stuck > 0.005
    dark = chance(modules, "pid")
    # a shunt leaves nothing of dim light: neither an outage nor snow
    out = [
        replace(c, probability=c.probability * (1.0 - 0.7 * dark))
        for c in (*outages(view, own.quiet, stuck), *snow(view, own.quiet, context))
    ]
    return [
        *sensor_drift(view, _doubt(modules, own.limited.causes)), *modules, *out,
    ]  # fmt: skip


def _uneven(causes: Sequence[Cause]) -> bool:
    return max(chance(causes, "pid"), chance(causes, "salt_corrosion")) > LIKELY


def _beside_shade(own: list[Cause], view: View, shading: Shading | None) -> list[Cause]:
    """Return a channel's causes with its shades.

    An object takes light of the sky at all hours too: a small step on the day it was built is its.
    """
    if shading is None:
        return own
    shades = list(shading_causes(view, shading))
    built = [c for c in shades if c.cause == "shading_change" and c.probability > LIKELY]
    if not built or built[0].since is None:
        return own + shades
    day = built[0].since
    kept = [
        replace(c, probability=0.2 * c.probability)
        if c.cause == "module_failure" and c.since is not None and c.share < SKY
        and abs((c.since - day).days) <= 20
        else c
        for c in own
    ]  # fmt: skip
    return kept + shades


def _left_out(limited: Limited, shading: Shading | None) -> Mask:
    """Return the intervals (n,) that say nothing of dirt: held back, or shaded at some time."""
    out = limited.caps | limited.noons
    for shade in () if shading is None else (shading.new, shading.static):
        if shading is not None and shade is not None:
            out = out | grown(shade.cells).ravel()[shading.sun.cell]
    return out


def _doubt(modules: Sequence[Cause], shared: Sequence[Cause]) -> float:
    """Return what may set a channel apart from the sensor that is not the sensor's (log)."""
    uneven = [c for c in modules if c.cause in ("salt_corrosion", "pid")]
    at_noon = max(chance(shared, "voltage_rise"), chance(shared, "inverter_derating")) > LIKELY
    lost = sum(c.share for c in modules if c.probability > LIKELY)
    return sum(0.8 * c.share * c.probability for c in uneven) + 0.03 * at_noon + 0.05 * lost


def _one_soiling(causes: Sequence[Cause]) -> list[Cause]:
    """Return the causes with one of dirt: what came off, or a film that may be."""
    dirt = [c for c in causes if c.cause == "soiling"]
    best = max(dirt, key=lambda c: c.probability, default=None)
    return [c for c in causes if c.cause != "soiling" or c is best]


def _is_dead(estimate: Estimate | None) -> bool:
    return estimate is not None and estimate.high < SILENT


def _low_from_start(estimate: Estimate | None) -> float:
    """Return what was missing at the start, where the channel is likelier low than as new."""
    if estimate is None or len(estimate.parts) < 2:
        return 0.0
    relative = estimate.lines.get("relative")
    if relative is None or relative["value"] <= 0:
        return 0.0
    initial = estimate.value / relative["value"]
    return max(1.0 - initial, 0.0) if initial < 0.94 and math.isfinite(initial) else 0.0


def _last_output(index: Index) -> date | None:
    alive = np.flatnonzero((index.clear > 0.25) & (index.power > 0.05 * index.p0 * index.clear))
    if len(alive) == 0:
        return None
    return date_of((int(index.time[alive[-1]]) + int(index.longitude * 240)) // 86400)


def _reconciled(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """Return the causes that are worth a word, the likeliest and largest first."""
    kept = [c for c in map(calibrated, causes) if c.probability >= 0.05]
    return tuple(sorted(kept, key=lambda c: (-c.probability * (0.01 + c.share), c.cause)))
