"""Reading TOML entries: known keys, specs, conditions; every problem kept with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pvwarranty.condition import Condition, Expression, Scope
from pvwarranty.errors import Problem, nearest
from pvwarranty.terms.schema import Spec


@dataclass(frozen=True, slots=True)
class Reader:
    """A place in a terms file, what names mean there, and where problems go."""

    where: str
    scope: Scope
    problems: list[Problem]

    def at(self, place: str) -> Reader:
        """Return the reader of a place inside this one."""
        joiner = ": " if self.where.endswith((".toml", "/")) else "."
        return Reader(f"{self.where}{joiner}{place}", self.scope, self.problems)

    def problem(self, what: str, hint: str = "") -> None:
        """Keep a problem of this place."""
        self.problems.append(Problem(self.where, what, hint))

    def known(self, raw: Mapping[str, Any], keys: set[str], needed: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        """Keep a problem for every unknown and every missing key."""
        for key in raw.keys() - keys:
            self.problem(f"unknown key '{key}'", nearest(key, keys))
        for key in sorted(needed - raw.keys()):
            self.problem(f"'{key}' is missing")

    def words(self, raw: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """Return a word or a list of words as a tuple."""
        value = raw.get(key, ())
        return (value,) if isinstance(value, str) else tuple(value)

    def condition(self, raw: Mapping[str, Any], key: str = "when") -> Condition:
        """Return a condition; its text is read when it is first used."""
        return Condition(self._text(raw, key), self.scope, self.where)

    def expression(self, raw: Mapping[str, Any], key: str) -> Expression:
        """Return an expression written without `=`."""
        return Expression(self._text(raw, key), self.scope, f"{self.where}.{key}")

    def _text(self, raw: Mapping[str, Any], key: str) -> str:
        text = raw.get(key, "None")
        if not isinstance(text, str):
            self.problem(f"'{key}' is not an expression in quotes")
            return "None"
        return text.removeprefix("=").strip()

    def spec(self, value: Any) -> Spec:
        """Return a literal, or an expression where a text begins with ``=``."""
        if isinstance(value, str) and value.startswith("="):
            return Expression(value[1:].strip(), self.scope, self.where)
        if isinstance(value, list):
            return tuple(self.spec(v) for v in value)
        return value

    def specs(self, raw: Mapping[str, Any], key: str) -> dict[str, Spec]:
        """Return a table of specs."""
        return {k: self.at(f"{key}.{k}").spec(v) for k, v in raw.get(key, {}).items()}

    def many(self, raw: Mapping[str, Any], key: str) -> tuple[Spec, ...]:
        """Return one spec or a list of them as a tuple."""
        value = raw.get(key, [])
        return tuple(self.spec(v) for v in (value if isinstance(value, list) else [value]))
