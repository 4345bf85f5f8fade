"""Looking at a site before judging it: its clock, its planes, its channels against expectation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from pvwarranty import clock, orientation
from pvwarranty.clock import Clock
from pvwarranty.estimate import Fresh, Subject, end_of
from pvwarranty.estimate.fuse import N_TYPE, OTHER
from pvwarranty.estimate.levels import course
from pvwarranty.model import Index, Measurements, Site
from pvwarranty.normalise import Sky, look_at_sky, normalise
from pvwarranty.orientation import Orientation
from pvwarranty.products import Module
from pvwarranty.quality import flag, usable

N_TYPE_CELL = 0.57  # voltage at maximum power of a cell [V] that only n-type cells reach
SUSPECT_LAG = 900.0  # lag of a good clock [s] from which the planes are looked at


@dataclass(frozen=True, slots=True)
class Examined:
    """A site with what was found wrong and put right.

    site, measured : as used, planes and clock corrected where that was certain
    indexes : of every channel, flagged
    """

    site: Site
    measured: Measurements
    sky: Sky
    indexes: tuple[Index, ...]
    clock: Clock
    orientations: tuple[Orientation, ...]
    warnings: tuple[str, ...]

    def subjects(self) -> tuple[Subject, ...]:
        """Return the channels as the estimate takes them."""
        age = age_at(self.site.facts, self.measured)
        return tuple(
            Subject(i, fresh_of([self.sky.modules[a] for a in i.channel.arrays]), age)
            for i in self.indexes
        )


def examine(site: Site, measured: Measurements, on: date) -> Examined:
    """Return the site examined; clock and planes are corrected only where the data are certain."""
    sky = look_at_sky(measured, site)
    indexes = _indexes(measured, site, sky)
    found = clock.examine(tuple(i for i in indexes if not i.channel.instantaneous) or indexes)
    if found.shifts:
        measured = clock.correct(measured, found)
        sky = look_at_sky(measured, site)
        indexes = _indexes(measured, site, sky)
    turned = _orientations(indexes, site, sky, found, on)
    for each in turned:
        site = orientation.with_orientation(site, each)
    if turned:
        sky = look_at_sky(measured, site)
        indexes = _indexes(measured, site, sky)
    warnings = _warnings(site, sky, found, turned)
    return Examined(site, measured, sky, indexes, found, turned, warnings)


def _indexes(measured: Measurements, site: Site, sky: Sky) -> tuple[Index, ...]:
    skies = {False: sky}
    if any(c.instantaneous for c in site.channels):
        skies[True] = look_at_sky(measured, site, instantaneous=True)
    return tuple(
        flag(normalise(measured, c, site, skies[c.instantaneous]), measured, site)
        for c in site.channels
    )


def _orientations(
    indexes: tuple[Index, ...], site: Site, sky: Sky, found: Clock, on: date
) -> tuple[Orientation, ...]:
    """Return the wrong planes, looked for on one channel of each set of arrays."""
    first: dict[tuple[str, ...], Index] = {}
    for index in indexes:
        first.setdefault(index.channel.arrays, index)
    turned = []
    for index in first.values():
        levels = course(index, index.clear, usable(index), end_of(on, site.longitude))
        if levels is not None:
            turned.append(orientation.examine(index, levels, site, sky.modules))
    return tuple(t for t in turned if t is not None)


def age_at(facts: dict[str, Any], measured: Measurements) -> float | None:
    """Return the age of the modules when the record starts [years], None where not known."""
    completion = facts.get("completion_date")
    if not isinstance(completion, date):
        return None
    start: date = measured.time[0].astype("datetime64[D]").astype(object)
    return max((start - completion).days / 365.2425, 0.0)


def fresh_of(modules: list[Module]) -> Fresh:
    """Return what these modules give new: n-type cells are told by their voltage."""
    per_cell = [m.v_mp / m.cells for m in modules if m.v_mp and m.cells]
    return N_TYPE if per_cell and min(per_cell) > N_TYPE_CELL else OTHER


def _warnings(
    site: Site, sky: Sky, found: Clock, turned: tuple[Orientation, ...]
) -> tuple[str, ...]:
    texts = [w for m in sky.modules.values() for w in m.warnings]
    for each in turned:
        arrays = [a for a in site.arrays if a.id in each.arrays]
        planes = ", ".join(
            f"{a.id}: tilt {a.surface_tilt:.0f}, azimuth {a.surface_azimuth:.0f}" for a in arrays
        )
        texts.append(
            f"the planes of the site file do not fit the measurements (spread "
            f"{each.misfit_given:.1%}); used instead ({each.misfit:.1%}): {planes}"
        )
    for shift in found.shifts[:3]:
        since = np.datetime64(shift.since, "s").astype("datetime64[D]")
        texts.append(
            f"the clock of the record was {shift.seconds / 60:+.0f} min off from {since}: corrected"
        )
    if len(found.shifts) > 3:
        texts.append(f"and {len(found.shifts) - 3} further stretches of a wrong clock: corrected")
    if abs(found.offset) > SUSPECT_LAG and not turned:
        texts.append(
            f"the day lies {found.offset / 60:+.0f} min off the sun: shading, planes or clock"
        )
    return tuple(dict.fromkeys(texts))


def years_old(completion: date | None, on: date) -> float:
    """Return the age of an installation on a day [years], NaN where not known."""
    return math.nan if completion is None else (on - completion).days / 365.2425
