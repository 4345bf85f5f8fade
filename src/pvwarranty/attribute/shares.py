"""Shares that add up: causes take one after the other, their shares side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from pvwarranty.model import Cause

LIKELY = 0.5
LASTING = ("degradation", "salt_corrosion", "pid", "module_failure")  # they lower the modules


def added_up(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """Return the causes with shares whose sum is what they take together.

    Two causes that would take a tenth each alone take 19 % together. The whole is divided in
    proportion to the logarithms of what each leaves (logarithmic mean Divisia decomposition, Ang
    2004, doi:10.1016/j.enpol.2003.10.010), so that the order plays no part. Only causes that are
    likelier than not take; `alone` in the evidence is the share before.
    """
    logs = [-math.log(max(1.0 - c.share, 1e-3)) if c.probability >= LIKELY else 0.0 for c in causes]
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
    """Return the whole shortfall of a channel, and the part of it that no cause explains.

    `output` is the estimated ratio to nominal, from which shade, snow and the like are taken out;
    `causes` have shares that add up: with the second figure they sum to the first.
    """
    told = [c for c in causes if c.probability >= LIKELY]
    kept = 1.0
    for cause in told:
        if cause.cause in LASTING:
            kept *= 1.0 - float(cause.evidence.get("alone", cause.share))
    unexplained = max(1.0 - output / max(kept, 0.01), 0.0)
    explained = sum(c.share for c in told)
    return 1.0 - (1.0 - explained) * (1.0 - unexplained), (1.0 - explained) * unexplained
