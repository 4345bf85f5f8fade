"""Looking at a site before judging it: its clock, its planes, its channels against expectation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pvwarranty import clock, orientation
from pvwarranty.clock import Clock
from pvwarranty.estimate import Fresh, Subject, end_of
from pvwarranty.estimate.fuse import N_TYPE, OTHER
from pvwarranty.estimate.levels import course
from pvwarranty.model import Index, Measurements, Site, Text
from pvwarranty.normalise import Sky, look_at_sky, normalise
from pvwarranty.orientation import Orientation
from pvwarranty.products import Module, is_n_type
from pvwarranty.quality import flag, usable
from pvwarranty.quality.units import Jump, corrected, find_jumps
from pvwarranty.verify.warnings import jumps_told, warnings_of


@dataclass(frozen=True, slots=True)
class Examined:
    """A site with what was found wrong and put right.

    site, measured : as used, planes, clock and units corrected where that was certain
    indexes : of every channel, flagged; jumps : stretches in another unit
    """

    site: Site
    measured: Measurements
    sky: Sky
    indexes: tuple[Index, ...]
    clock: Clock
    orientations: tuple[Orientation, ...]
    jumps: tuple[Jump, ...]
    warnings: tuple[Text, ...]

    def subjects(self) -> tuple[Subject, ...]:
        """Return the channels as the estimate takes them."""
        age = age_at(self.site.facts, self.measured)
        return tuple(
            Subject(i, fresh_of([self.sky.modules[a] for a in i.channel.arrays]), age)
            for i in self.indexes
        )


def examine(site: Site, measured: Measurements, on: date) -> Examined:
    """Return the site examined; what is wrong is corrected only where the data are certain."""
    sky = look_at_sky(measured, site)
    jumps = find_jumps([normalise(measured, c, site, sky) for c in site.channels], measured, site)
    measured = corrected(measured, jumps)
    indexes = _indexes(measured, site, sky, jumps)
    found = clock.examine(tuple(i for i in indexes if not i.channel.instantaneous) or indexes)
    if found.shifts:
        measured = clock.correct(measured, found)
        sky = look_at_sky(measured, site)
        indexes = _indexes(measured, site, sky, jumps)
    turned = _orientations(indexes, site, sky, found, on)
    for each in turned:
        site = orientation.with_orientation(site, each)
    if turned:
        sky = look_at_sky(measured, site)
        indexes = _indexes(measured, site, sky, jumps)
    warnings = (*warnings_of(site, sky, found, turned), *jumps_told(jumps))
    return Examined(site, measured, sky, indexes, found, turned, jumps, warnings)


def _indexes(
    measured: Measurements, site: Site, sky: Sky, jumps: tuple[Jump, ...]
) -> tuple[Index, ...]:
    skies = {False: sky}
    if any(c.instantaneous for c in site.channels):
        skies[True] = look_at_sky(measured, site, instantaneous=True)
    return tuple(
        flag(normalise(measured, c, site, skies[c.instantaneous]), measured, site, jumps)
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
    """Return what these modules give new."""
    return N_TYPE if all(is_n_type(m) for m in modules) else OTHER
