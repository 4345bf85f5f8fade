"""Answers and timelines for people: text in English or Japanese."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from pvwarranty.decide import Decision, Judged
from pvwarranty.entitle.result import plain
from pvwarranty.entitle.timeline import Entry, next_due
from pvwarranty.logic import Finding, Truth
from pvwarranty.terms import Vocabulary
from pvwarranty.terms.vocabulary import Labels
from pvwarranty.terms.words import label

MARKS = {Truth.TRUE: "+", Truth.FALSE: "-", Truth.UNKNOWN: "?"}
QUOTE = 60


def render(decision: Decision, vocabulary: Vocabulary, lang: str = "en") -> str:
    """Return a decision as text: the answer as a table, then why, line by line."""
    own = decision.terms.words
    rows = [(label("show", "decision", lang), label("decision", decision.word, lang))]
    rows += [
        (label("key", key, lang, own), answer_value(value, decision, lang))
        for key, value in decision.answer.items()
    ]
    rows += [
        (label("show", "missing", lang), _question(m, vocabulary, lang)) for m in decision.missing
    ]
    head = decision.block.label[lang == "ja"]
    lines = [f"{head} ({decision.block.coverage})", *table(rows), *_quotes(decision, lang)]
    lines += [f"  {a}: {label('assumption', a, lang)}" for a in decision.assumptions]
    lines += [f"{label('show', 'why', lang)}:", *_why(decision, vocabulary, lang)]
    return "\n".join(lines) + "\n"


def answer_value(value: Any, decision: Decision, lang: str) -> str:
    """Return a value of the answer in words."""
    items = value if isinstance(value, tuple) else (value,)
    own = decision.terms.words
    texts = [label("value", v, lang, own) if isinstance(v, str) else _text(v, lang) for v in items]
    return ", ".join(texts) or label("show", "none", lang)


def _text(value: Any, lang: str) -> str:
    if isinstance(value, bool):
        return label("show", "true" if value else "false", lang)
    return str(plain(value))


def _question(name: str, vocabulary: Vocabulary, lang: str) -> str:
    told = vocabulary.requests.get(name) or vocabulary.facts.get(name)
    return f"{name}: {told.ask[lang == 'ja']}" if told else name


def _quotes(decision: Decision, lang: str) -> Iterator[str]:
    yield f"{label('show', 'clauses', lang)}:"
    for name in decision.clauses:
        yield f"  {name}  {_quote(decision, name)}"
    if decision.assumptions:
        yield f"{label('show', 'assumptions', lang)}:"


def _quote(decision: Decision, name: str) -> str:
    clause = decision.terms.clauses.get(name)
    if clause is None:
        return ""
    quote = clause.quote if len(clause.quote) <= QUOTE else clause.quote[: QUOTE - 1] + "…"
    return f"[{clause.at}] 「{quote}」"


Words = tuple[Vocabulary, Mapping[str, Labels]]


def _why(decision: Decision, vocabulary: Vocabulary, lang: str) -> Iterator[str]:
    """Yield a line for every rule that was judged, with the values it rests on."""
    unalleged: list[str] = []
    for judged in decision.judged:
        if not judged.alleged:
            unalleged += judged.clauses
        elif judged.rule.stage != "adds" or judged.speaks is Truth.TRUE:
            yield _line(judged, (vocabulary, decision.terms.words), lang)
    if unalleged:
        yield f"  - {label('show', 'unalleged', lang)}: {', '.join(unalleged)}"


def _line(judged: Judged, told: Words, lang: str) -> str:
    finding = judged.finding
    stage = label("show", judged.rule.stage, lang)
    because = grounds_of(judged, told, lang)
    clauses = ", ".join(judged.clauses)
    return f"  {MARKS[finding.truth]} {stage} {clauses}: {because or finding.statement}"


def grounds_of(judged: Judged, told: Words, lang: str) -> str:
    """Return the values that a judged rule rests on, in words; empty where it rests on none."""
    grounds = _grounds(judged.finding).items()
    return "; ".join(f"{_fact(n, told, lang)} = {told_value(v, lang)}" for n, v in grounds)


def _grounds(finding: Finding) -> dict[str, Any]:
    """Return the values that a finding and its parts rest on."""
    found = dict(finding.because)
    for part in finding.parts:
        found |= _grounds(part)
    return found


def _fact(name: str, told: Words, lang: str) -> str:
    vocabulary, own = told
    fact = vocabulary.facts.get(name)
    return fact.label[lang == "ja"] if fact else label("key", name, lang, own)


def told_value(value: Any, lang: str) -> str:
    """Return a value of a fact in words."""
    if value is None:
        return label("show", "none", lang)
    if isinstance(value, tuple):
        return "[" + ", ".join(told_value(v, lang) for v in value) + "]"
    return label("value", value, lang) if isinstance(value, str) else _text(value, lang)


def render_timeline(entries: tuple[Entry, ...], on: date, lang: str = "en") -> str:
    """Return a timeline as a table, and the next thing to do by."""
    heads = tuple(label("show", h, lang) for h in ("date", "kind", "what", "clauses"))
    rows = [heads] + [
        (e.date.isoformat(), label("show", e.kind, lang), e.say[lang == "ja"], ", ".join(e.clauses))
        for e in entries
    ]
    due = next_due(entries, on)
    told = (
        f"{due.date.isoformat()}  {due.say[lang == 'ja']}" if due else label("show", "none", lang)
    )
    return "\n".join([*table(rows), f"{label('show', 'next', lang)}: {told}"]) + "\n"


def table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Return rows as lines with columns aligned; wide characters count twice."""
    listed = list(rows)
    widths = [max(map(width, column)) for column in zip(*listed, strict=True)]
    return [
        "  "
        + "  ".join(c + " " * (w - width(c)) for c, w in zip(row, widths, strict=True)).rstrip()
        for row in listed
    ]


def width(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
