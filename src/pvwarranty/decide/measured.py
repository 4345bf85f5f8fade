"""Deciding a promise under a measurement: what monitoring says of it, and what it leaves open.

    library = packaged_library()
    asset = Asset(maker, product, "output_ratio")
    promise = promise_in_force(asset, facts, on, library)      # promise.threshold.ratio
    decision = decide_output(promise, Measurement("below", (1, 1), causes), library)

An exclusion is reached by a measured cause where the terms say so (`cause` of an exclusion).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pvwarranty.decide.judging import NEEDS, Decision, judge
from pvwarranty.decide.promise import Promise
from pvwarranty.logic import NOTHING, Finding, Truth
from pvwarranty.terms import Library, Rule
from pvwarranty.terms.schema import REFUSALS
from pvwarranty.terms.vocabulary import Labels
from pvwarranty.terms.words import next_step

Output = Literal["below", "not_below", "inconclusive"]
Standing = Literal["supported", "not_supported", "undecided"]


@dataclass(frozen=True, slots=True)
class MeasuredCause:
    """A measured cause of a shortfall.

    share : of the last year's energy, or of power (0-1)
    detail : what kind of it ("tree" of a shading_change)
    explains : whether the measured value would not be below the floor without it
    """

    cause: str
    share: float = 0.0
    detail: str = ""
    active: bool = True
    explains: Truth = Truth.FALSE


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured: against the floor, of single modules (at least, at most), and causes."""

    output: Output
    modules_below: tuple[int, int] = (0, 0)
    causes: tuple[MeasuredCause, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedCause:
    """Whether the promise answers for a measured cause, and the exclusions it falls under."""

    cause: MeasuredCause
    warranted: bool
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutputDecision:
    """The decision on a promise under a measurement.

    deadline : last day on which today's floor holds; None where a claim is refused
    next_step : what to do now (en, ja)
    standing : what monitoring makes of the claim
    decision : the whole decision with its findings, for traces and reports
    """

    promise: Promise
    word: str
    clauses: tuple[str, ...]
    missing: tuple[str, ...]
    assumptions: tuple[str, ...]
    causes: tuple[JudgedCause, ...]
    deadline: date | None
    next_step: Labels
    standing: Standing
    decision: Decision


def decide_output(promise: Promise, measured: Measurement, library: Library) -> OutputDecision:
    """Return the decision on a promise under a measurement.

    Where the terms do not let monitoring decide, what they ask for stays missing and the word is
    never `covered`. A value not below, and no module that may be, is `not_covered`.
    """
    overrides = _overrides(promise, measured)
    vocabulary = library.maker(promise.terms.document.maker).vocabulary
    decision = judge(promise.chosen, promise.block, promise.facts, vocabulary, overrides=overrides)
    refused = decision.word in REFUSALS
    standing = _standing(promise, measured, decision)
    deadline = promise.threshold.until if promise.threshold and not refused else None
    return OutputDecision(
        promise=promise,
        word=decision.word,
        clauses=decision.clauses,
        missing=decision.missing,
        assumptions=decision.assumptions,
        causes=tuple(_judged(promise, cause) for cause in measured.causes),
        deadline=deadline,
        next_step=next_step(_situation(promise, measured, decision), deadline),
        standing=standing,
        decision=decision,
    )


def _overrides(promise: Promise, measured: Measurement) -> dict[Rule, Finding]:
    """Return findings for the rules that a measurement settles: trigger and exclusions."""
    trigger = _trigger(promise, measured)
    overrides = {r: trigger for r in promise.block.rules if r.measured}
    for rule in promise.block.rules:
        if rule.stage != "excludes":
            continue
        if trigger.truth is Truth.FALSE:  # nothing is left to exclude
            overrides[rule] = Finding(rule.when.text, Truth.FALSE)
            continue
        found = [_reached(promise, measured, c) for c in measured.causes if _reaches(rule, c)]
        if found and max(f.truth for f in found) is not Truth.FALSE:
            overrides[rule] = max(found, key=lambda f: f.truth)
    return overrides


def _trigger(promise: Promise, measured: Measurement) -> Finding:
    """Return what the measurement says of the promise's trigger."""
    terms = promise.measured
    statement = f"measured {terms.quantity} is {measured.output.replace('_', ' ')}"
    single = terms.each and measured.modules_below[1] > 0
    if measured.output == "not_below" and not single:
        return Finding(statement, Truth.FALSE)
    if measured.output == "below" and terms.decides:
        return Finding(statement, Truth.TRUE)
    return Finding(statement, Truth.UNKNOWN, asks=frozenset({terms.request}))


def _reaches(rule: Rule, cause: MeasuredCause) -> bool:
    return cause.cause in rule.cause or f"{cause.cause}:{cause.detail}" in rule.cause


def _reached(promise: Promise, measured: Measurement, cause: MeasuredCause) -> Finding:
    """Return whether a shortfall, as far as it is one, is of an excluded cause."""
    statement = f"without {cause.cause} the output would not be below"
    truth = cause.explains if measured.output == "below" else cause.explains & Truth.UNKNOWN
    because = {"share": cause.share}
    asks = frozenset({promise.measured.request}) if truth is Truth.UNKNOWN else NOTHING
    return Finding(statement, truth, because=because, asks=asks)


def _judged(promise: Promise, cause: MeasuredCause) -> JudgedCause:
    reached = [r for r in promise.block.rules if r.stage == "excludes" and _reaches(r, cause)]
    clauses = tuple(c for r in reached for c in r.clauses if isinstance(c, str))
    return JudgedCause(cause, cause.cause in promise.measured.warranted and not clauses, clauses)


def _standing(promise: Promise, measured: Measurement, decision: Decision) -> Standing:
    if decision.word in REFUSALS:
        return "not_supported"
    others = set(decision.missing) - {promise.measured.request}
    return "supported" if measured.output == "below" and not others else "undecided"


def _situation(promise: Promise, measured: Measurement, decision: Decision) -> str:
    """Return the name of the situation that a next step is told for."""
    if decision.word == NEEDS:
        if set(decision.missing) - {promise.measured.request}:
            return "tell_facts"
        return {"below": "measure", "not_below": "modules"}.get(measured.output, "inconclusive")
    if decision.word == "not_covered":
        return promise.reason or ("not_below" if measured.output == "not_below" else "not_covered")
    return decision.word
