"""Shares that add up: causes take one after the other, their shares side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from pvwarranty.attribute.context import LIKELY
from pvwarranty.model import Cause

LASTING = ("degradation", "salt_corrosion", "pid", "module_failure")  # they lower the modules


def is_counted(cause: Cause) -> bool:
    """Tell whether a cause's share is part of the sum: it is likelier than not.

    The share of any other is what it would take in place of counted or unexplained ones.
    """
    return cause.probability >= LIKELY


def measure_of(cause: Cause) -> str:
    """Return what a cause takes its share of: `power` at standard conditions, or `energy`."""
    return "power" if cause.cause in LASTING else "energy"


def added_up(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """Return the causes with shares whose sum is what they take together.

    Two causes that would take a tenth each alone take 19 % together. The whole is divided in
    proportion to the logarithms of what each leaves (logarithmic mean Divisia decomposition, Ang
    2004, doi:10.1016/j.enpol.2003.10.010), so that the order plays no part. Only causes that are
    counted take; `alone` in the evidence is the share before.
    """
    logs = [-math.log(max(1.0 - c.share, 1e-3)) if is_counted(c) else 0.0 for c in causes]
    total = sum(logs)
    if sum(1 for v in logs if v > 0.0) < 2:
        return tuple(causes)
    whole = 1.0 - math.exp(-total)
    return tuple(
        replace(c, share=whole * v / total, evidence=c.evidence | {"alone": round(c.share, 4)})
        if v > 0.0
        else c
        for c, v in zip(causes, logs, strict=True)
    )


def shortfall(output: float, causes: Sequence[Cause]) -> tuple[float, float]:
    """Return how far a channel stays under its nominal, and what of it the counted shares leave.

    `output` is the estimated ratio to nominal, from which shade, snow and the like are taken out:
    with what they take it makes the whole. `causes` have shares that add up: with the second
    figure they sum to the first. It is negative where lasting losses began above nominal, as new
    modules do, or where the estimate sees less than the course of the channel.
    """
    counted = [c for c in causes if is_counted(c)]
    left = output
    for cause in counted:
        if cause.cause not in LASTING:
            left *= 1.0 - float(cause.evidence.get("alone", cause.share))
    whole = max(1.0 - left, 0.0)
    return whole, whole - sum(c.share for c in counted)
