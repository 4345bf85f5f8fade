"""The report of an entitlement: what a maker's terms give for facts told, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pvwarranty.decide import Decision, Judged
from pvwarranty.entitle import Entry, Query, as_dict, to_json
from pvwarranty.entitle.result import plain
from pvwarranty.entitle.show import MARKS, answer_value, grounds_of
from pvwarranty.entitle.timeline import next_due
from pvwarranty.logic import Truth
from pvwarranty.report.claim.dates import dated
from pvwarranty.report.claim.quoting import assumptions, quoted
from pvwarranty.report.document import (
    Attachment,
    Block,
    Cell,
    Column,
    Pairs,
    Paragraph,
    Report,
    Section,
    Table,
    Tone,
)
from pvwarranty.report.forming import Known, fact_told, form_table, forms_of
from pvwarranty.report.labels import label, say
from pvwarranty.report.numbers import day_of
from pvwarranty.terms.schema import FAILING
from pvwarranty.terms.words import label as term

GRANTED = ("covered", "available")
REFUSED = ("not_covered", "excluded", "not_available")
PRODUCTS = ("model", "module_model", "component", "base_model")
DAYS = ("as_of", "claim_date", "event_date")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its answers, the timeline of its facts, and the day considered."""

    query: Query
    decisions: tuple[Decision, ...]
    entries: tuple[Entry, ...]
    on: date


def considered(query: Query, today: date) -> date:
    """Return the day that a query is about: told in its facts, else today."""
    found = (query.facts.get(name) for name in DAYS)
    return next((d for d in found if isinstance(d, date) and not isinstance(d, datetime)), today)


def entitlement_report(asked: Sequence[Asked], lang: str) -> Report:
    """Return the report on one query or several of them in a language.

    Parameters
    ----------
    asked
        The queries with their answers, at least one.
    lang
        ``ja`` or ``en``.
    """
    first = asked[0]
    many = len(asked) > 1
    front = [b for a in asked for b in _front(a, lang)]
    front.append(Paragraph(say(lang, "entitlement.limits"), "note"))
    sections = [s for n, a in enumerate(asked) for s in _sections(a, lang, n + 1 if many else 0)]
    return Report(
        title=say(lang, "entitlement.title"),
        subject=_subject(first, lang),
        lang=lang,
        on=max(a.on for a in asked),
        front=tuple(front),
        sections=tuple(sections),
        footer=say(lang, "entitlement.footer"),
        attachments=(_evidence(asked, lang),),
    )


def _subject(asked: Asked, lang: str) -> str:
    told = (asked.query.facts.get(p) for p in PRODUCTS)
    product = next((t for t in told if isinstance(t, str)), "")
    model = f" {label('component', product, lang)}" if product else ""
    documents = (d.terms.document.publisher for d in asked.decisions)
    maker = next((p for p in documents if p), asked.query.name)
    return say(lang, "entitlement.subject", maker=maker, model=model, on=asked.on)


def _front(asked: Asked, lang: str) -> Iterator[Block]:
    for decision in asked.decisions:
        yield Paragraph(_answer(decision, asked, lang), "lead", _tone(decision))
        rows = tuple(
            (term("key", key, lang, decision.terms.words), answer_value(value, decision, lang))
            for key, value in decision.answer.items()
        )
        if rows:
            yield Pairs(rows)
        if decision.missing:
            yield _missing(decision, asked, lang)


def _answer(decision: Decision, asked: Asked, lang: str) -> str:
    word = term("decision", decision.word, lang)
    name = decision.block.label[lang == "ja"]
    parts = [say(lang, "entitlement.answer", name=name, decision=word)]
    if decision.missing:
        parts.append(say(lang, "entitlement.needs"))
    entries = tuple(e for e in asked.entries if e.coverage == decision.block.coverage)
    due = next_due(entries, asked.on)
    if due is not None:
        what = due.say[lang == "ja"]
        parts.append(say(lang, "entitlement.due", what=what, day=day_of(due.date, lang)))
    return say(lang, "report.stop").join(parts)


def _tone(decision: Decision) -> Tone:
    if decision.word in GRANTED:
        return "supported"
    return "not_supported" if decision.word in REFUSED else "undecided"


def _missing(decision: Decision, asked: Asked, lang: str) -> Table:
    vocabulary = asked.query.maker.vocabulary
    columns = (
        Column(say(lang, "entitlement.fact"), 1.0), Column(say(lang, "entitlement.question"), 2.0),
    )  # fmt: skip
    rows = []
    for name in decision.missing:
        told = vocabulary.requests.get(name) or vocabulary.facts.get(name)
        texts = (told.label[lang == "ja"], told.ask[lang == "ja"]) if told else (name, "–")
        rows.append(tuple(Cell(t) for t in texts))
    return Table(say(lang, "entitlement.missing"), columns, tuple(rows))


def _sections(asked: Asked, lang: str, number: int) -> Iterator[Section]:
    head = f"{number}. " if number else ""
    yield Section(head + say(lang, "entitlement.facts"), (Pairs(tuple(_facts(asked, lang))),))
    if asked.entries:
        names = {d.block.coverage: d.block.label[lang == "ja"] for d in asked.decisions}
        blocks = tuple(dated(asked.entries, asked.on, names, lang))
        yield Section(head + say(lang, "section.dates"), blocks)
    yield Section(head + say(lang, "entitlement.why"), tuple(_why(asked, lang)))
    forms = tuple(_forms(asked, lang))
    if forms:
        yield Section(head + say(lang, "section.form"), forms)
    yield Section(head + say(lang, "section.terms"), tuple(_quotes(asked, lang)))


def _facts(asked: Asked, lang: str) -> Iterator[tuple[str, str]]:
    vocabulary = asked.query.maker.vocabulary
    for name, value in asked.query.facts.items():
        fact = vocabulary.facts.get(name)
        named = fact.label[lang == "ja"] if fact else name
        yield named, fact_told(name, value, vocabulary, lang)


def _why(asked: Asked, lang: str) -> Iterator[Block]:
    columns = (
        Column(say(lang, "entitlement.truth")), Column(say(lang, "entitlement.rule")),
        Column(say(lang, "terms.clause"), 1.0), Column(say(lang, "entitlement.grounds"), 2.6),
    )  # fmt: skip
    for decision in asked.decisions:
        told = (asked.query.maker.vocabulary, decision.terms.words)
        rows = tuple(
            (
                Cell(
                    f"{MARKS[j.finding.truth]} {say(lang, f'entitlement.{j.finding.truth.name}')}"
                ),
                Cell(term("show", j.rule.stage, lang)),
                Cell(say(lang, "report.comma").join(j.clauses)),
                Cell(grounds_of(j, told, lang) or j.finding.statement),
            )
            for j in decision.judged
            if _matters(j)
        )
        silent = sum(1 for j in decision.judged if not _matters(j))
        note = say(lang, "entitlement.silent", n=silent) if silent else ""
        if rows:
            yield Table(decision.block.label[lang == "ja"], columns, rows, note)


def _matters(judged: Judged) -> bool:
    """Tell whether a rule speaks or might, or was met where it demands something."""
    return judged.alleged and (judged.speaks is not Truth.FALSE or judged.rule.stage in FAILING)


def _forms(asked: Asked, lang: str) -> Iterator[Block]:
    coverages = [d.block.coverage for d in asked.decisions]
    known = Known(asked.query.facts, {}, asked.query.maker.vocabulary)
    for form in forms_of(asked.query.name, coverages):
        yield form_table(form, known, lang)


def _quotes(asked: Asked, lang: str) -> Iterator[Block]:
    cited: dict[str, list[str]] = {}
    editions = {d.terms.id: d.terms for d in asked.decisions}
    for decision in asked.decisions:
        cited.setdefault(decision.terms.id, []).extend(decision.clauses)
    for name, edition in editions.items():
        yield from quoted(edition, dict.fromkeys(cited[name]), lang)
    names = sorted({a for d in asked.decisions for a in d.assumptions}, key=lambda a: (len(a), a))
    yield from assumptions(names, lang)


def _evidence(asked: Sequence[Asked], lang: str) -> Attachment:
    told: list[dict[str, Any]] = [
        {
            "query": {"maker": a.query.name, "coverage": a.query.coverage,
                      "facts": {k: plain(v) for k, v in a.query.facts.items()}},
            "answers": [as_dict(d) for d in a.decisions],
        }
        for a in asked
    ]  # fmt: skip
    about = say(lang, "entitlement.evidence_about")
    return Attachment("answers.json", "application/json", to_json(told).encode(), about)
