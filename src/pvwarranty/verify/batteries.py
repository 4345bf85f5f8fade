"""Verdicts on batteries: the capacity test and the terms brought together."""

from __future__ import annotations

import dataclasses
import math
from datetime import date
from typing import Any

import numpy as np

from pvwarranty import decide
from pvwarranty.decide import Asset, MeasuredCause, Measurement
from pvwarranty.estimate.outlook import WANDER, Rate
from pvwarranty.logic import Truth
from pvwarranty.model import Battery, Measurements, Site, Text
from pvwarranty.storage import CapacityResult, estimate_capacity
from pvwarranty.terms import Library
from pvwarranty.verify.channels import output_word
from pvwarranty.verify.result import JudgedCause, Threshold, Verdict
from pvwarranty.verify.timing import YEAR, timing
from pvwarranty.verify.trace import as_trace

QUANTITY = "capacity_ratio"
TREND = 2.0  # years whose slope is carried on
FADE = Rate(-0.02, 0.015, "ageing")  # of lithium-ion home batteries, where the record is short


def judge_battery(
    battery: Battery, site: Site, measured: Measurements, on: date, seed: int, library: Library
) -> Verdict:
    """Return the verdict on one battery."""
    completion = site.facts.get("completion_date")
    found = estimate_capacity(
        measured,
        battery,
        on,
        np.random.default_rng(seed),
        completion=completion if isinstance(completion, date) else None,
    )
    asset = Asset(battery.maker, battery.product, QUANTITY, battery.initial_capacity)
    promise = decide.promise_in_force(asset, site.facts, on, library)
    floor = promise.threshold
    probability = None if floor is None else found.p_below(float(floor.ratio))
    output = output_word(probability)
    causes = tuple(MeasuredCause(c.cause, c.share, "", c.active, Truth.FALSE) for c in found.causes)
    single = {"below": (1, 1), "not_below": (0, 0), "inconclusive": (0, 1)}[output]
    decision = decide.decide_output(promise, Measurement(output, single, causes), library)
    return Verdict(
        asset=battery.id,
        component=promise.component,
        coverage=promise.coverage,
        quantity=QUANTITY,
        estimate=found.estimate,
        p_below=probability,
        threshold=None
        if floor is None or floor.power is None
        else Threshold(floor.ratio, floor.power, floor.step, floor.until),
        output=output,
        modules_below=None,
        causes=tuple(
            JudgedCause(c, j.warranted, j.clauses)
            for c, j in zip(found.causes, decision.causes, strict=True)
        ),
        decision=decision.word,
        standing=decision.standing,
        missing=tuple(dict.fromkeys((*decision.missing, *_missing(found, decision.word)))),
        clauses=decision.clauses,
        assumptions=decision.assumptions,
        next_step=_next(found, decision.next_step),
        deadline=decision.deadline,
        trace=as_trace(decision.decision.finding),
        reason=_reason(found),
        nominal=battery.initial_capacity,
        details=_details(found) | _timing(found, promise, probability, on),
    )


def _missing(found: CapacityResult, word: str) -> tuple[str, ...]:
    return found.missing if found.estimate is None and word == "needs_information" else ()


def _reason(found: CapacityResult) -> Text | None:
    if found.estimate is not None or found.because is None:
        return None
    return found.because


def _next(found: CapacityResult, step: tuple[str, str]) -> Text:
    """Return what to do: where data do not suffice, the verification to ask for."""
    if found.estimate is not None or found.procedure is None:
        return Text(en=step[0], ja=step[1])
    return found.procedure


def _timing(
    found: CapacityResult, promise: decide.Promise, now: float | None, on: date
) -> dict[str, Any]:
    parts = found.estimate.parts if found.estimate else ()
    return timing(parts, fading(found), promise, on, now)


def fading(found: CapacityResult) -> Rate:
    """Return the rate at which a battery fades now: that of the last two years of its path."""
    points = [p for p in found.history if (found.history[-1].on - p.on).days <= TREND * YEAR]
    years = (points[-1].on - points[0].on).days / YEAR if points else 0.0
    if found.estimate is None or years < 1.0:
        return FADE
    slope = math.log(max(points[-1].value, 0.05) / max(points[0].value, 0.05)) / years
    statistics = found.estimate.budget.get("statistical", 0.0) / max(found.estimate.value, 0.05)
    return Rate(min(slope, 0.0), math.hypot(math.sqrt(2) * statistics / years, WANDER), "recent")


def _details(found: CapacityResult) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "basis": found.basis,
        "initial": found.initial,
        "initial_source": found.initial_source,
        "used": dict(found.used),
        "history": [dataclasses.asdict(point) for point in found.history],
        "vendor": [dataclasses.asdict(figure) for figure in found.vendor],
        "findings": [dataclasses.asdict(finding) for finding in found.findings],
    }
    if found.crossing is not None:
        shown["crossing"] = dataclasses.asdict(found.crossing)
    if found.scale is not None:
        shown["scale"] = found.scale
    return shown
