"""What came of one try of a job."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from pvwarranty.errors import Problem

Tell = Callable[[float, str], None]  # how far a job is, 0-1, and at which stage


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended: done, failed for good, to be tried again, given back, or stopped."""

    kind: Literal["done", "failed", "again", "released", "stopped"]
    problems: tuple[Problem, ...] = ()
    wait: float = 1.0  # s until it is tried again


def failed(what: str, hint: str = "") -> Outcome:
    """Return the outcome of a job that cannot be done."""
    return Outcome("failed", (Problem("", what, hint),))


def refused(problems: Iterable[Problem]) -> Outcome:
    """Return the outcome of a job whose input is wrong."""
    return Outcome("failed", tuple(problems))


class Again(Exception):
    """Raised by a handler: not now, but after `wait` seconds; `problems` say what was met."""

    def __init__(self, wait: float, *problems: Problem) -> None:
        self.wait, self.problems = wait, problems
        super().__init__(f"again in {wait} s")
