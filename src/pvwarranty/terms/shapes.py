"""The kinds of value that each place of a terms file holds, checked before anything is read.

What the values mean is checked where they are read; here a table is a table and a text a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pvwarranty.errors import Problem
from pvwarranty.terms.schema import KINDS, STAGES

Fits = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class One:
    """A value by itself: what it is called, and whether one fits."""

    name: str
    fits: Fits


@dataclass(frozen=True, slots=True)
class Each:
    """A table, each value of which has one shape."""

    shape: Shape


@dataclass(frozen=True, slots=True)
class Rows:
    """A list, each entry of which has one shape."""

    shape: Shape


@dataclass(frozen=True, slots=True)
class Keys:
    """A table with the shapes of its keys; what is not named here has any shape."""

    shapes: Mapping[str, Shape]


Shape = One | Each | Rows | Keys


_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", re.ASCII)


def _matches(value: Any, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, list) and all(
        isinstance(v, str) and pattern.fullmatch(v) for v in value
    )


def _is_texts(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(v, str) for v in value)
    )


TEXT = One("a text", lambda v: isinstance(v, str))
TEXTS = One("a text or a list of texts", _is_texts)
SAID = One("a text or a list of texts", lambda v: _is_texts(v) and len(v) > 0)
LIST = One("a list of texts", lambda v: isinstance(v, list) and _is_texts(v))
FLAG = One("true or false", lambda v: isinstance(v, bool))
NUMBERS = One(
    "a list of whole numbers", lambda v: isinstance(v, list) and all(type(n) is int for n in v)
)
DATE = One("a date", lambda v: isinstance(v, date))
DAYS = One("a list of days, as '12-29'", lambda v: _matches(v, _DAY))
HOURS = One("two times, as '09:00'", lambda v: _matches(v, _TIME) and len(v) == 2)
ROW = One(
    "a row: a table, or a list of cells",
    lambda v: isinstance(v, dict | list),
)
ANYTHING = One("a value", lambda v: True)

RULE = Keys({
    "covers": TEXTS, "decision": TEXT, "else": TEXT, "answer": Each(ANYTHING), "missing": TEXTS,
    "cause": TEXTS, "precondition": ANYTHING, "measured": FLAG, "on": TEXT,
})  # fmt: skip
PRESUMPTION = Keys({"fact": TEXT, "assumption": TEXT})
MEASURED = Keys({
    "quantity": TEXT, "product": TEXT, "facts": Each(ANYTHING), "decides": FLAG, "request": TEXT,
    "each": FLAG, "warranted": TEXTS,
})  # fmt: skip
BLOCK = Keys({
    "coverage": TEXT, "label": SAID, "decision": TEXT, "otherwise": TEXT, "signs": TEXTS,
    "about": TEXTS, "unalleged": TEXTS, "let": Each(TEXT), "answer": Each(ANYTHING),
    "grant": Each(ANYTHING), "presume": Rows(PRESUMPTION), "measured": MEASURED,
    "timeline": Rows(Keys({"kind": TEXT, "say": SAID})),
    **{stage: Rows(RULE) for stage in (*STAGES, "adds")},
})  # fmt: skip
SHARED = (
    "answers", "requirement", "exclusion", "trigger", "limit", "condition", "addition",
)  # fmt: skip
FILE = Keys({
    "document": Keys({
        "id": TEXT, "maker": TEXT, "title": TEXT, "edition": TEXT, "publisher": TEXT,
        "dated": DATE, "source": TEXT,
    }),
    "applies": Keys({
        "line": TEXT, "date": TEXTS, "since": DATE, "earlier": TEXT, "unalleged": TEXTS,
        "presume": Rows(PRESUMPTION),
    }),
    "fact": Each(Each(ANYTHING)),
    "word": Each(SAID),
    "clause": Each(Each(TEXT)),
    "office": Each(Keys({
        "weekdays": NUMBERS, "national_holidays": FLAG, "closed": DAYS, "hours": HOURS,
    })),
    "table": Rows(Keys({
        "name": TEXT, "columns": TEXTS, "rows": Rows(ROW), "kind": TEXT, "assumption": ANYTHING,
    })),
    "let": Each(TEXT),
    **{name: Rows(RULE) for name in SHARED},
    **{name: Rows(BLOCK) for name in KINDS},
})  # fmt: skip


CASES = Keys({
    "maker": TEXT,
    "given": Each(ANYTHING),
    "case": Rows(Keys({
        "id": TEXT, "coverage": TEXT, "facts": Each(ANYTHING), "without": LIST, "none": LIST,
        "decision": TEXT, "clauses": LIST, "answer": Each(ANYTHING), "missing": LIST,
        "assumptions": LIST,
    })),
})  # fmt: skip


def shape_problems(content: Mapping[str, Any], shape: Shape, where: str) -> list[Problem]:
    """Return a problem for each value of a file that is of another kind than its place holds."""
    return [Problem(f"{where}: {at}", what) for at, what in _walk(content, shape, "")]


def _walk(value: Any, shape: Shape, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(shape, One):
        if not shape.fits(value):
            yield at, f"{_shown(value)} is not {shape.name}"
    elif isinstance(shape, Rows):
        if not isinstance(value, list):
            yield at, f"{_shown(value)} is not a list"
            return
        for n, entry in enumerate(value):
            yield from _walk(entry, shape.shape, f"{at}[{n}]")
    elif not isinstance(value, Mapping):
        yield at, f"{_shown(value)} is not a table"
    else:
        for key, entry in value.items():
            inner = shape.shape if isinstance(shape, Each) else shape.shapes.get(key, ANYTHING)
            yield from _walk(entry, inner, f"{at}.{key}" if at else key)


def _shown(value: Any) -> str:
    text = str(value)
    return f"'{text}'" if len(text) <= 40 else f"'{text[:39]}…'"
