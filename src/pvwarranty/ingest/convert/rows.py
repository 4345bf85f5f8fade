"""Rows that hold no data: why each is left out, or that it should not be there at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pvwarranty.errors import Problem
from pvwarranty.ingest.convert.grids import Batch
from pvwarranty.ingest.convert.headers import Fit, compact, shown

FOOTERS = (
    "合計", "小計", "総計", "計", "平均", "平均値", "合計値", "最大", "最小", "最大値", "最小値",
    "total", "sum", "average", "avg", "mean", "max", "min", "subtotal", "grandtotal",
)  # fmt: skip
BLANK = "blank rows"
FOOTER = "rows of totals and averages"
REPEATED = "the header again"
NO_DATE = "rows without a date or time"


@dataclass(slots=True)
class Left:
    """Rows left out so far, by reason, and the problems found. Grows as a file is read."""

    dropped: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    more: int = 0

    def once(self, problem: Problem) -> None:
        """Keep a problem unless it was told before."""
        if problem not in self.problems:
            self.problems.append(problem)

    def add(self, problem: Problem, most: int = 20) -> None:
        """Keep a problem; of more than `most` only the number."""
        if len(self.problems) < most:
            self.problems.append(problem)
        else:
            self.more += 1


def leave_out(fit: Fit, batch: Batch, bad: NDArray[np.bool_], left: Left) -> None:
    """Sort the rows of a batch that have no readable stamp into `left`."""
    import pyarrow as pa

    places = np.flatnonzero(bad)
    if not len(places):
        return
    taken = [column.take(pa.array(places)).to_pylist() for column in batch.cells]
    footers = {*FOOTERS, *(compact(word) for word in fit.profile.footer)}
    header = [compact(cell) for cell in fit.grid.head[fit.header]]
    for place, cells in zip(places, zip(*taken, strict=True), strict=True):
        reason = _reason(fit, cells, header, footers)
        if reason:
            left.dropped[reason] += 1
            continue
        stamp = " ".join(cells[i] for i in fit.time.values())
        column = ", ".join(fit.grid.head[fit.header][i] or "first" for i in fit.time.values())
        where = f"{fit.grid.name}, row {batch.row(int(place))}, column '{column}'"
        left.add(Problem(where, f"'{shown(stamp)}' is no time"))


def _reason(fit: Fit, cells: Sequence[str], header: Sequence[str], footers: set[str]) -> str:
    words = [compact(cell) for cell in cells]
    if not any(words):
        return BLANK
    if words[: len(header)] == list(header)[: len(words)]:
        return REPEATED
    times = [words[i] for i in fit.time.values()]
    if any(_is_footer(w, footers) for w in (*times, words[0])):
        return FOOTER
    if not all(times):
        return FOOTER if any(w in footers for w in words) else NO_DATE
    return ""


def _is_footer(word: str, footers: set[str]) -> bool:
    return word in footers or any(len(f) > 1 and word.startswith(f) for f in footers)
