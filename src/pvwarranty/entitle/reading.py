"""Reading queries: one object, an array, or JSON Lines; a bad line does not stop the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from pvwarranty.errors import FactError, Problem


@dataclass(frozen=True, slots=True)
class Line:
    """A query as it stands in the input, or why it cannot be read; `many` in lines or an array."""

    where: str
    raw: Any = None
    error: FactError | None = None
    many: bool = True


def read_queries(text: str) -> Iterator[Line]:
    """Yield the queries in a text: JSON Lines, an array of objects, or one object.

    Raises FactError where the text is neither.
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise FactError(Problem("input", "is empty", "give a JSON object, an array or JSON Lines"))
    lines = [(n, s) for n, s in enumerate(text.splitlines(), 1) if s.strip()]
    if len(lines) > 1 and _looks_like_lines(lines):
        yield from (_line(n, s) for n, s in lines)
        return
    value = parse(text, "input")
    if isinstance(value, list):
        yield from (Line(f"[{n}]", item) for n, item in enumerate(value))
    else:
        yield Line("", value, many=False)


def _looks_like_lines(lines: list[tuple[int, str]]) -> bool:
    """Tell JSON Lines from one value over several lines: most of its lines are whole objects."""
    whole = sum(s.strip().startswith("{") and s.strip().endswith("}") for _, s in lines)
    return 2 * whole > len(lines)


def _line(number: int, text: str) -> Line:
    where = f"line {number}"
    try:
        return Line(where, parse(text, where))
    except FactError as error:
        return Line(where, error=error)


def parse(text: str, where: str) -> Any:
    """Return a JSON value with exact numbers.

    Raises FactError for what is no JSON, NaN and infinities, a key given twice, or too deep a text.
    """
    try:
        return json.loads(
            text,
            parse_float=Decimal,
            parse_constant=_constant,
            object_pairs_hook=_pairs,
        )
    except json.JSONDecodeError as error:
        what = f"is not JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        raise FactError(Problem(where, what)) from None
    except RecursionError:
        raise FactError(Problem(where, "is nested too deeply")) from None
    except (ValueError, ArithmeticError) as error:
        raise FactError(Problem(where, str(error))) from None


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(n for n in names if names.count(n) > 1)
        raise ValueError(f"'{twice[:100]}' is given twice")
    return told
