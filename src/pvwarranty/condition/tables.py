"""Look-ups of rows by the cells of some columns; a cell that is a list holds several keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pvwarranty.condition.values import Record

Find = Callable[[tuple[Any, ...]], tuple[Record, ...]]


def finder(table: tuple[Record, ...], columns: list[str]) -> Find:
    """Return a search of rows by the cells of `columns`, indexed by the first of them."""
    if not columns:
        return lambda wanted: table
    index: dict[Any, list[Record]] = {}
    for record in table:
        cell = record.get(columns[0])
        for key in cell if isinstance(cell, tuple) else (cell,):
            index.setdefault(key, []).append(record)

    def find(wanted: tuple[Any, ...]) -> tuple[Record, ...]:
        rest = list(zip(columns[1:], wanted[1:], strict=True))
        candidates = index.get(wanted[0], ())
        return tuple(r for r in candidates if all(_fits(r.get(c), v) for c, v in rest))

    return find


def _fits(cell: Any, value: Any) -> bool:
    return value in cell if isinstance(cell, tuple) else bool(cell == value)
