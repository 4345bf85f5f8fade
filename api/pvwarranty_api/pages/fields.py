"""Fields of forms, made from the vocabulary of facts or from the schema of a site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pvwarranty.errors import Problem

INPUTS = {"number": "number", "date": "date", "datetime": "datetime-local"}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form.

    kind : yes_no, check, number, date, datetime, word or text
    options : of a choice, value and text
    plain : an empty choice is "not set", not "unknown"
    wrong : what is wrong with the value, in the language of the page
    """

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    help: str = ""
    unit: str = ""
    options: tuple[tuple[str, str], ...] = ()
    suggest: tuple[str, ...] = ()
    least: Any = None
    most: Any = None
    required: bool = False
    plain: bool = False
    wrong: str = ""

    @property
    def input(self) -> str:
        """Return the type of the HTML input."""
        return INPUTS.get(self.kind, "text")


def shown(value: Any) -> str:
    """Return a value as a field holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, list | tuple):
        return ", ".join(shown(v) for v in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def read(kind: str, text: str) -> Any:
    """Return the value that a field's text stands for; what is no such value stays text."""
    if kind.startswith("list:"):
        inner = kind.removeprefix("list:")
        return [read(inner, part.strip()) for part in text.split(",") if part.strip()]
    if kind in ("yes_no", "check") and text in ("true", "false"):
        return text == "true"
    try:
        return READ[kind](text) if kind in READ else text
    except ValueError:
        return text


def number(text: str) -> int | float:
    """Return a number, whole where it is written so. Raises ValueError."""
    text = text.replace(",", "").replace("，", "")
    value = float(text)
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return int(value) if Decimal(text) == int(value) and "." not in text else value


READ = {
    "number": number, "date": date.fromisoformat, "datetime": datetime.fromisoformat,
    "whole": number,
}  # fmt: skip


def with_problems(
    fields: Iterable[Field], problems: Sequence[Problem], prefix: str = ""
) -> tuple[list[Field], list[Problem]]:
    """Return fields with what is wrong with each, and the problems that belong to none."""
    told: dict[str, list[str]] = {}
    for p in problems:
        told.setdefault(_name(p, prefix), []).append(f"{p.what} {p.hint}".strip())
    made = [replace(f, wrong=" ".join(told.get(f.name, []))) for f in fields]
    names = {f.name for f in made}
    return made, [p for p in problems if _name(p, prefix) not in names]


def _name(problem: Problem, prefix: str) -> str:
    return problem.where.removeprefix(prefix)


def filled(form: Mapping[str, Any], name: str) -> str:
    """Return the text of a field; empty where it is not there."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
