"""Soiling: the level falls over weeks without rain and comes back."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pvwarranty.attribute.context import Context, View
from pvwarranty.estimate.levels import FORTNIGHTS
from pvwarranty.model import Cause

LEAST = 0.012


def soiling(view: View, context: Context) -> Iterable[Cause]:
    """Tell soiling by dips of several fortnights that recover, outside the cold months."""
    levels, path = view.evidence.levels, view.evidence.path
    dip = 1.0 - levels.level / np.maximum(path.level, 0.05)
    dip = np.where(levels.count >= 12, dip, np.nan)
    runs = np.zeros(len(dip), dtype=bool)
    deep = np.nan_to_num(dip) > 0.02
    for i in range(1, len(dip) - 1):
        runs[i] = deep[i - 1] and deep[i] and deep[i + 1]
    recent = slice(-2 * FORTNIGHTS, None)
    share = float(np.nansum(np.where(runs, dip, 0.0)[recent])) / (2 * FORTNIGHTS)
    if share >= LEAST and path.noise > 0.012:
        yield Cause("soiling", share, 0.55)
