"""The error tree, and the one shape in which problems are told.

    PvWarrantyError          anything this package refuses, with all its problems
    ├── TermsError           a terms file or the vocabulary is wrong
    ├── DataError            a site, measurement or export file is wrong
    └── FactError            a query or a fact of it is wrong

A message says what is wrong, where (file, row, column, clause, fact) and what to do.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where it stands, what it is and what to do about it."""

    where: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.hint})" if self.hint else text


class PvWarrantyError(Exception):
    """Base of all errors raised on purpose; carries every problem found, not the first alone."""

    def __init__(self, problems: Iterable[Problem] | Problem | str) -> None:
        if isinstance(problems, str):
            problems = Problem("", problems)
        if isinstance(problems, Problem):
            problems = (problems,)
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class TermsError(PvWarrantyError):
    """A terms file or the vocabulary of facts is wrong."""


class DataError(PvWarrantyError):
    """A site, measurement or export file is wrong."""


class FactError(PvWarrantyError):
    """A query or one of its facts is wrong."""


def printable(text: str) -> str:
    """Return text so that a terminal shows it on one line: control characters as escapes."""
    return "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c).startswith("C") else c
        for c in text
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'x'?`` for the known name nearest to `word`, or an empty string."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{found[0]}'?" if found else ""
