"""What expressions work on: values by name, records with parts, the scope of a terms file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pvwarranty.calendar import Office
from pvwarranty.logic import Unknown

Values = Mapping[str, Any]
Run = Callable[[Values], Any]
CONTEXT = "@context"


class Record(dict[str, Any]):
    """Named values: a row of a table (path ""), or a fact that has parts, under its path."""

    __slots__ = ("path",)

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        super().__init__(values)
        self.path = path

    def part(self, name: str) -> Any:
        """Return a part; a row has no other cells, a fact may have parts not told."""
        if name in self:
            return self[name]
        return Unknown(frozenset({f"{self.path}.{name}"})) if self.path else None


@dataclass(frozen=True, slots=True)
class Scope:
    """What names of an expression mean beside facts: tables and offices of its terms."""

    tables: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    offices: Mapping[str, Office] = field(default_factory=dict)
    where: str = ""


def is_simple(value: Any) -> bool:
    """Tell whether a value can be shown by itself: known, and no record or rows."""
    if isinstance(value, tuple):
        return not any(isinstance(v, Record) for v in value)
    return type(value) is not Unknown and not isinstance(value, Record)
