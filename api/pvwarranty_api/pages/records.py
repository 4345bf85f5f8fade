"""Facts made of parts, such as contracts: a set of fields for each, and one more that is empty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pvwarranty.errors import Problem
from pvwarranty.terms import Vocabulary
from pvwarranty.terms.vocabulary import Fact
from pvwarranty_api.pages.facts import PREFIX, field_of
from pvwarranty_api.pages.fields import Field, filled, read, with_problems

Parts = list[tuple[str, Fact]]


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of one record: a contract, a device."""

    title: str
    fields: tuple[Field, ...]


def record_fields(
    names: Iterable[str], vocabulary: Vocabulary, told: Mapping[str, Any], lang: str,
    problems: Sequence[Problem],
) -> tuple[list[Record], list[Problem]]:  # fmt: skip
    """Return the records of facts made of parts, and the problems that belong to none of them."""
    left = list(problems)
    made = []
    for name in names:
        for n, values, parts, title in _records(name, vocabulary, told, lang):
            at = f"{PREFIX}{name}[{n}]" if n is not None else f"{PREFIX}{name}"
            fields = [field_of(f, values.get(p), lang, at=f"{at}.{p}") for p, f in parts]
            filled_in, left = with_problems(fields, left)
            made.append(Record(f"{title} {n + 1}" if n is not None else title, tuple(filled_in)))
    return made, left


def _records(
    name: str, vocabulary: Vocabulary, told: Mapping[str, Any], lang: str
) -> list[tuple[int | None, Mapping[str, Any], Parts, str]]:
    fact = vocabulary.facts[name]
    parts = parts_of(name, vocabulary)
    if not parts or not fact.kind.endswith("record"):
        return []
    title = fact.label[lang == "ja"]
    if fact.kind == "record":
        return [(None, told.get(name, {}), parts, title)]
    held = [*told.get(name, ()), {}]
    return [(n, values, parts, title) for n, values in enumerate(held)]


def parts_of(name: str, vocabulary: Vocabulary) -> Parts:
    """Return the simple parts of a record, by their own names."""
    several = vocabulary.facts[name].kind.startswith("list:")
    start = f"{name}[]." if several else f"{name}."
    return [
        (n.removeprefix(start), f)
        for n, f in vocabulary.facts.items()
        if n.startswith(start) and "." not in n.removeprefix(start)
        and not f.kind.endswith("record")
    ]  # fmt: skip


def records_of(
    form: Mapping[str, Any], vocabulary: Vocabulary, names: Iterable[str]
) -> dict[str, Any]:
    """Return the records that a form tells; those left empty tell nothing."""
    found: dict[str, Any] = {}
    for name in names:
        fact = vocabulary.facts[name]
        if not fact.kind.endswith("record"):
            continue
        parts = parts_of(name, vocabulary)
        if fact.kind == "record":
            told = _told(form, f"{PREFIX}{name}", parts)
            found |= {name: told} if told else {}
            continue
        pattern = re.compile(rf"{re.escape(PREFIX + name)}\[(\d{{1,3}})\]\.")
        numbers = sorted({int(m[1]) for key in form if (m := pattern.match(key))})
        rows = [_told(form, f"{PREFIX}{name}[{n}]", parts) for n in numbers]
        kept = [row for row in rows if row]
        found |= {name: kept} if kept else {}
    return found


def _told(form: Mapping[str, Any], at: str, parts: Parts) -> dict[str, Any]:
    texts = ((p, f, filled(form, f"{at}.{p}")) for p, f in parts)
    return {p: read(f.kind, text) for p, f, text in texts if text}
