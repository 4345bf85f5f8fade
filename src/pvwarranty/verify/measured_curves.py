"""I-V curves as the stronger evidence: joined with what monitoring says of a channel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from statistics import NormalDist

from pvwarranty.estimate import LEVEL, ModulesBelow, interval, p_below
from pvwarranty.estimate.fuse import mean
from pvwarranty.ivcurve import IVCurve, ModulePower, channel_estimate, module_estimate
from pvwarranty.ivcurve import module_powers as powers_of
from pvwarranty.model import Estimate, Index, Part
from pvwarranty.products import Module


def channel_powers(
    curves: Sequence[IVCurve], index: Index, module: Module, on: date
) -> tuple[ModulePower, ...]:
    """Return the output of each module of a channel that was measured up to a day."""
    own = [c for c in curves if c.channel == index.channel.id]
    return powers_of(own, module, on) if own else ()


def joined(
    monitored: Estimate | None, powers: Sequence[ModulePower], modules: int, on: date
) -> Estimate | None:
    """Return the estimate of a channel after its curves, where all its modules were measured.

    The curves are independent of monitoring: each part of its distribution is weighed by how well
    it foretold them and narrowed by them (Bayes).
    """
    measured = channel_estimate(powers, modules, on) if powers else None
    if measured is None:
        return monitored
    if monitored is None:
        return measured
    iv = measured.parts[0]
    parts = tuple(_updated(part, iv) for part in monitored.parts)
    total = sum(p.weight for p in parts)
    # where neither part foretold the curves, they stand alone: they are the stronger evidence
    parts = (iv,) if total < 1e-4 else tuple(replace(p, weight=p.weight / total) for p in parts)
    low, high = interval(parts, LEVEL)
    return replace(
        measured,
        value=mean(parts),
        low=max(low, 0.0),
        high=high,
        parts=parts,
        method=f"{measured.method} + {monitored.method}",
        lines=monitored.lines | measured.lines,
    )


def _updated(part: Part, iv: Part) -> Part:
    spread = math.hypot(part.u, iv.u)
    share = part.u**2 / spread**2
    likely = NormalDist(part.mean, spread).pdf(iv.mean)
    return Part(
        part.weight * likely, part.mean + share * (iv.mean - part.mean), part.u * iv.u / spread
    )


def sharpened(
    found: ModulesBelow | None, powers: Sequence[ModulePower], modules: int, threshold: float,
    on: date,
) -> ModulesBelow | None:  # fmt: skip
    """Return the bounds on modules below after single modules were measured."""
    if found is None or modules < 2:
        return found
    below = above = 0
    for power in powers:
        estimate = module_estimate(power, on) if power.modules == 1 else None
        if estimate is not None:
            probability = p_below(estimate.parts, threshold)
            below += probability >= LEVEL
            above += probability <= 1 - LEVEL
    at_least = max(found.at_least, below)
    return ModulesBelow(at_least, max(at_least, min(found.at_most, modules - above)))
