"""Results of I-V curves as estimates of a channel's output ratio."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from statistics import NormalDist

from pvwarranty.ivcurve.budget import STATISTICS, combine, total
from pvwarranty.ivcurve.curve import ModulePower
from pvwarranty.ivcurve.texts import PROCEDURES
from pvwarranty.model import Estimate, Part

LEVEL = 0.95


def module_estimate(power: ModulePower, on: date) -> Estimate | None:
    """Return the estimate of one module, or None where no curve of it can be used."""
    if power.ratio is None or power.u is None:
        return None
    return _estimate(power.ratio, power.u, power.budget, (power,), on)


def channel_estimate(powers: Sequence[ModulePower], modules: int, on: date) -> Estimate | None:
    """Return the estimate of a channel's modules together, or None unless all are measured.

    `powers` are those of the channel alone. Parts that the modules share are not averaged down.
    """
    known = [p for p in powers if p.ratio is not None]
    if not known or sum(p.modules for p in known) != modules:
        return None
    share = [p.modules / modules for p in known]
    ratio = sum(s * p.ratio for s, p in zip(share, known, strict=True) if p.ratio is not None)
    random = math.sqrt(
        sum((s * p.budget[STATISTICS]) ** 2 for s, p in zip(share, known, strict=True))
    )
    budget = combine([p.budget for p in known], random)
    return _estimate(ratio, ratio * total(budget), budget, known, on)


def _estimate(
    ratio: float, u: float, budget: dict[str, float], powers: Sequence[ModulePower], on: date
) -> Estimate:
    half = NormalDist().inv_cdf((1 + LEVEL) / 2) * u
    used = sorted({p.procedure for p in powers if p.procedure is not None})
    method = "I-V curves, " + ", ".join(PROCEDURES[p].en for p in used)
    return Estimate(
        "output_ratio", ratio, max(ratio - half, 0.0), ratio + half, LEVEL,
        (Part(1.0, ratio, u),), method, sum(p.n for p in powers), on, dict(budget),
        {"iv": {"value": ratio, "u": u}},
    )  # fmt: skip
