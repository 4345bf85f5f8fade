"""What is wrong with a bundle: the member, and the fault in Japanese and English."""

from __future__ import annotations

from dataclasses import dataclass

from pvwarranty.errors import Problem, printable
from pvwarranty.model import Text

LONGEST = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the member (or part of the archive) that it is in, and what it is."""

    member: str
    text: Text

    def problem(self, file: str, lang: str) -> Problem:
        """Return the fault as a problem of a file, in one language."""
        where = f"{file}: {self.member}" if self.member else file
        return Problem(where, self.text.of(lang))


def shown(value: object) -> str:
    """Return what a stranger wrote so that it can be printed: no control characters, not long."""
    text = printable(str(value))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
