"""Results: a decision as the answer's JSON, with quotes, what is missing, and its trace."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

from pvwarranty.condition import is_simple
from pvwarranty.decide import Decision, Judged
from pvwarranty.logic import Finding, Truth
from pvwarranty.terms import Rule
from pvwarranty.terms.schema import FAILING

SHOWN = {truth: truth.name.lower() for truth in Truth}


ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def to_json(told: Any) -> str:
    """Return JSON text on one line."""
    return ENCODER.encode(told)


def as_dict(decision: Decision) -> dict[str, Any]:
    """Return a decision as the answer's JSON object: the fixed keys, then those that apply."""
    clauses = decision.terms.clauses
    return {
        "decision": decision.word,
        "coverage": decision.block.coverage,
        "clauses": list(decision.clauses),
        "quotes": [clauses[c].quote for c in decision.clauses if c in clauses],
        "missing": list(decision.missing),
        "assumptions": list(decision.assumptions),
        "trace": trace(decision),
        **{key: plain(value) for key, value in decision.answer.items()},
    }


def plain(value: Any) -> Any:
    """Return a value as JSON has it: ISO dates, exact numbers, lists."""
    turn = TURNED.get(type(value))
    if turn is not None:
        return turn(value)
    return {k: plain(v) for k, v in value.items()} if isinstance(value, Mapping) else str(value)


def _number(value: Decimal) -> float | str:
    """Return a number whose JSON text is the exact decimal; as text where a float cannot be it."""
    number = float(value)
    return number if Decimal(repr(number)) == value else str(value)


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="seconds" if value.second else "minutes")


def _same(value: Any) -> Any:
    return value


TURNED: dict[type, Callable[[Any], Any]] = {
    str: _same,
    bool: _same,
    int: _same,
    type(None): _same,
    Decimal: _number,
    date: date.isoformat,
    time: time.isoformat,
    datetime: _moment,
    tuple: lambda value: [plain(v) for v in value],
    list: lambda value: [plain(v) for v in value],
}


def trace(decision: Decision) -> dict[str, Any]:
    """Return why: every rule in order of evaluation with its truth, and the values worked out.

    Additions stand in it where they speak; exclusions that nobody alleges by their clauses alone.
    """
    shown = (j for j in decision.judged if j.rule.stage != "adds" or j.speaks is Truth.TRUE)
    rules, unalleged = [], []
    for judged in shown:
        if judged.alleged:
            rules.append(_rule(judged))
        else:
            unalleged += [c for c in judged.rule.clauses if isinstance(c, str)]
    told = {"terms": decision.terms.id, "rules": rules, "unalleged": unalleged}
    return {**told, "values": _values(decision)}


def _rule(judged: Judged) -> dict[str, Any]:
    rule = judged.rule
    if judged.speaks is Truth.FALSE and judged.given is None:
        silent = _silent(rule)
        return silent if rule.literal else {**silent, "clauses": list(judged.clauses)}
    told = {"stage": rule.stage, "clauses": list(judged.clauses)}
    leads = {"leads_to": rule.decision} if rule.decision else {}
    return {**told, **finding_dict(judged.finding), **leads}


@cache
def _silent(rule: Rule) -> dict[str, Any]:
    """Return what is told of a rule that does not speak, the same every time."""
    truth = Truth.TRUE if rule.stage in FAILING else Truth.FALSE
    told = {"stage": rule.stage, "clauses": [c for c in rule.clauses if isinstance(c, str)]}
    return {**told, "statement": rule.when.text, "truth": SHOWN[truth]}


def finding_dict(finding: Finding) -> dict[str, Any]:
    """Return a finding with its parts."""
    told: dict[str, Any] = {"statement": finding.statement, "truth": SHOWN[finding.truth]}
    if finding.because:
        told["because"] = {k: plain(v) for k, v in finding.because.items()}
    if finding.asks:
        told["asks"] = sorted(finding.asks)
    if finding.parts:
        told["parts"] = [finding_dict(p) for p in finding.parts]
    return told


def _values(decision: Decision) -> dict[str, Any]:
    """Return what was presumed or worked out, as far as it can be shown."""
    told = decision.told
    found = ((name, told.values.get(name)) for name in (*told.presumed, *told.lets))
    return {n: plain(value) for n, value in found if value is not None and is_simple(value)}
