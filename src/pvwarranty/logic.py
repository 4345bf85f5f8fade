"""Three-valued truth, values that are not known, and findings that say why.

A fact that nobody has told is *unknown*; it is never taken for "no". `Truth` therefore refuses to
be used as a `bool`, and a value that rests on untold facts is an `Unknown` that names them.
The algebra is Kleene's strong logic (S. C. Kleene, Introduction to Metamathematics, 1952, §64):
and is the minimum, or the maximum, not the minus.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NoReturn


class Truth(IntEnum):
    """FALSE, UNKNOWN or TRUE; compare it with `is`."""

    FALSE = -1
    UNKNOWN = 0
    TRUE = 1

    def __bool__(self) -> NoReturn:
        raise TypeError("a Truth has three values: compare it with `is`")

    def __and__(self, other: int) -> Truth:
        return Truth(min(self, other))

    def __or__(self, other: int) -> Truth:
        return Truth(max(self, other))

    def __invert__(self) -> Truth:
        return OPPOSITE[self]


OPPOSITE = {
    Truth.FALSE: Truth.TRUE,
    Truth.UNKNOWN: Truth.UNKNOWN,
    Truth.TRUE: Truth.FALSE,
}
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that rests on facts not told; `asks` names exactly those facts."""

    asks: frozenset[str]

    def __bool__(self) -> NoReturn:
        raise TypeError("an Unknown is neither true nor false: ask for its facts")


def asks_of(values: Iterable[Any]) -> frozenset[str]:
    """Return all facts that the unknown ones among `values` ask for."""
    return NOTHING.union(*(v.asks for v in values if type(v) is Unknown))


def truth_of(value: Any) -> Truth:
    """Return the truth of a yes/no value; what is known not to exist is FALSE.

    Raises TypeError for anything that is no yes/no value.
    """
    if value is True:
        return Truth.TRUE
    if value is False or value is None:
        return Truth.FALSE
    if type(value) is Unknown:
        return Truth.UNKNOWN
    raise TypeError(f"{value!r} is neither yes nor no")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one statement, from which values, and what is asked to settle it.

    clauses : the clauses the statement stands in
    because : the values it was judged on, by name
    asks : the facts that could settle it; empty unless the truth is UNKNOWN
    parts : findings of its parts, every one of them, whatever the others are
    """

    statement: str
    truth: Truth
    clauses: tuple[str, ...] = ()
    because: Mapping[str, Any] = field(default_factory=dict)
    asks: frozenset[str] = NOTHING
    parts: tuple[Finding, ...] = ()


def all_of(statement: str, parts: tuple[Finding, ...]) -> Finding:
    """Return the conjunction: as true as its least true part."""
    truth = min((p.truth for p in parts), default=Truth.TRUE)
    return Finding(statement, truth, asks=_open_asks(truth, parts), parts=parts)


def any_of(statement: str, parts: tuple[Finding, ...]) -> Finding:
    """Return the disjunction: as true as its truest part."""
    truth = max((p.truth for p in parts), default=Truth.FALSE)
    return Finding(statement, truth, asks=_open_asks(truth, parts), parts=parts)


def none_of(statement: str, part: Finding) -> Finding:
    """Return the negation of a finding."""
    return Finding(statement, ~part.truth, asks=part.asks, parts=(part,))


def _open_asks(truth: Truth, parts: Iterable[Finding]) -> frozenset[str]:
    if truth is not Truth.UNKNOWN:
        return NOTHING
    return NOTHING.union(*(p.asks for p in parts))
