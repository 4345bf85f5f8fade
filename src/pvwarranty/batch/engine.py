"""What runs a function over items on workers, whichever machines these are on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")

DEATHS = 50  # workers that may die one after the other without one item done


class Engine(Protocol):
    """Runs a picklable function over items.

    workers : how many items are worked on at a time
    most : most sites that one item should hold
    """

    @property
    def workers(self) -> int:
        """How many items are worked on at a time."""

    @property
    def most(self) -> int:
        """Most sites that one item should hold."""

    def run(self, work: Callable[[Item], object], items: Iterable[Item]) -> Iterator[Item]:
        """Yield every item once, in the order in which they end, done or lost with a worker.

        An item is lost where the worker died on it; the caller sees what is missing and asks
        again. Items are taken from `items` one by one as workers have room, so that memory does
        not grow with their number. What `work` returns is thrown away: it leaves its results in
        a store. What it raises ends the run and is raised here.
        """
