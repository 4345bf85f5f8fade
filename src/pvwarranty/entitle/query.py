"""Queries: maker, coverage and facts, read against the terms at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pvwarranty.errors import FactError, Problem, nearest
from pvwarranty.terms import Library, read_facts

KEYS = ("maker", "coverage", "facts")


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: of which maker, under which coverage (None: any), with which facts told."""

    maker: str
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
    problems = [
        Problem(f"query.{key}", f"unknown key '{key}'", nearest(str(key), KEYS))
        for key in raw
        if key not in KEYS
    ]
    maker = _maker(raw, library, problems)
    coverage = _coverage(raw, maker, library, problems) if maker else None
    facts = _facts(raw, library, problems)
    if problems:
        raise FactError(problems)
    return Query(maker, coverage, facts)


def _maker(raw: Mapping[str, Any], library: Library, problems: list[Problem]) -> str:
    maker = raw.get("maker")
    if isinstance(maker, str) and maker in library.editions:
        return maker
    known = ", ".join(sorted(library.editions))
    near = nearest(maker[:100], library.editions) if isinstance(maker, str) else ""
    what = f"there are no terms of maker {_shown(maker)}" if "maker" in raw else "is missing"
    problems.append(Problem("maker", what, near or f"one of {known}"))
    return ""


def _coverage(
    raw: Mapping[str, Any], maker: str, library: Library, problems: list[Problem]
) -> str | None:
    coverage = raw.get("coverage")
    known = library.coverages(maker)
    if coverage is None or coverage in known:
        return coverage
    near = nearest(coverage[:100], known) if isinstance(coverage, str) else ""
    what = f"maker '{maker}' has no coverage {_shown(coverage)}"
    problems.append(Problem("coverage", what, near or f"one of {', '.join(known)}"))
    return None


def _facts(raw: Mapping[str, Any], library: Library, problems: list[Problem]) -> dict[str, Any]:
    facts = raw.get("facts", {})
    if not isinstance(facts, Mapping):
        problems.append(Problem("facts", "is not an object of facts by name"))
        return {}
    try:
        return read_facts(facts, library.vocabulary)
    except FactError as error:
        problems += error.problems
        return {}


def _shown(value: Any) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
