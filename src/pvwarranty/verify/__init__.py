"""The path for one site: read it, look at it, estimate, attribute, decide.

`verify` is a function of its arguments: the same site, measurements, day, seed and terms give the
same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pvwarranty import __version__
from pvwarranty.attribute import Attribution, Context, Found, attribute_site
from pvwarranty.clock import Clock
from pvwarranty.errors import DataError, Problem
from pvwarranty.estimate import (
    MOST_NEIGHBOURS,
    RADIUS,
    Region,
    SiteIndices,
    days_of_site,
    end_of,
    estimate_outputs,
    refined_outputs,
    regional_reference,
    unpacked,
)
from pvwarranty.ivcurve import IVCurve
from pvwarranty.model import Cause, Flag, Index, Measurements, Site
from pvwarranty.place import climate, coast_distance
from pvwarranty.quality import usable
from pvwarranty.terms import Library, packaged_library
from pvwarranty.verify.batteries import judge_battery
from pvwarranty.verify.channels import Findings, judge_channel
from pvwarranty.verify.examine import Examined, examine
from pvwarranty.verify.learning import learnt
from pvwarranty.verify.measured_curves import channel_powers
from pvwarranty.verify.result import (
    ChannelQuality,
    ClockState,
    Result,
    Verdict,
    as_dict,
    as_json,
)

__all__ = [
    "MOST_NEIGHBOURS",
    "RADIUS",
    "Region",
    "Result",
    "SiteIndices",
    "Verdict",
    "as_dict",
    "as_json",
    "indices",
    "regional_reference",
    "unpacked",
    "verify",
]

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)  # as of dates among the facts


def verify(
    site: Site,
    measured: Measurements,
    on: date,
    *,
    curves: Sequence[IVCurve] = (),
    seed: int = 0,
    library: Library | None = None,
    region: Region | None = None,
) -> Result:
    """Return the verdicts on every channel and battery of a site on a day.

    Measurements after `on` are not used. `curves` are I-V curves of its modules, the stronger
    evidence where there are any. `library` holds the terms, by default those shipped. `region`
    is the sky that its neighbours saw, where there are any (`indices`, `regional_reference`).

    Raises
    ------
    DataError
        For a module that is not known, and for a day before the record or out of range.
    FactError
        For facts of the site that are outside the vocabulary or contradict each other.
    """
    library = library or packaged_library()
    measured = _until(measured, site, on)
    verdicts: list[Verdict] = []
    examined, quality = None, {}
    if site.channels:
        examined = examine(site, measured, on)
        subjects = examined.subjects()
        found = estimate_outputs(subjects, on, region)
        told = _causes(examined, found, on)
        found = refined_outputs(subjects, found, learnt(told), on, region)
        verdicts += _channels(examined, found, told.causes, (curves, on, library))
        quality = {i.channel.id: _quality(i, told.flags[i.channel.id]) for i in examined.indexes}
    verdicts += [judge_battery(b, site, measured, on, seed, library) for b in site.batteries]
    return Result(
        site=site.id,
        on=on,
        version=__version__,
        seed=seed,
        terms=_terms(verdicts, site, library),
        verdicts=tuple(verdicts),
        channels=quality,
        clock=_clock(examined, on, site),
        warnings=examined.warnings if examined else (),
        provenance=_provenance(site, measured, region),
    )


def indices(site: Site, measured: Measurements, on: date) -> SiteIndices | None:
    """Return what neighbours need of a site, None where its record shows too little.

    Raises DataError for a module that is not known.
    """
    measured = _until(measured, site, on)
    if not site.channels or not len(measured.time):
        return None
    return days_of_site(site, examine(site, measured, on).subjects(), on)


def _provenance(site: Site, measured: Measurements, region: Region | None) -> dict[str, Any]:
    told = {"measurements": {"sha256": measured.sha256}, "site": {"sha256": site.sha256}}
    if region is None:
        return told
    return told | {"region": {"sha256": region.sha256, "neighbours": region.neighbours}}


def _causes(examined: Examined, found: Mapping[str, Found], on: date) -> Attribution:
    site = examined.site
    context = Context(
        end_of(on, site.longitude), examined.clock, examined.orientations,
        climate(site.latitude, site.longitude, site.altitude),
        coast_distance(site.latitude, site.longitude), site.timezone,
    )  # fmt: skip
    return attribute_site(examined.indexes, found, examined.measured, context)


def _channels(
    examined: Examined,
    found: Mapping[str, Found],
    causes: Mapping[str, tuple[Cause, ...]],
    asked: tuple[Sequence[IVCurve], date, Library],
) -> list[Verdict]:
    curves, on, library = asked
    verdicts = []
    for index in examined.indexes:
        pair = found[index.channel.id]
        module = examined.sky.modules[index.channel.arrays[0]]
        powers = channel_powers(curves, index, module, on)
        findings = Findings(*pair, causes[index.channel.id], powers, module)
        verdicts.append(judge_channel(index, findings, examined.site, on, library))
    return verdicts


def _until(measured: Measurements, site: Site, on: date) -> Measurements:
    """Return the measurements up to the end of the day judged, local solar time."""
    if not FIRST_DAY <= on <= LAST_DAY:
        raise DataError(Problem("on", f"{on} is not within {FIRST_DAY} and {LAST_DAY}"))
    end = np.datetime64(end_of(on, site.longitude), "s")
    keep = measured.time < end
    if keep.all():
        return measured
    if not keep.any():
        what = f"begin at {measured.time[0]}Z, after the day judged, {on}"
        raise DataError(Problem("measurements", what))
    return Measurements(
        time=measured.time[keep],
        columns={name: values[keep] for name, values in measured.columns.items()},
        interval=measured.interval,
        duplicates=measured.duplicates,
        duplicated=None if measured.duplicated is None else measured.duplicated[keep],
        sha256=measured.sha256,
    )


def _terms(verdicts: list[Verdict], site: Site, library: Library) -> tuple[Mapping[str, str], ...]:
    makers = {a.maker for a in site.arrays} | {b.maker for b in site.batteries}
    used = {v.coverage for v in verdicts}
    return tuple(
        {"id": terms.id, "sha256": terms.sha256}
        for maker in sorted(makers & set(library.editions))
        for terms in library.editions[maker]
        if any(b.coverage in used for b in terms.blocks)
    )


def _quality(index: Index, flags: NDArray[np.int64]) -> ChannelQuality:
    """Return what a channel's record is worth: what the estimate used, and the final flags."""
    day = (flags & int(Flag.NIGHT)) == 0
    days = max(int(day.sum()), 1)
    shares = {}
    for flag in Flag:
        if flag in (Flag.GOOD, Flag.NIGHT):
            continue
        share = float(((flags & int(flag)) != 0)[day].sum()) / days
        if share > 0:
            shares[str(flag.name).lower()] = share
    return ChannelQuality(len(index.time), float(usable(index)[day].sum()) / days, shares)


def _clock(examined: Examined | None, on: date, site: Site) -> ClockState:
    if examined is None or not examined.clock.shifts:
        return ClockState(0.0, None)
    clock: Clock = examined.clock
    now = end_of(on, site.longitude) - 86400
    shift = next((s.seconds for s in clock.shifts if s.since <= now < s.until), 0.0)
    since = np.datetime64(min(s.since for s in clock.shifts), "s")
    return ClockState(shift, since.astype("datetime64[D]").astype(object))
