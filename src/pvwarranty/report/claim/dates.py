"""Covers, steps and deadlines of the makers' promises on a site, as a figure and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from pvwarranty.entitle import Entry, Query, timeline
from pvwarranty.errors import FactError
from pvwarranty.report.case import Case
from pvwarranty.report.document import Block, Cell, Column, Picture, Section, Table
from pvwarranty.report.figures import svg
from pvwarranty.report.figures import timeline as figure
from pvwarranty.report.labels import say
from pvwarranty.report.stairs import promise_of


def dates(case: Case, lang: str) -> Section | None:
    """Return the section of dates, or None where no date is known."""
    entries, names = _entries(case, lang)
    if not entries:
        return None
    blocks = tuple(dated(entries, case.result.on, names, lang))
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
