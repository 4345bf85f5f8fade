"""From normalised series to the output ratio on the day judged, with an honest interval."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import numpy as np

from pvwarranty.estimate import fuse
from pvwarranty.estimate.evidence import Evidence, gather
from pvwarranty.estimate.film import Losing, films
from pvwarranty.estimate.fuse import Fresh, interval, p_below
from pvwarranty.estimate.modules import ModulesBelow, modules_below
from pvwarranty.estimate.region import Region, SiteIndices, unpacked
from pvwarranty.estimate.regional import (
    MOST_NEIGHBOURS,
    RADIUS,
    regional_reference,
    site_indices,
)
from pvwarranty.estimate.subject import Learnt, Subject
from pvwarranty.model import Estimate, Flag, Index, Part, Site
from pvwarranty.quality import usable

__all__ = [
    "LEVEL", "MOST_NEIGHBOURS", "RADIUS", "Estimate", "Evidence", "Found", "Fresh", "Learnt",
    "ModulesBelow", "Region", "SiteIndices", "Subject", "days_of_site", "estimate_outputs",
    "gather", "interval", "modules_below", "p_below", "refined_outputs", "regional_reference",
    "unpacked",
]  # fmt: skip

LEVEL = 0.95
SILENT_DAYS = 21
MOST_CHANNELS = 3  # of a roof say all that its neighbours need
HELD = 0.01  # share of a channel's clear intervals that is worth judging it without
LEFT, LEAST_LEFT = 0.25, 100  # what must be left of the clear intervals of the last year

Found = tuple[Estimate | None, Evidence | None]


def days_of_site(site: Site, subjects: Sequence[Subject], on: date) -> SiteIndices | None:
    """Return what neighbours need of a site, None where its record shows too little."""
    end = end_of(on, site.longitude)
    found = [(s, gather(s.index, usable(s.index), end)) for s in subjects[:MOST_CHANNELS]]
    return site_indices(site, [(s, e) for s, e in found if e is not None])


def estimate_outputs(
    subjects: Sequence[Subject], on: date, region: Region | None = None
) -> dict[str, Found]:
    """Return the output ratio of every channel of a site on a day, by channel id.

    `region` is the sky that neighbours saw, where there are any. An estimate is None where the
    record shows too little; the evidence is there for figures.
    """
    end = end_of(on, subjects[0].index.longitude) if subjects else 0
    evidence = {s.index.channel.id: gather(s.index, usable(s.index), end, region) for s in subjects}
    silent = {s.index.channel.id for s in subjects if _is_silent(s.index, subjects, end)}
    return _estimates(subjects, evidence, silent, {}, on)


def refined_outputs(
    subjects: Sequence[Subject],
    found: Mapping[str, Found],
    learnt: Mapping[str, Learnt],
    on: date,
    region: Region | None = None,
) -> dict[str, Found]:
    """Return what `estimate_outputs` found, with what the causes say taken into account.

    Intervals that show something else than the modules are left out, where enough are left to
    judge by, and a slow loss is a film of dust as likely as the causes hold it to be one.
    """
    end = end_of(on, subjects[0].index.longitude) if subjects else 0
    evidence, film = {}, {}
    for subject in subjects:
        name = subject.index.channel.id
        evidence[name] = found[name][1]
        if name in learnt:
            evidence[name] = _again(subject.index, found[name][1], learnt[name], end, region)
            film[name] = learnt[name].film
    silent = {n for n, (e, _) in found.items() if e is not None and e.value == 0.0}
    return _estimates(subjects, evidence, silent, film, on)


def _again(
    index: Index, first: Evidence | None, learnt: Learnt, end: int, region: Region | None
) -> Evidence | None:
    """Return the evidence without the intervals held, the first where they hardly matter."""
    if first is None or not first.levels.clear.any():
        return first
    if float(learnt.held[first.levels.clear].mean()) < HELD:
        return first
    second = gather(index, usable(index) & ~learnt.held, end, region)
    if second is None or second.n < max(LEFT * first.n, LEAST_LEFT):
        return first
    return first if (second.change is None) != (first.change is None) else second


def _estimates(
    subjects: Sequence[Subject],
    evidence: Mapping[str, Evidence | None],
    silent: Collection[str],
    film: Mapping[str, float | None],
    on: date,
) -> dict[str, Found]:
    seen = [
        s for s in subjects
        if evidence[s.index.channel.id] is not None and s.index.channel.id not in silent
    ]  # fmt: skip
    parts = _fused(seen, evidence, film)
    found: dict[str, Found] = {}
    for subject in subjects:
        name = subject.index.channel.id
        if name in silent:
            found[name] = (_silent_estimate(subject, on), evidence[name])
        elif name in parts:
            found[name] = (_estimate(parts[name], evidence[name], on), evidence[name])
        else:
            found[name] = (None, None)
    return found


def end_of(on: date, longitude: float) -> int:
    """Return the end of a day in local solar time [s UTC]."""
    day = int(np.datetime64(on).astype("datetime64[D]").astype(np.int64))
    return (day + 1) * 86400 - int(longitude * 240)


def _fused(
    seen: Sequence[Subject],
    evidence: Mapping[str, Evidence | None],
    film: Mapping[str, float | None],
) -> dict[str, tuple[Part, ...]]:
    known = [(s, e) for s in seen if (e := evidence[s.index.channel.id]) is not None]
    if not known:
        return {}
    initial = fuse.initial_levels(
        [e for _, e in known], [s.at_start for s, _ in known], [s.age or 0.0 for s, _ in known]
    )
    taken = films([
        Losing(e, s.fresh.rate, s.fresh.u_rate, film.get(s.index.channel.id)) for s, e in known
    ])  # fmt: skip
    return {
        s.index.channel.id: fuse.now(i, e, f)
        for (s, e), i, f in zip(known, initial, taken, strict=True)
    }


def _estimate(parts: tuple[Part, ...], evidence: Evidence | None, on: date) -> Estimate:
    assert evidence is not None
    low, high = interval(parts, LEVEL)
    lines = {"absolute": _line(math.exp(evidence.late.value), evidence.late.u)}
    budget = dict(evidence.late.budget)
    method = "absolute"
    if evidence.change is not None:
        lines["relative"] = _line(math.exp(evidence.change.value), evidence.change.u)
        budget = {**evidence.change.budget, "initial": _initial_u(parts, evidence)}
        method = "absolute+relative"
    method += ", irradiance sensor" if evidence.sensor else ", clear sky"
    if evidence.neighbours:
        method += f", {evidence.neighbours} neighbours"
    return Estimate(
        "output_ratio", fuse.mean(parts), max(low, 0.0), high, LEVEL, parts, method, evidence.n,
        on, budget, lines,
    )  # fmt: skip


def _initial_u(parts: tuple[Part, ...], evidence: Evidence) -> float:
    main = max(parts, key=lambda p: p.weight)
    assert evidence.change is not None
    return math.sqrt(max((main.u / main.mean) ** 2 - evidence.change.u**2, 0.0))


def _line(value: float, u: float) -> dict[str, float]:
    return {"value": value, "u": value * u}


def _is_silent(index: Index, subjects: Sequence[Subject], end: int) -> bool:
    """Tell a dead channel: nothing in the last weeks though others of the site give power."""
    recent = (index.time >= end - SILENT_DAYS * 86400) & (index.clear > 0.25)
    alive = np.zeros(len(index.time), dtype=bool)
    for other in subjects:
        if other.index.channel.id != index.channel.id:
            alive |= other.index.power > 0.05 * other.index.p0 * other.index.clear
    judged = recent & alive & np.isfinite(index.power)
    out = (index.flags & int(Flag.OUTAGE)) != 0
    return int(judged.sum()) >= 40 and float(out[judged].mean()) > 0.97


def _silent_estimate(subject: Subject, on: date) -> Estimate:
    parts = (Part(1.0, 0.0, 0.005),)
    return Estimate(
        "output_ratio", 0.0, 0.0, 0.01, LEVEL, parts, "no output while others of the site give",
        int((subject.index.flags & int(Flag.OUTAGE) != 0).sum()), on,
    )  # fmt: skip
