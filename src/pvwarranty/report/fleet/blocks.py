"""What a fleet's summary says: in a sentence, by value, by date, by cause, on the map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from pvwarranty.batch.deadlines import Due
from pvwarranty.report.document import (
    Block,
    Cell,
    Column,
    Paragraph,
    Picture,
    Section,
    Table,
    Tone,
)
from pvwarranty.report.figures import causes_bars, japan, svg
from pvwarranty.report.fleet.reading import Asset, Fleet
from pvwarranty.report.labels import label, say
from pvwarranty.report.numbers import listed, percent

SHOWN = 25  # rows of a table
TONES: dict[str, Tone] = {
    "supported": "supported", "undecided": "undecided", "not_supported": "not_supported",
}  # fmt: skip


def front(fleet: Fleet, lang: str) -> tuple[Block, ...]:
    """Return the first page: the fleet in a sentence, counts, the map."""
    counts = Counter(a.standing for a in fleet.assets)
    sites = {a.site for a in fleet.assets if a.standing == "supported"}
    expected = sum(a.expected for a in fleet.assets)
    told = {
        "assets": len(fleet.assets), "sites": len(fleet.sites), "with": len(sites),
        "supported": counts["supported"], "undecided": counts["undecided"],
        "expected": expected,
    }  # fmt: skip
    lead = say(lang, "fleet.lead", **told)
    tone: Tone = "supported" if counts["supported"] else "not_supported"
    blocks: list[Block] = [Paragraph(lead, "lead", tone)]
    if fleet.failures:
        blocks.append(Paragraph(say(lang, "fleet.failed", n=len(fleet.failures))))
    if fleet.sites:
        picture = Picture(
            svg(japan.draw(fleet, lang)), japan.alt(fleet, lang), say(lang, "japan.caption")
        )
        blocks.append(picture)
    return tuple(blocks)


def sections(fleet: Fleet, lang: str) -> tuple[Section, ...]:
    """Return the sections that follow."""
    made = (
        Section(say(lang, "fleet.ranking"), tuple(_ranking(fleet, lang))),
        Section(say(lang, "fleet.ahead"), tuple(_ahead(fleet, lang))),
        Section(say(lang, "section.causes"), tuple(_causes(fleet, lang))),
        Section(say(lang, "fleet.failures"), tuple(_failures(fleet, lang))),
    )
    return tuple(s for s in made if s.blocks)


def _ranking(fleet: Fleet, lang: str) -> Iterator[Block]:
    ranked = sorted(
        (a for a in fleet.assets if a.expected >= 0.05),
        key=lambda a: (-round(a.expected, 2), a.deadline or date.max, a.site, a.name),
    )
    if not ranked:
        yield Paragraph(say(lang, "fleet.no_claims"))
        return
    columns = (
        Column(say(lang, "fleet.site"), 1.2), Column(label("heading", "asset", lang)),
        Column(say(lang, "fleet.expected"), right=True),
        Column(say(lang, "front.worth"), right=True),
        Column(label("heading", "interval", lang), right=True),
        Column(label("heading", "threshold", lang), right=True),
        Column(label("heading", "finding", lang)), Column(say(lang, "front.claim_by")),
        Column(say(lang, "section.causes"), 1.5),
    )  # fmt: skip
    rows = tuple(_ranked(a, lang) for a in ranked[:SHOWN])
    more = len(ranked) - len(rows)
    note = say(lang, "fleet.expected_note") + (say(lang, "fleet.more", n=more) if more else "")
    yield Table("", columns, rows, note)


def _ranked(asset: Asset, lang: str) -> tuple[Cell, ...]:
    causes = [label("cause", c, lang) for c, _ in asset.causes[:2]]
    return (
        Cell(asset.site), Cell(asset.name), Cell(f"{asset.expected:.2f}"),
        Cell(_share(asset.value)),
        Cell("–" if asset.low is None else f"{_share(asset.low)}–{_share(asset.high)}"),
        Cell(_share(asset.threshold)),
        Cell(label("claim", asset.standing, lang), TONES[asset.standing]),
        Cell("–" if asset.deadline is None else asset.deadline.isoformat()),
        Cell(listed(causes, lang) or "–"),
    )  # fmt: skip


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def _ahead(fleet: Fleet, lang: str) -> Iterator[Block]:
    if not fleet.due:
        yield Paragraph(say(lang, "fleet.nothing_due"))
        return
    columns = (
        Column(label("heading", "until", lang)), Column(say(lang, "fleet.site"), 1.0),
        Column(label("heading", "asset", lang)), Column(say(lang, "front.what"), 4.0),
    )  # fmt: skip
    assets = {(a.site, a.name): a for a in fleet.assets}
    rows = tuple(
        (
            Cell(f"{d.on}"), Cell(d.site), Cell(d.asset),
            Cell(due_told(d, assets.get((d.site, d.asset)), fleet.on, lang)),
        )
        for d in fleet.due[:SHOWN]
    )  # fmt: skip
    more = len(fleet.due) - len(rows)
    yield Table("", columns, rows, say(lang, "fleet.more", n=more) if more else "")


def due_told(due: Due, asset: Asset | None, on: date, lang: str) -> str:
    """Return what is to be done; of a claim that ends with the step in force, what the step does.

    Parameters
    ----------
    due : from the table of coming steps. asset : that it concerns. on : the day judged.
    """
    if due.kind != "claim" or asset is None or due.on != asset.deadline:
        return due.text(lang)
    told = {"now": _round(due.ratio), "days": (due.on - on).days}
    if asset.next_threshold is None:
        return say(lang, "fleet.cover_ends", **told)
    return say(lang, "fleet.step", next=_round(asset.next_threshold), **told)


def _round(ratio: float) -> str:
    return f"{100 * ratio:.4g} %"


def _causes(fleet: Fleet, lang: str) -> Iterator[Block]:
    if any(a.causes for a in fleet.assets):
        yield Picture(
            svg(causes_bars.draw(fleet, lang)), causes_bars.alt(fleet, lang),
            say(lang, "causes_bars.caption"),
        )  # fmt: skip


def _failures(fleet: Fleet, lang: str) -> Iterator[Block]:
    if fleet.failures:
        columns = (Column(say(lang, "fleet.site"), 1.0), Column(say(lang, "fleet.reason"), 4.0))
        rows = tuple((Cell(s), Cell(r)) for s, r in fleet.failures[:SHOWN])
        more = len(fleet.failures) - len(rows)
        yield Table("", columns, rows, say(lang, "fleet.more", n=more) if more else "")
