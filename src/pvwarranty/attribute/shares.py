"""Shares that add up: causes take one after the other, their shares side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from pvwarranty.model import Cause

LIKELY = 0.5


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
