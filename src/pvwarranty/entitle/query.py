"""Queries: maker, coverage and facts, read against the terms at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pvwarranty.errors import FactError, Problem, nearest
from pvwarranty.terms import Library, Maker, Vocabulary, packaged_vocabulary, read_facts
from pvwarranty.terms.vocabulary import HINTS, shown

KEYS = ("maker", "coverage", "facts")
LENGTH = 100  # of a name, as far as it is compared


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: of which maker, under which coverage (None: any), with which facts told."""

    maker: Maker
    name: str
    coverage: str | None
    facts: Mapping[str, Any]


def read_query(raw: Any, library: Library) -> Query:
    """Return a query; one wrapped as ``{"query": {…}}`` is unwrapped.

    Raises FactError with every problem: keys, maker, coverage, facts, words, contradictions.
    """
    if isinstance(raw, Mapping) and isinstance(raw.get("query"), Mapping):
        raw = raw["query"]
    if not isinstance(raw, Mapping):
        raise FactError(Problem("query", "is not an object with maker, coverage and facts"))
    unknown = [str(key)[:LENGTH] for key in raw if key not in KEYS]
    problems = [
        Problem(f"query.{key}", f"unknown key '{key}'", nearest(key, KEYS) if n < HINTS else "")
        for n, key in enumerate(unknown)
    ]
    maker = _maker(raw, library, problems)
    coverage = _coverage(raw, maker, problems) if maker else None
    told = _facts(raw, maker.vocabulary if maker else packaged_vocabulary(), problems)
    if problems or maker is None:
        raise FactError(problems)
    return Query(maker, raw["maker"], coverage, told)


def _maker(raw: Mapping[str, Any], library: Library, problems: list[Problem]) -> Maker | None:
    name = raw.get("maker")
    if isinstance(name, str):
        try:
            return library.maker(name[:LENGTH])
        except FactError as error:
            problems += error.problems
            return None
    what = f"{shown(name)} is not a maker" if "maker" in raw else "is missing"
    problems.append(Problem("maker", what, f"one of {', '.join(sorted(library.makers))}"))
    return None


def _coverage(raw: Mapping[str, Any], maker: Maker, problems: list[Problem]) -> str | None:
    coverage = raw.get("coverage")
    known = maker.coverages()
    if coverage is None or coverage in known:
        return coverage
    near = nearest(coverage[:LENGTH], known) if isinstance(coverage, str) else ""
    what = f"maker '{raw['maker']}' has no coverage {shown(coverage)}"
    problems.append(Problem("coverage", what, near or f"one of {', '.join(known)}"))
    return None


def _facts(
    raw: Mapping[str, Any], vocabulary: Vocabulary, problems: list[Problem]
) -> dict[str, Any]:
    facts = raw.get("facts", {})
    if not isinstance(facts, Mapping):
        problems.append(Problem("facts", "is not an object of facts by name"))
        return {}
    try:
        return read_facts(facts, vocabulary)
    except FactError as error:
        problems += error.problems
        return {}
