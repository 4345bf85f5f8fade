"""The library: all editions at hand, chosen by maker, coverage and date."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pvwarranty.errors import FactError, Problem, TermsError, nearest
from pvwarranty.terms.loading import Source, read_terms
from pvwarranty.terms.schema import Terms
from pvwarranty.terms.vocabulary import Vocabulary, packaged_vocabulary, widen


@dataclass(frozen=True, slots=True)
class Chosen:
    """An edition chosen for a query, and the assumption under which it applies, if any."""

    terms: Terms
    assumption: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Maker:
    """A maker's editions, and the vocabulary their facts are told in.

    lines : the editions of each line, the oldest first
    """

    editions: tuple[Terms, ...]
    vocabulary: Vocabulary
    lines: tuple[tuple[Terms, ...], ...] = ()

    def coverages(self) -> tuple[str, ...]:
        """Return the coverage ids, in the order of the terms."""
        return tuple(dict.fromkeys(b.coverage for t in self.editions for b in t.blocks))

    def chosen(self, facts: Mapping[str, Any]) -> tuple[Chosen, ...]:
        """Return the edition of each line that applies to the facts."""
        return tuple(_in_force(editions, facts) for editions in self.lines)

    def with_edition(self, terms: Terms) -> Maker:
        """Return the maker with one more edition. Raises TermsError where its id is known."""
        if any(t.id == terms.id for t in self.editions):
            raise TermsError(Problem(terms.where, f"there are already terms '{terms.id}'"))
        editions = (*self.editions, terms)
        return Maker(editions, widen(self.vocabulary, terms.facts), _lines(editions))


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """Makers by name."""

    makers: Mapping[str, Maker]

    def maker(self, name: str) -> Maker:
        """Return a maker. Raises FactError where there are no terms of it."""
        if name not in self.makers:
            hint = nearest(name, self.makers) or f"one of {', '.join(sorted(self.makers))}"
            raise FactError(Problem("maker", f"there are no terms of maker '{name}'", hint))
        return self.makers[name]

    @property
    def editions(self) -> Mapping[str, tuple[Terms, ...]]:
        """The editions by maker; a maker's are read when they are first asked for."""
        return Editions(self.makers)

    def everything(self) -> tuple[Terms, ...]:
        """Return the editions of all makers."""
        return tuple(t for name in sorted(self.makers) for t in self.makers[name].editions)

    def with_terms(self, added: Iterable[Terms]) -> Library:
        """Return a library that also holds the editions given."""
        makers: dict[str, Maker] = {}
        for terms in added:
            name = terms.document.maker
            known = makers.get(name) or self.makers.get(name) or Maker((), packaged_vocabulary())
            makers[name] = known.with_edition(terms)
        return Library(ChainMap(makers, self.makers)) if makers else self  # type: ignore[arg-type]


def _lines(editions: tuple[Terms, ...]) -> tuple[tuple[Terms, ...], ...]:
    lines: dict[str, list[Terms]] = {}
    for terms in sorted(editions, key=lambda t: (t.applies.since is not None, t.applies.since)):
        lines.setdefault(terms.applies.line, []).append(terms)
    return tuple(tuple(listed) for listed in lines.values())


def _in_force(editions: tuple[Terms, ...], facts: Mapping[str, Any]) -> Chosen:
    """Return the latest edition not younger than the facts' date; the first one for older dates."""
    dates = editions[-1].applies.dates
    on = next((facts[d] for d in dates if facts.get(d) is not None), None)
    if on is None:
        return Chosen(editions[-1])
    fitting = [t for t in editions if t.applies.since is None or t.applies.since <= on]
    return Chosen(fitting[-1]) if fitting else Chosen(editions[0], editions[0].applies.earlier)


class Editions(Mapping[str, tuple[Terms, ...]]):
    """A view of makers as their editions."""

    def __init__(self, makers: Mapping[str, Maker]) -> None:
        self.makers = makers

    def __getitem__(self, name: str) -> tuple[Terms, ...]:
        return self.makers[name].editions

    def __iter__(self) -> Iterator[str]:
        return iter(self.makers)

    def __len__(self) -> int:
        return len(self.makers)


class Packaged(Mapping[str, Maker]):
    """The makers that come with the package; one is read when it is first asked for."""

    def __getitem__(self, name: str) -> Maker:
        if name not in _folders():
            raise KeyError(name)
        return _packaged(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_folders())

    def __len__(self) -> int:
        return len(_folders())


@cache
def _folders() -> dict[str, Traversable]:
    found = (m for m in files("pvwarranty.terms").iterdir() if m.is_dir())
    return {m.name: m for m in sorted(found, key=lambda m: m.name) if m.name != "__pycache__"}


@cache
def _packaged(name: str) -> Maker:
    maker = Maker((), packaged_vocabulary())
    for edition in _editions(_folders()[name]):
        maker = maker.with_edition(read_path(edition))
    return maker


def packaged_files(terms_id: str) -> dict[str, bytes]:
    """Return the files that hold an edition of the package, by their paths; none where unknown.

    In the order in which the digest of the edition is taken of them.
    """
    maker = terms_id.partition("/")[0]
    if maker not in _folders():
        return {}
    editions = _editions(_folders()[maker])
    for terms, at in zip(_packaged(maker).editions, editions, strict=True):
        if terms.id == terms_id:
            parts = sorted(at.iterdir(), key=lambda p: p.name) if at.is_dir() else [at]
            root = f"{maker}/{at.name}/" if at.is_dir() else f"{maker}/"
            return {root + p.name: p.read_bytes() for p in parts if p.name.endswith(".toml")}
    return {}


@cache
def packaged_library() -> Library:
    """Return the terms that come with the package."""
    return Library(Packaged())


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
