"""The terms, quoted in the original with clause, place and edition; and the assumptions made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pvwarranty.report.case import Case
from pvwarranty.report.document import Block, Cell, Column, Items, Paragraph, Section, Table
from pvwarranty.report.labels import say
from pvwarranty.report.text import shown_causes
from pvwarranty.terms import Terms
from pvwarranty.terms.words import label as term


def terms(case: Case, lang: str) -> Section:
    """Return the section of quotations."""
    verdicts = case.result.verdicts
    cited = dict.fromkeys(
        c for v in verdicts for c in (*v.clauses, *(c for j in shown_causes(v) for c in j.clauses))
    )
    assumed = sorted({a for v in verdicts for a in v.assumptions}, key=lambda a: (len(a), a))
    blocks = [b for edition in case.editions() for b in quoted(edition, cited, lang)]
    return Section(say(lang, "section.terms"), (*blocks, *assumptions(assumed, lang)))


def quoted(edition: Terms, cited: Iterable[str], lang: str) -> Iterator[Block]:
    """Yield an edition's document and its clauses among those cited."""
    d = edition.document
    yield Paragraph(
        say(lang, "terms.document", title=d.title, edition=d.edition, publisher=d.publisher,
            id=d.id, digest=edition.sha256[:16])
    )  # fmt: skip
    columns = (
        Column(say(lang, "terms.clause")), Column(say(lang, "terms.at"), 1.0),
        Column(say(lang, "terms.quote"), 4.0),
    )  # fmt: skip
    rows = tuple(
        (Cell(c.id), Cell(c.at), Cell(c.quote))
        for name in cited
        if (c := edition.clauses.get(name)) is not None
    )
    if rows:
        yield Table(say(lang, "terms.table"), columns, rows, say(lang, "terms.note"))


def assumptions(names: Iterable[str], lang: str) -> Iterator[Block]:
    """Yield the assumptions that an answer rests on, in words."""
    told = tuple(f"{a}: {term('assumption', a, lang)}" for a in names)
    if told:
        yield Paragraph(say(lang, "terms.assumptions"))
        yield Items(told)
