"""Facts as fields: the vocabulary's questions in the page's language, and what was answered."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pvwarranty.decide import plan_of
from pvwarranty.terms import Library, Maker, Vocabulary
from pvwarranty.terms.vocabulary import Fact, Labels
from pvwarranty.terms.words import label
from pvwarranty_api.pages.fields import Field, filled, read, shown

PREFIX = "facts."
Own = Mapping[str, Labels]


@dataclass(frozen=True, slots=True)
class Topic:
    """Facts that belong together, under a heading."""

    name: str
    title: str
    fields: tuple[Field, ...]

    @property
    def told(self) -> int:
        """Return how many of them are told."""
        return sum(1 for f in self.fields if f.value)


def field_of(fact: Fact, value: Any, lang: str, own: Own | None = None, at: str = "") -> Field:
    """Return the field of a fact; `at` is its name in the form where it is part of a record."""
    japanese = lang == "ja"
    kind = fact.kind.removeprefix("list:") if fact.kind.startswith("list:") else fact.kind
    several = fact.kind.startswith("list:")
    options: tuple[tuple[str, str], ...] = ()
    suggest: tuple[str, ...] = ()
    if fact.words and several:
        suggest = tuple(map(str, fact.words))
    elif fact.words:
        options = tuple((shown(w), label("value", shown(w), lang, own)) for w in fact.words)
    return Field(
        name=at or f"{PREFIX}{fact.name}", label=fact.label[japanese],
        kind="text" if several else kind, value=shown(value), help=fact.ask[japanese],
        unit=fact.unit, options=options, suggest=suggest, least=fact.least, most=fact.most,
    )  # fmt: skip


def fields_of(
    names: Iterable[str], vocabulary: Vocabulary, told: Mapping[str, Any], lang: str,
    own: Own | None = None,
) -> list[Field]:  # fmt: skip
    """Return the fields of facts; those made of parts are left out."""
    found = (vocabulary.facts.get(n) for n in names)
    return [
        field_of(f, told.get(f.name), lang, own)
        for f in found
        if f is not None and not f.kind.endswith("record")
    ]


def answered(
    form: Mapping[str, Any], vocabulary: Vocabulary, names: Iterable[str] | None = None
) -> dict[str, Any]:
    """Return the facts that a form tells; a field left empty tells nothing."""
    told = {}
    for name in names if names is not None else vocabulary.facts:
        text = filled(form, f"{PREFIX}{name}")
        if text and name in vocabulary.facts:
            told[name] = read(vocabulary.facts[name].kind, text)
    return told


def asked_facts(missing: Iterable[str], vocabulary: Vocabulary) -> tuple[list[str], list[str]]:
    """Return the facts that answer what is missing, and what no fact here answers."""
    facts: list[str] = []
    others: list[str] = []
    for name in missing:
        request = vocabulary.requests.get(name)
        found = request.facts if request else (name,) if name in vocabulary.facts else ()
        facts += found
        others += [] if found else [name]
    return list(dict.fromkeys(facts)), others


def read_by_promises(maker: Maker) -> list[str]:
    """Return the facts that a maker's promises on output or capacity look at, in their order."""
    reads: set[str] = set()
    for terms in maker.editions:
        for block in terms.blocks:
            if block.measured is not None:
                reads |= plan_of(block, terms, maker.vocabulary).reads
    return [n for n in maker.vocabulary.facts if n in reads]


def makers_with_promises(library: Library) -> list[str]:
    """Return the makers whose terms promise an output or capacity."""
    return [name for name, maker in library.makers.items() if read_by_promises(maker)]


def by_topic(fields: Iterable[Field], lang: str) -> Iterator[Topic]:
    """Yield fields of facts under the headings of their topics, in the topics' order."""
    kept = {f.name.removeprefix(PREFIX): f for f in fields}
    for name, topic in _topics().items():
        found = tuple(kept.pop(n) for n in topic["facts"] if n in kept)
        if found:
            yield Topic(name, topic["title"][lang == "ja"], found)
    if kept:
        rest = _topics()["other"]["title"][lang == "ja"]
        yield Topic("other", rest, tuple(kept.values()))


@cache
def _topics() -> dict[str, dict[str, Any]]:
    text = resources.files("pvwarranty_api.pages").joinpath("topics.toml").read_text("utf-8")
    return tomllib.loads(text)
