"""Causes of a shortfall, with share, date and what the terms say of them."""

from __future__ import annotations

from collections.abc import Iterator

from pvwarranty.model import Cause
from pvwarranty.report.case import Case
from pvwarranty.report.claim.evidence import noteworthy
from pvwarranty.report.claim.showing import pictures
from pvwarranty.report.document import Block, Cell, Column, Items, Paragraph, Section, Table
from pvwarranty.report.labels import label, say
from pvwarranty.report.numbers import assets_of, listed, percent
from pvwarranty.report.text import onset_text, shown_causes
from pvwarranty.verify.result import JudgedCause

SHORT = 6  # shortfalls told
UNEXPLAINED = 0.02  # of nominal, from which it is told
TELLING = 0.0005  # of nominal, that a tenth of a percent shows
LIKELY, UNLIKELY = 0.5, 0.1  # probabilities of a counted cause, and of one worth a word
MATERIAL = 0.01  # share from which an uncounted cause is told
LASTING = ("degradation", "salt_corrosion", "pid", "module_failure")


def causes(case: Case, lang: str) -> Section:
    """Return the section of causes."""
    return Section(say(lang, "section.causes"), tuple(_blocks(case, lang)))


def _blocks(case: Case, lang: str) -> Iterator[Block]:
    rows = tuple(_row(v.asset, j, lang) for v in case.result.verdicts for j in shown_causes(v))
    if not rows:
        yield Paragraph(say(lang, "causes.none"))
        return
    heads = (
        (label("heading", "asset", lang), 0.0, False), (say(lang, "causes.cause"), 2.0, False),
        (say(lang, "causes.share"), 0.0, True), (say(lang, "causes.since"), 1.3, False),
        (say(lang, "causes.probability"), 0.0, True), (say(lang, "causes.terms_say"), 2.0, False),
    )  # fmt: skip
    columns = tuple(Column(*h) for h in heads)
    yield Table(say(lang, "causes.table"), columns, rows, say(lang, "causes.share_note"))
    short = tuple(_shortfalls(case, lang))
    if short:
        yield Items(short)
    instead = tuple(_instead(case, lang))
    if instead:
        yield Paragraph(say(lang, "causes.instead"))
        yield Items(instead)
    settling = _settling(case, lang)
    if settling:
        yield Paragraph(say(lang, "causes.settling"))
        yield Items(settling)
    yield from pictures(case, lang)


def _shortfalls(case: Case, lang: str) -> Iterator[str]:
    """Yield the shortfalls of the assets that matter, and those that causes do not explain."""
    mattering = {v.asset for v in noteworthy(case)}
    told = [
        v for v in case.result.verdicts
        if "shortfall" in v.details
        and (v.asset in mattering or v.details["shortfall"]["unexplained"] >= UNEXPLAINED)
    ]  # fmt: skip
    for verdict in sorted(told, key=lambda v: -v.details["shortfall"]["whole"])[:SHORT]:
        missing = verdict.details["shortfall"]
        more = -missing["unexplained"]
        name = "causes.overexplained" if more >= TELLING else "causes.shortfall"
        left = max(missing["unexplained"], 0.0)
        yield say(
            lang, name, asset=verdict.asset, whole=missing["whole"], unexplained=left, more=more
        )


def _instead(case: Case, lang: str) -> Iterator[str]:
    """Yield the causes that may stand in place of others: their shares are in no sum."""
    found: dict[str, list[tuple[str, Cause]]] = {}
    for verdict in case.result.verdicts:
        told = {j.cause.cause for j in shown_causes(verdict)}
        for c in (j.cause for j in verdict.causes):
            if UNLIKELY <= c.probability < LIKELY and c.share >= MATERIAL and c.cause not in told:
                found.setdefault(c.cause, []).append((verdict.asset, c))
    for cause, rows in found.items():
        yield say(
            lang, "causes.instead_of", cause=label("cause", cause, lang),
            assets=assets_of([a for a, _ in rows], lang), share=max(c.share for _, c in rows),
            probability=max(c.probability for _, c in rows),
        )  # fmt: skip


def _settling(case: Case, lang: str) -> tuple[str, ...]:
    """Return what would settle the causes that are open, the same only once."""
    found: dict[str, list[str]] = {}
    for verdict in case.result.verdicts:
        for judged in shown_causes(verdict):
            if judged.cause.settle is not None:
                name = label("cause", judged.cause.cause, lang)
                told = say(lang, "causes.settle", cause=name, text=judged.cause.settle.of(lang))
                found.setdefault(told, []).append(verdict.asset)
    return tuple(
        say(lang, "causes.settle_for", assets=assets_of(assets, lang), told=told)
        for told, assets in found.items()
    )


def _row(asset: str, judged: JudgedCause, lang: str) -> tuple[Cell, ...]:
    c = judged.cause
    until = "" if c.until is None else say(lang, "causes.gone", day=c.until)
    since = f"{onset_text(c, lang)}{until}" or "–"
    return (
        Cell(asset), Cell(label("cause", c.cause, lang)),
        Cell(percent(c.share) if c.share >= 0.0005 else "–"), Cell(since),
        Cell(f"{c.probability:.2f}"), Cell(_terms(judged, lang)),
    )  # fmt: skip


def _terms(judged: JudgedCause, lang: str) -> str:
    if judged.warranted:
        return say(lang, "causes.warranted")
    if judged.clauses:
        return say(lang, "causes.excluded", clauses=listed(judged.clauses, lang))
    outside = judged.cause.cause not in LASTING
    return say(lang, "causes.outside" if outside else "causes.not_warranted")
