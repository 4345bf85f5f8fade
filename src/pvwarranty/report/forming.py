"""What a claim has to tell, as data by maker, filled from what is known; blanks stay marked."""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from pvwarranty.entitle.show import told_value
from pvwarranty.report.document import Cell, Column, Table
from pvwarranty.report.labels import LANGUAGES, say
from pvwarranty.terms import Vocabulary


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a form: its label (en, ja), the fact or finding that fills it, its clause.

    covers : the coverages (patterns) that ask for it
    """

    label: tuple[str, str] | None
    fact: str
    given: str
    clause: str
    covers: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True)
class Form:
    """What a maker asks for under some coverages (patterns)."""

    covers: tuple[str, ...]
    title: tuple[str, str]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known to fill a form with: facts told, findings in words, and the vocabulary."""

    facts: Mapping[str, Any]
    given: Mapping[str, str]
    vocabulary: Vocabulary


def forms_of(maker: str, coverages: Sequence[str]) -> tuple[Form, ...]:
    """Return a maker's forms for coverages; none where no form of the maker is known."""
    return tuple(
        replace(form, items=tuple(i for i in form.items if _covers(i.covers, coverages)))
        for form in _forms(maker)
        if _covers(form.covers, coverages)
    )


def _covers(patterns: Sequence[str], coverages: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(c, p) for c in coverages for p in patterns)


def form_table(form: Form, known: Known, lang: str) -> Table:
    """Return a form as a table: what is asked, what is known, by which clause."""
    columns = (
        Column(say(lang, "form.item"), 2.2), Column(say(lang, "form.value"), 2.6),
        Column(say(lang, "terms.clause")),
    )  # fmt: skip
    rows = tuple(_row(item, known, lang) for item in form.items)
    return Table(form.title[LANGUAGES.index(lang)], columns, rows, say(lang, "form.note"))


def fact_told(name: str, value: Any, vocabulary: Vocabulary, lang: str) -> str:
    """Return a fact in words, records with the labels of their parts."""
    if isinstance(value, Mapping):
        parts = [
            f"{_part(name, part, vocabulary, lang)} "
            f"{fact_told(f'{name}.{part}', v, vocabulary, lang)}"
            for part, v in value.items()
        ]
        return say(lang, "report.comma").join(parts)
    if isinstance(value, Sequence) and not isinstance(value, str):
        each = [fact_told(f"{name}[]", v, vocabulary, lang) for v in value]
        return say(lang, "report.semicolon").join(each) or say(lang, "report.none")
    return told_value(value, lang)


def _part(name: str, part: str, vocabulary: Vocabulary, lang: str) -> str:
    fact = vocabulary.facts.get(f"{name}.{part}")
    return fact.label[LANGUAGES.index(lang)] if fact else part


def _row(item: Item, known: Known, lang: str) -> tuple[Cell, ...]:
    value = known.given.get(item.given) or _fact(item.fact, known, lang)
    filled = Cell(value) if value else Cell(say(lang, "form.blank"), "blank")
    return Cell(_label(item, known, lang)), filled, Cell(item.clause or "–")


def _label(item: Item, known: Known, lang: str) -> str:
    if item.label is not None:
        return item.label[LANGUAGES.index(lang)]
    fact = known.vocabulary.facts.get(item.fact)
    return fact.label[LANGUAGES.index(lang)] if fact else item.fact


def _fact(name: str, known: Known, lang: str) -> str:
    """Return a fact in words; of lists of records, the part named of each."""
    head, _, part = name.partition("[].")
    value = known.facts.get(head)
    if not part:
        return "" if value is None else told_value(value, lang)
    records = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    found = [r[part] for r in records if isinstance(r, Mapping) and r.get(part) is not None]
    return say(lang, "report.comma").join(told_value(v, lang) for v in found)


@cache
def _forms(maker: str) -> tuple[Form, ...]:
    folder = resources.files("pvwarranty.report").joinpath("forms")
    file = next((f for f in folder.iterdir() if f.name == f"{maker}.toml"), None)
    if file is None:
        return ()
    return tuple(
        Form(tuple(f["covers"]), _pair(f["title"]), tuple(_item(i) for i in f["item"]))
        for f in tomllib.loads(file.read_text("utf-8"))["form"]
    )


def _item(raw: Mapping[str, Any]) -> Item:
    told = raw.get("label")
    return Item(
        None if told is None else _pair(told),
        raw.get("fact", ""), raw.get("given", ""), raw.get("clause", ""),
        tuple(raw.get("covers", ("*",))),
    )  # fmt: skip


def _pair(told: Sequence[str]) -> tuple[str, str]:
    return told[0], told[-1]
