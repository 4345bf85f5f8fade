"""Verdicts on PV channels: estimate, causes and terms brought together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pvwarranty import decide
from pvwarranty.attribute import shortfall
from pvwarranty.decide import Asset, MeasuredCause, Measurement, Promise
from pvwarranty.decide.measured import Output, OutputDecision
from pvwarranty.estimate import ModulesBelow, modules_below, p_below
from pvwarranty.estimate.evidence import Evidence
from pvwarranty.estimate.outlook import rate_of
from pvwarranty.ivcurve import ModulePower, deciding_measurement
from pvwarranty.logic import Truth
from pvwarranty.model import Cause, Estimate, Index, Part, Site, Text
from pvwarranty.products import Module
from pvwarranty.terms import Library
from pvwarranty.verify.examine import fresh_of
from pvwarranty.verify.measured_curves import joined, sharpened
from pvwarranty.verify.result import JudgedCause, Threshold, Verdict
from pvwarranty.verify.timing import timing
from pvwarranty.verify.trace import as_trace

ESTABLISHED = 0.95  # JCGM 106: guarded acceptance and rejection
QUANTITY = "output_ratio"
IN_ESTIMATE = {"salt_corrosion"}  # causes that lower the module itself, so the estimate too

TOO_LITTLE = Text(
    en="The record holds too few clear intervals for an estimate: more data are needed "
    "(at least some weeks with sun; a year and a half for a comparison with itself).",
    ja="晴天時のデータが少なく推定できません。日照のある数週間以上（経年比較には1年半以上）の"
    "データが必要です。",
)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found of a channel: by monitoring, of its causes, and by I-V curves."""

    monitored: Estimate | None
    evidence: Evidence | None
    causes: tuple[Cause, ...]
    powers: tuple[ModulePower, ...]
    module: Module


def judge_channel(index: Index, found: Findings, site: Site, on: date, library: Library) -> Verdict:
    """Return the verdict on one channel."""
    causes = found.causes
    estimate = joined(found.monitored, found.powers, index.modules, on)
    array = site.array(index.channel.arrays[0])
    asset = Asset(array.maker, array.product, QUANTITY, index.p0)
    promise = decide.promise_in_force(asset, site.facts, on, library)
    floor = promise.threshold
    probability = None if estimate is None or floor is None else p_below(
        estimate.parts, float(floor.ratio)
    )  # fmt: skip
    output = output_word(probability)
    modules = _modules(index, estimate, promise)
    if floor is not None:
        modules = sharpened(modules, found.powers, index.modules, float(floor.ratio), on)
    measured = Measurement(
        output,
        (modules.at_least, modules.at_most) if modules else (0, index.modules),
        tuple(_measured_cause(c, estimate, promise) for c in causes),
    )
    decision = decide.decide_output(promise, measured, library)
    advice = _advice(found, estimate, promise, output)
    return Verdict(
        asset=index.channel.id,
        component=promise.component,
        coverage=promise.coverage,
        quantity=QUANTITY,
        estimate=estimate,
        p_below=probability,
        threshold=threshold_of(promise),
        output=output,
        modules_below=modules,
        causes=_judged(causes, decision),
        decision=decision.word,
        standing=decision.standing,
        missing=decision.missing,
        clauses=decision.clauses,
        assumptions=decision.assumptions,
        next_step=_next_step(decision.next_step, advice),
        deadline=decision.deadline,
        trace=as_trace(decision.decision.finding),
        reason=_reason(estimate),
        nominal=index.p0,
        evidence=found.evidence,
        details=_details(promise, estimate)
        | _shortfall(estimate, causes)
        | _timing(found, estimate, promise, probability, on)
        | advice,
    )


def _judged(causes: tuple[Cause, ...], decision: OutputDecision) -> tuple[JudgedCause, ...]:
    return tuple(
        JudgedCause(c, j.warranted, j.clauses) for c, j in zip(causes, decision.causes, strict=True)
    )


def _next_step(step: tuple[str, str], advice: dict[str, Any]) -> Text:
    """Return the next step (en, ja), with the measurement that would decide."""
    en, ja = step
    more = advice.get("deciding_measurement")
    if more is None:
        return Text(en=en, ja=ja)
    return Text(en=f"{en} {more['en'][:1].upper()}{more['en'][1:]}.", ja=f"{ja}{more['ja']}。")


def output_word(probability: float | None) -> Output:
    """Return the contract's word for a probability of being below."""
    if probability is None:
        return "inconclusive"
    if probability >= ESTABLISHED:
        return "below"
    return "not_below" if probability <= 1 - ESTABLISHED else "inconclusive"


def threshold_of(promise: Promise) -> Threshold | None:
    """Return the floor in force as results show it."""
    floor = promise.threshold
    if floor is None or floor.power is None:
        return None
    return Threshold(floor.ratio, floor.power, floor.step, floor.until)


def _reason(estimate: Estimate | None) -> Text | None:
    return TOO_LITTLE if estimate is None else None


def _modules(index: Index, estimate: Estimate | None, promise: Promise) -> ModulesBelow | None:
    """Return what the channel's figure proves of single modules, at the level of the rule."""
    if estimate is None or promise.threshold is None:
        return None
    series = index.modules > 1 and not index.channel.optimizer
    return modules_below(
        estimate.low, estimate.high, index.modules, float(promise.threshold.ratio), series=series
    )


def _measured_cause(cause: Cause, estimate: Estimate | None, promise: Promise) -> MeasuredCause:
    return MeasuredCause(
        cause.cause, cause.share, str(cause.evidence.get("kind", "")), cause.active,
        _explains(cause, estimate, promise),
    )  # fmt: skip


def _explains(cause: Cause, estimate: Estimate | None, promise: Promise) -> Truth:
    """Tell whether the output would not be below the floor without the cause.

    Shade, snow and the like are taken out of the estimate already: what is left is not theirs.
    """
    floor = promise.threshold
    if cause.cause not in IN_ESTIMATE or estimate is None or floor is None:
        return Truth.FALSE
    kept = max(1.0 - cause.share, 0.05)
    without = tuple(Part(p.weight, p.mean / kept, p.u / kept) for p in estimate.parts)
    probability = p_below(without, float(floor.ratio))
    if cause.probability < 0.5 or probability >= ESTABLISHED:
        return Truth.FALSE
    return Truth.TRUE if probability <= 0.5 and cause.probability >= 0.8 else Truth.UNKNOWN


def _advice(
    found: Findings, estimate: Estimate | None, promise: Promise, output: Output
) -> dict[str, Any]:
    """Return what would decide a channel that data leave open: a day of I-V curves, or not even."""
    floor = promise.threshold
    if output != "inconclusive" or floor is None:
        return {}
    advice = deciding_measurement(
        estimate.parts if estimate else (), float(floor.ratio), (), found.module
    )
    return {
        "deciding_measurement": {
            "half_width": advice.half_width, "chance": advice.chance,
            "laboratory": advice.laboratory, "en": advice.text.en, "ja": advice.text.ja,
        }
    }  # fmt: skip


def _timing(
    found: Findings, estimate: Estimate | None, promise: Promise, now: float | None, on: date
) -> dict[str, Any]:
    rate = rate_of(found.evidence, fresh_of([found.module]))
    return timing(estimate.parts if estimate else (), rate, promise, on, now)


def _shortfall(estimate: Estimate | None, causes: tuple[Cause, ...]) -> dict[str, Any]:
    """Return how much is missing of the nominal, and how much of it no cause explains."""
    if estimate is None:
        return {}
    whole, unexplained = shortfall(estimate.value, causes)
    return {"shortfall": {"whole": whole, "unexplained": unexplained}}


def _details(promise: Promise, estimate: Estimate | None) -> dict[str, Any]:
    """Return what follows the floor in force: the next one, and the probability against it."""
    floor = promise.threshold
    if floor is None:
        return {}
    shown: dict[str, Any] = {"cover_end": floor.cover_end}
    if floor.next_ratio is not None:
        shown["next_ratio"] = floor.next_ratio
        if estimate is not None:
            shown["p_below_next"] = p_below(estimate.parts, float(floor.next_ratio))
    return shown
