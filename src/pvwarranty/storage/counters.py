"""Energy counters: recognising a running total, and differencing it through resets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvwarranty.model import Floats

DAY = 86400


@dataclass(frozen=True, slots=True)
class Counted:
    """Energy per row from a counter, and how often it started anew or rolled over."""

    energy: Floats
    resets: int
    rollovers: int
    daily: bool


def is_counter(values: Floats) -> bool:
    """Say whether a column is a running total rather than energy per interval.

    The energy of an interval falls about as often as it rises; a total falls at resets only, and
    then to nothing.
    """
    v = values[np.isfinite(values)]
    if len(v) < 200 or v.min() < 0.0:
        return False
    d = np.diff(v)
    rises, falls = int(np.count_nonzero(d > 0)), int(np.count_nonzero(d < 0))
    if rises < 50 or falls > 0.35 * rises:
        return False
    fall = np.flatnonzero(d < 0)
    to_nothing = np.count_nonzero(v[fall + 1] <= 0.25 * v[fall])
    return bool(to_nothing >= 0.8 * falls)


def difference(
    values: Floats, seconds: NDArray[np.int64], interval: int, largest: float
) -> Counted:
    """Return the energy per row of a running total read at the ends of rows.

    A fall from just below a power of ten to nearly nothing is a roll-over (ECHONET counts to
    999,999.999 kWh); any other fall is a reset, after which the reading itself is the energy since.
    Rows after a pause, and energies above `largest` (same unit as `values`), become NaN.
    """
    energy = np.full(len(values), np.nan)
    known = np.flatnonzero(np.isfinite(values))
    v, t = values[known], seconds[known]
    d = np.diff(v)
    fall = np.flatnonzero(d < 0)
    before, after = v[fall], v[fall + 1]
    full = 10.0 ** np.ceil(np.log10(np.maximum(before, 1e-9)))
    rolled = (before >= 0.98 * full) & (after <= 0.02 * full) & (full > 50 * largest)
    d[fall] = np.where(rolled, full - before + after, after)
    d[(np.diff(t) > 1.5 * interval) | (d > largest)] = np.nan
    energy[known[1:]] = d
    resets = int(np.count_nonzero(~rolled))
    days = (t[-1] - t[0]) / DAY if len(t) else 0.0
    hour = (t[fall + 1] % DAY) // 3600
    same = np.bincount(hour.astype(np.int64)).max(initial=0) if len(hour) else 0
    daily = resets >= 10 and resets > 0.3 * days and bool(same >= 0.7 * resets)
    return Counted(energy, resets, int(np.count_nonzero(rolled)), daily)
