"""What a decision is taken on: told facts, what is presumed of the untold, and lets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pvwarranty.condition import CONTEXT, Context, Record
from pvwarranty.decide.plan import Plan
from pvwarranty.logic import Unknown
from pvwarranty.terms.schema import Presumption


@dataclass(frozen=True, slots=True)
class Told:
    """Values by name: which were stated, which presumed (under what assumption), which are lets."""

    values: dict[str, Any]
    stated: frozenset[str]
    presumed: dict[str, str]
    lets: tuple[str, ...]


def tell(plan: Plan, facts: Mapping[str, Any], context: Context) -> Told:
    """Return the values that a block is judged on.

    Circumstances that nobody alleges are absent (A0), questions not put are none, presumptions of
    the terms fill in facts not told; whatever else is not told stays unknown.
    """
    values = {**plan.absent, **facts}
    values[CONTEXT] = _holidays(context, facts)
    stated = frozenset(facts)
    presumed: dict[str, str] = {}
    for presumption in plan.block.presume:
        if _presume(presumption, values, stated):
            presumed[presumption.fact] = presumption.assumption
    for name, expression in plan.lets:
        values[name] = expression.value(values)
    return Told(values, stated, presumed, tuple(n for n, _ in plan.lets))


def _holidays(context: Context, facts: Mapping[str, Any]) -> Context:
    days = facts.get("national_holidays")
    return context if days is None else Context(context.counting, frozenset(days))


def _presume(presumption: Presumption, values: dict[str, Any], stated: frozenset[str]) -> bool:
    """Presume a fact that is not told; tell whether that was done.

    Where the way to it has begun to be told, the rest of that way is what is asked for.
    """
    name = presumption.fact
    if "." in name:
        return _presume_part(presumption, values)
    if name in stated or name in values:
        return False
    value = presumption.value.value(values)
    begun = not stated.isdisjoint(presumption.value.reads.names)
    if value is None or (type(value) is Unknown and not begun):
        return False
    values[name] = value
    return True


def _presume_part(presumption: Presumption, values: dict[str, Any]) -> bool:
    """Presume a part that records of a fact do not tell."""
    owner, _, part = presumption.fact.rpartition(".")
    name = owner.removesuffix("[]")
    held = values.get(name)
    records = held if isinstance(held, tuple) else (held,)
    if not any(isinstance(r, Record) and part not in r for r in records):
        return False
    value = presumption.value.value(values)
    filled = tuple(
        Record({part: value, **r}, r.path) if isinstance(r, Record) else r for r in records
    )
    values[name] = filled if isinstance(held, tuple) else filled[0]
    return True
