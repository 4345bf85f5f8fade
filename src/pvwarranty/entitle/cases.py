"""Cases: queries with what is to come out, as TOML; they test terms, and show what they mean.

[given]                      # facts of every case below, unless it says otherwise
warranty_certified = true

[[case]]
id = "last day"
coverage = "tos_module_output"
facts = { completion_date = 2020-06-15, … }
without = ["normal_use"]     # of the given facts, not told here
none = ["registered_on"]     # known not to exist (null)
decision = "covered"
clauses = ["TOS-2.2-B-c"]    # among those that decide it
answer = { period_end = 2045-06-15 }
missing = ["completion_date"]        # exactly these
assumptions = ["A12"]        # among those it rests on
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pvwarranty.decide import Decision
from pvwarranty.entitle.answering import answer
from pvwarranty.entitle.result import plain
from pvwarranty.errors import Problem, PvWarrantyError, TermsError, nearest
from pvwarranty.terms import Library, Terms
from pvwarranty.terms.loading import frozen
from pvwarranty.terms.shapes import CASES, shape_problems

KEYS = {
    "id", "question", "coverage", "facts", "without", "none", "decision", "clauses", "answer",
    "missing", "assumptions",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A query and what is to come out."""

    id: str
    query: Mapping[str, Any]
    decision: str
    clauses: tuple[str, ...] = ()
    answer: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] | None = None
    assumptions: tuple[str, ...] = ()


def read_cases(text: str, where: str) -> tuple[Case, ...]:
    """Return the cases in a TOML text, of the maker it names. Raises TermsError."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise TermsError(Problem(where, f"is not TOML: {error}")) from None
    if odd := shape_problems(raw, CASES, where):
        raise TermsError(odd)
    problems = [
        Problem(f"{where}: case {n + 1}", f"unknown key '{key}'", nearest(key, KEYS))
        for n, case in enumerate(raw.get("case", ()))
        for key in case.keys() - KEYS
    ]
    if "maker" not in raw:
        problems.append(Problem(where, "'maker' is missing"))
    if problems:
        raise TermsError(problems)
    given = raw.get("given", {})
    return tuple(_case(c, given, raw["maker"], n) for n, c in enumerate(raw.get("case", ())))


def _case(raw: Mapping[str, Any], given: Mapping[str, Any], maker: str, number: int) -> Case:
    kept = {k: v for k, v in given.items() if k not in raw.get("without", ())}
    facts = {**kept, **raw.get("facts", {}), **dict.fromkeys(raw.get("none", ()))}
    return Case(
        id=raw.get("id", f"case {number + 1}"),
        query={"maker": maker, "coverage": raw.get("coverage"), "facts": facts},
        decision=raw.get("decision", ""),
        clauses=tuple(raw.get("clauses", ())),
        answer=raw.get("answer", {}),
        missing=tuple(raw["missing"]) if "missing" in raw else None,
        assumptions=tuple(raw.get("assumptions", ())),
    )


def try_case(case: Case, library: Library) -> tuple[tuple[Decision, ...], list[Problem]]:
    """Return what comes out of a case, and what of it is not as it should be."""
    try:
        decisions = answer(case.query, library)
    except PvWarrantyError as error:
        return (), [Problem(f"case {case.id}: {p.where}", p.what, p.hint) for p in error.problems]
    return decisions, [
        Problem(f"case {case.id}", what) for what in _differences(case, decisions[0])
    ]


def _differences(case: Case, decision: Decision) -> Iterator[str]:
    if decision.word != case.decision:
        yield f"is {decision.word}, should be {case.decision} (missing: {decision.missing})"
    lacking = [c for c in case.clauses if c not in decision.clauses]
    if lacking:
        yield f"is not decided by {', '.join(lacking)} but by {', '.join(decision.clauses)}"
    if case.missing is not None and set(case.missing) != set(decision.missing):
        yield f"misses {decision.missing}, should miss {case.missing}"
    untold = [a for a in case.assumptions if a not in decision.assumptions]
    if untold:
        yield f"does not name assumption {', '.join(untold)}"
    for key, value in case.answer.items():
        told = plain(decision.answer.get(key))
        if told != plain(frozen(value)):
            yield f"has {key} = {told!r}, should be {value!r}"


def check_cases(cases: Iterable[Case], terms: Terms, library: Library) -> list[Problem]:
    """Return cases that do not come out, and clauses that no case decides."""
    problems: list[Problem] = []
    decided: set[str] = set()
    for case in cases:
        decisions, wrong = try_case(case, library)
        problems += wrong
        decided.update(c for d in decisions for c in d.clauses)
    hint = "add a case that this clause decides"
    undecided = (c for c in terms.clauses.values() if c.id not in decided and not c.informs)
    return problems + [Problem(f"clause {c.id}", "no case decides it", hint) for c in undecided]
