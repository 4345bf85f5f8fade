"""Covers, steps and deadlines of the makers' promises on a site, as a figure and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from pvwarranty.entitle import Entry, Query, timeline
from pvwarranty.errors import FactError
from pvwarranty.report.case import Case
from pvwarranty.report.claim.evidence import noteworthy
from pvwarranty.report.document import Block, Cell, Column, Items, Picture, Section, Table
from pvwarranty.report.figures import svg
from pvwarranty.report.figures import timeline as figure
from pvwarranty.report.labels import label, say
from pvwarranty.report.numbers import day_of, percent
from pvwarranty.report.stairs import promise_of
from pvwarranty.verify.result import Verdict


def dates(case: Case, lang: str) -> Section | None:
    """Return the section of dates, or None where no date is known."""
    entries, names = _entries(case, lang)
    if not entries:
        return None
    blocks = (*dated(entries, case.result.on, names, lang), *_outlook(case, lang))
    return Section(say(lang, "section.dates"), blocks)


def dated(entries: Sequence[Entry], on: date, names: dict[str, str], lang: str) -> Iterator[Block]:
    """Yield entries of a timeline as a figure and a table; `names` are the coverages' by id."""
    yield Picture(
        svg(figure.draw(entries, on, names, lang)), figure.alt(entries, on, names, lang),
        say(lang, "timeline.caption"),
    )  # fmt: skip
    columns = (
        Column(say(lang, "entitlement.date")), Column(say(lang, "entitlement.what"), 3.0),
        Column(say(lang, "terms.clause"), 1.6),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(e.date.isoformat()),
            Cell(e.say[lang == "ja"]),
            Cell(say(lang, "report.comma").join(e.clauses)),
        )
        for e in entries
    )
    yield Table("", columns, rows)


def _entries(case: Case, lang: str) -> tuple[tuple[Entry, ...], dict[str, str]]:
    """Return the entries of all promises on the site's products, and the names of coverages."""
    found: dict[Entry, None] = {}
    names: dict[str, str] = {}
    seen = set()
    for verdict in case.result.verdicts:
        promise = promise_of(verdict, case.site, case.result.on, case.library)
        product = (verdict.coverage, promise.facts.get(promise.measured.product))
        if product in seen:
            continue
        seen.add(product)
        name = case.maker_of(verdict)
        maker = case.library.maker(name)
        try:
            entries = timeline(Query(maker, name, None, promise.facts))
        except FactError:
            continue
        found |= dict.fromkeys(entries)
        coverages = {e.coverage for e in entries}
        names |= {
            b.coverage: b.label[lang == "ja"]
            for t in maker.editions for b in t.blocks if b.coverage in coverages
        }  # fmt: skip
    ordered = sorted(found, key=lambda e: (e.date, e.coverage, e.kind))
    return tuple(ordered), names


def _outlook(case: Case, lang: str) -> Iterator[Block]:
    """Yield the chances at the coming steps of the assets that matter, and what follows."""
    shown = [v for v in noteworthy(case) if _steps(v)]
    if not shown:
        return
    columns = (
        Column(label("heading", "asset", lang)),
        Column(label("heading", "threshold", lang), right=True),
        Column(say(lang, "front.step_ends")), Column(say(lang, "outlook.value"), right=True),
        Column(label("heading", "interval", lang), right=True),
        Column(say(lang, "outlook.chance"), right=True),
    )  # fmt: skip
    rows = tuple(_step_row(v.asset, s) for v in shown for s in _steps(v))
    yield Table(say(lang, "outlook.table"), columns, rows, say(lang, "outlook.note"))
    told = tuple(t for v in shown for t in _told(v, lang))
    if told:
        yield Items(told)


def _steps(verdict: Verdict) -> list[dict[str, Any]]:
    timing = verdict.details.get("timing")
    return [] if timing is None else [s for s in timing["steps"] if s["value"] is not None]


def _step_row(asset: str, step: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        Cell(asset), Cell(percent(float(step["ratio"]))), Cell(f"{step['until']}"),
        Cell(percent(step["value"])), Cell(f"{percent(step['low'])}–{percent(step['high'])}"),
        Cell(f"{step['p_last']:.2f}"),
    )  # fmt: skip


def _told(verdict: Verdict, lang: str) -> Iterator[str]:
    timing = verdict.details["timing"]
    stands, opens = timing["stands_until"], timing["supported_from"]
    if stands is not None and verdict.standing == "supported":
        yield say(lang, "outlook.stands", asset=verdict.asset, day=day_of(stands, lang))
    elif opens is not None and verdict.standing != "not_supported":
        yield say(lang, "outlook.opens", asset=verdict.asset, day=day_of(opens, lang))
