"""What `verify` answers: verdicts with interval and clause, quality and provenance; as JSON too."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from pvwarranty.attribute.shares import is_counted, measure_of
from pvwarranty.estimate import Evidence, ModulesBelow
from pvwarranty.model import Cause, Estimate, Text


@dataclass(frozen=True, slots=True)
class Threshold:
    """The warranted ratio in force, as power of the channel's modules together too [W]."""

    ratio: Decimal
    power: Decimal
    step: str
    until: date


@dataclass(frozen=True, slots=True)
class JudgedCause:
    """A cause with what the terms say of it: whether it is warranted, and by which clauses."""

    cause: Cause
    warranted: bool
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one asset.

    quantity : output_ratio or capacity_ratio
    estimate : None where data do not suffice; then `reason` says why
    threshold : None after the cover has ended, or where its start is not known
    p_below : probability that the estimate is under the threshold, None without one
    standing : what monitoring makes of a claim: supported, not_supported or undecided
    details : further figures, such as the floor that follows
    """

    asset: str
    component: str
    coverage: str
    quantity: str
    estimate: Estimate | None
    p_below: float | None
    threshold: Threshold | None
    output: str
    modules_below: ModulesBelow | None
    causes: tuple[JudgedCause, ...]
    decision: str
    standing: str
    missing: tuple[str, ...]
    clauses: tuple[str, ...]
    assumptions: tuple[str, ...]
    next_step: Text
    deadline: date | None
    trace: Mapping[str, Any]
    reason: Text | None = None
    nominal: float = math.nan
    evidence: Evidence | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChannelQuality:
    """Rows of a channel, the share of daylight used, and the share under each flag."""

    rows: int
    used: float
    flags: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ClockState:
    """Correction of the record's clock at the day judged [s], and since when it was off."""

    shift: float
    since: date | None


@dataclass(frozen=True, slots=True)
class Result:
    """The whole answer for a site."""

    site: str
    on: date
    version: str
    seed: int
    terms: tuple[Mapping[str, str], ...]
    verdicts: tuple[Verdict, ...]
    channels: Mapping[str, ChannelQuality]
    clock: ClockState
    warnings: tuple[Text, ...]
    provenance: Mapping[str, Any]


def as_dict(result: Result, lang: str = "en") -> dict[str, Any]:
    """Return the result in the shape of its JSON, with texts in one language."""
    return {
        "site": result.site,
        "on": result.on.isoformat(),
        "version": result.version,
        "seed": result.seed,
        "terms": [dict(t) for t in result.terms],
        "verdicts": [_verdict(v, result.on, lang) for v in result.verdicts],
        "quality": {
            "channels": {
                name: {"rows": q.rows, "used": _number(q.used), "flags": _numbers(q.flags)}
                for name, q in result.channels.items()
            },
            "clock": {"shift": result.clock.shift, "since": _iso(result.clock.since)},
            "warnings": [w.of(lang) for w in result.warnings],
        },
        "provenance": dict(result.provenance),
    }


def as_json(result: Result, lang: str = "en") -> str:
    """Return the result as one JSON document, the same bytes for the same result."""
    return "".join(_written(as_dict(result, lang), "\n"))


def _written(value: Any, line: str) -> Iterator[str]:
    """Yield a value as JSON indented by one, lists of atoms on one line: maps stay small."""
    inner = f"{line} "
    if isinstance(value, Mapping) and value:
        yield "{"
        for number, (key, part) in enumerate(value.items()):
            yield f"{',' if number else ''}{inner}{json.dumps(key, ensure_ascii=False)}: "
            yield from _written(part, inner)
        yield f"{line}}}"
    elif isinstance(value, list | tuple) and any(isinstance(v, Mapping | list) for v in value):
        yield "["
        for number, part in enumerate(value):
            yield f"{',' if number else ''}{inner}"
            yield from _written(part, inner)
        yield f"{line}]"
    else:
        yield json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _verdict(verdict: Verdict, on: date, lang: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "asset": verdict.asset,
        "component": verdict.component,
        "coverage": verdict.coverage,
        "estimate": _estimate(verdict),
        "threshold": _threshold(verdict.threshold),
        "output": verdict.output,
        "modules_below": _modules(verdict.modules_below),
        "causes": [_cause(c, verdict.quantity, lang) for c in verdict.causes],
        "decision": verdict.decision,
        "missing": list(verdict.missing),
        "clauses": list(verdict.clauses),
        "assumptions": list(verdict.assumptions),
        "next_step": verdict.next_step.of(lang),
        "deadline": _iso(verdict.deadline),
        "trace": _plain(verdict.trace),
    }
    if verdict.reason is not None:
        shown["reason"] = verdict.reason.of(lang)
    if verdict.details:
        shown["details"] = _plain(verdict.details)
    return shown


def _estimate(verdict: Verdict) -> dict[str, Any] | None:
    e = verdict.estimate
    if e is None:
        return None
    return {
        "quantity": e.quantity,
        "value": _number(e.value),
        "low": _number(e.low),
        "high": _number(e.high),
        "level": e.level,
        "p_below": None if verdict.p_below is None else _number(verdict.p_below),
        "method": e.method,
        "n": e.n,
        "on": e.on.isoformat(),
        "budget": _numbers(e.budget),
        "lines": {name: _numbers(line) for name, line in e.lines.items()},
    }


def _threshold(threshold: Threshold | None) -> dict[str, Any] | None:
    if threshold is None:
        return None
    return {
        "ratio": float(threshold.ratio),
        "power": float(threshold.power),
        "step": threshold.step,
        "until": threshold.until.isoformat(),
    }


def _modules(found: ModulesBelow | None) -> dict[str, int] | None:
    return None if found is None else {"at_least": found.at_least, "at_most": found.at_most}


def _cause(judged: JudgedCause, quantity: str, lang: str) -> dict[str, Any]:
    c = judged.cause
    shown: dict[str, Any] = {
        "cause": c.cause,
        "since": _iso(c.since),
        "since_between": None if c.between is None else [_iso(d) for d in c.between],
        "until": _iso(c.until),
        "active": c.active,
        "share": _number(c.share),
        "probability": _number(c.probability),
        "warranted": judged.warranted,
        "clauses": list(judged.clauses),
        "evidence": _plain(c.evidence),
    }
    if quantity == "output_ratio":  # what is not counted stands in place of others
        shown |= {"of": measure_of(c), "counted": is_counted(c)}
    if c.settle is not None:
        shown["settle"] = c.settle.of(lang)
    return shown


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _number(value: float) -> float:
    # five significant places past the comma: no more is known, and bytes stay the same everywhere
    return round(float(value), 5) + 0.0


def _numbers(values: Mapping[str, float]) -> dict[str, float]:
    return {name: _number(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it: dates as ISO text, decimals as numbers, NaN as null."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return _atom(value)


def _atom(value: Any) -> Any:
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, Decimal | float):
        number = float(value)
        return round(number, 6) if math.isfinite(number) else None
    return value.isoformat() if isinstance(value, date) else str(value)
