"""The library: all editions at hand, chosen by maker, coverage and date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pvwarranty.errors import FactError, Problem, TermsError, nearest
from pvwarranty.terms.loading import Source, read_terms
from pvwarranty.terms.schema import Block, Terms
from pvwarranty.terms.vocabulary import Vocabulary, packaged_vocabulary, widen

OWN = {"facts.toml", "words.toml"}  # the vocabulary, not terms


@dataclass(frozen=True, slots=True)
class Chosen:
    """An edition chosen for a query, and the assumption under which it applies, if any."""

    terms: Terms
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class Library:
    """Editions by maker, and the vocabulary their facts are told in."""

    editions: Mapping[str, tuple[Terms, ...]]
    vocabulary: Vocabulary

    def coverages(self, maker: str) -> tuple[str, ...]:
        """Return the coverage ids of a maker, in the order of its terms."""
        blocks = (b for t in self.editions[maker] for b in t.blocks)
        return tuple(dict.fromkeys(b.coverage for b in blocks))

    def chosen(self, maker: str, facts: Mapping[str, Any]) -> tuple[Chosen, ...]:
        """Return the edition of each of a maker's lines that applies to the facts.

        Raises FactError for an unknown maker.
        """
        if maker not in self.editions:
            known = ", ".join(sorted(self.editions))
            hint = nearest(maker, self.editions) or f"known: {known}"
            raise FactError(Problem("maker", f"there are no terms of maker '{maker}'", hint))
        lines: dict[str, list[Terms]] = {}
        for terms in self.editions[maker]:
            lines.setdefault(terms.applies.line, []).append(terms)
        return tuple(_in_force(editions, facts) for editions in lines.values())

    def with_terms(self, added: Iterable[Terms]) -> Library:
        """Return a library that also holds the editions given."""
        editions, vocabulary = dict(self.editions), self.vocabulary
        for terms in added:
            maker = terms.document.maker
            if any(t.id == terms.id for t in editions.get(maker, ())):
                raise TermsError(Problem(terms.where, f"there are already terms '{terms.id}'"))
            editions[maker] = (*editions.get(maker, ()), terms)
            vocabulary = widen(vocabulary, terms.facts)
        return Library(editions, vocabulary)


def _in_force(editions: list[Terms], facts: Mapping[str, Any]) -> Chosen:
    """Return the latest edition not younger than the facts' date; the first one for older dates."""
    ordered = sorted(editions, key=lambda t: (t.applies.since is not None, t.applies.since))
    dates = ordered[-1].applies.dates
    on = next((facts[d] for d in dates if facts.get(d) is not None), None)
    if on is None:
        return Chosen(ordered[-1])
    fitting = [t for t in ordered if t.applies.since is None or t.applies.since <= on]
    return Chosen(fitting[-1]) if fitting else Chosen(ordered[0], ordered[0].applies.earlier)


def blocks_of(chosen: Chosen, coverage: str) -> Iterator[Block]:
    """Yield the blocks of an edition under a coverage id."""
    return (b for b in chosen.terms.blocks if b.coverage == coverage)


@cache
def packaged_library() -> Library:
    """Return the terms that come with the package."""
    makers = (
        m for m in files("pvwarranty.terms").iterdir() if m.is_dir() and m.name != "__pycache__"
    )
    found = [read_path(e) for m in sorted(makers, key=lambda m: m.name) for e in _editions(m)]
    return Library({}, packaged_vocabulary()).with_terms(found)


def _editions(maker: Traversable) -> list[Traversable]:
    return sorted(
        (e for e in maker.iterdir() if e.is_dir() or e.name.endswith(".toml")), key=lambda e: e.name
    )


def read_path(path: Traversable | Path) -> Terms:
    """Return the terms in a TOML file, or in the TOML files of a folder.

    Raises TermsError where it cannot be read.
    """
    if path.is_dir():
        parts = sorted(
            (p for p in path.iterdir() if p.name.endswith(".toml")), key=lambda p: p.name
        )
    else:
        parts = [path]
    try:
        sources = [Source(p.name, p.read_text("utf-8")) for p in parts]
    except (OSError, UnicodeDecodeError) as error:
        raise TermsError(Problem(str(path), f"cannot be read: {error}")) from None
    if not sources:
        raise TermsError(Problem(str(path), "holds no TOML file"))
    return read_terms(sources, path.name if path.is_dir() else sources[0].name)
