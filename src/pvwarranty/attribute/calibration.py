"""Probabilities that mean what they say: how much the scores of the checks understate.

The checks weigh their signs carefully, as if each were all there is: what they call three in four
is right nine times in ten. One steepness of the log odds (temperature scaling, Guo et al. 2017)
for all checks was learned on faults put into sound sites and tried on other sites
(`benchmarks/causes_reliability.py`). It moves nothing from one side of a half to the other.
"""

from __future__ import annotations

from dataclasses import replace

from pvwarranty.attribute.context import logistic, logit
from pvwarranty.model import Cause

STEEPNESS = 2.0
# dirt and ageing are told by how common they are, the record's faults by rules
AS_THEY_ARE = frozenset({
    "degradation", "soiling", "clock_error", "metadata_error", "data_quality",
})  # fmt: skip


def calibrated(cause: Cause) -> Cause:
    """Return a cause with its calibrated probability."""
    if cause.cause in AS_THEY_ARE:
        return cause
    return replace(cause, probability=logistic(STEEPNESS * logit(cause.probability)))


def score(cause: str, probability: float) -> float:
    """Return the log odds that a check gave before they were calibrated."""
    return logit(probability) / (1.0 if cause in AS_THEY_ARE else STEEPNESS)
