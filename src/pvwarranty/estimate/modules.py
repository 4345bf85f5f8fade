"""From a channel to its modules: how many are proved to be below, and how many can be.

With n modules of nominal power 1, threshold T for a single module and ceiling U (the most one can
give), k modules below T leave a sum in [(n - k) T, (n - k) U + k T). A sum P therefore proves at
least ceil(n - P / T) below, and allows at most the largest k with P < (n - k) U + k T.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

CEILING = 1.03  # nominal power with the upper tolerance of a new module
MISMATCH = 0.01  # what a series string may lose beside its modules' own losses


@dataclass(frozen=True, slots=True)
class ModulesBelow:
    """How many modules of a channel are below the threshold."""

    at_least: int
    at_most: int


def modules_below(
    low: float, high: float, modules: int, threshold: float, *, series: bool
) -> ModulesBelow:
    """Return the bounds that a channel's interval (low, high) of its mean ratio proves.

    A series string loses more than its modules do, so its mismatch is added before anything is
    proved against them.
    """
    n, t = modules, threshold
    most = high + (MISMATCH if series else 0.0)
    at_least = max(0, min(n, math.ceil(n - n * most / t - 1e-9)))
    if n == 1:
        at_most = 1 if low < t else 0
    else:
        # P < (n - k) U + k T  <=>  k < (n U - P) / (U - T)
        limit = (n * CEILING - n * low) / (CEILING - t)
        at_most = max(0, min(n, math.ceil(limit) - 1))
    return ModulesBelow(at_least, max(at_least, at_most))
