"""Channels of a site beside each other: what only one of them shows cannot be the sky."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pvwarranty.attribute.context import View
from pvwarranty.attribute.when import Mask
from pvwarranty.model import Floats
from pvwarranty.quality import usable

OVERCAST = 0.40  # share of clear-sky power under which no beam is left
LEAST_SIDE = 60  # intervals on either side of a step
GAIN = 40.0  # sum of squares, over the scatter, that a step must explain


def overcast_onset(views: Sequence[View], shaded: Mask, low: float, high: float) -> float | None:
    """Return the day on which the channels' shares under an overcast sky stepped, or None.

    shaded : (n,) intervals with the sun behind an object, left out. low, high : days [since 1970].
    """
    if len(views) < 2:
        return None
    index = views[0].index
    day = index.time / 86400.0
    inside = np.flatnonzero((day > low) & (day < high) & (index.clear > 0.2) & ~shaded)
    if len(inside) < 4 * LEAST_SIDE:
        return None
    power = np.stack([v.index.power[inside] / v.index.p0 for v in views])
    good = np.all([usable(v.index)[inside] for v in views], axis=0) & np.isfinite(power).all(axis=0)
    good &= power.max(axis=0) < OVERCAST * index.clear[inside]
    good &= power.min(axis=0) > 0.01
    if int(good.sum()) < 4 * LEAST_SIDE:
        return None
    power = power[:, good]
    ratio = np.log(power / power.mean(axis=0))
    at, gain = best_step(ratio, LEAST_SIDE)
    if at is None or gain < GAIN:
        return None
    times = day[inside][good]
    return float(0.5 * (times[at - 1] + times[at]))


def best_step(series: Floats, side: int) -> tuple[int | None, float]:
    """Return where all series (k, n) step together, and the squares a step explains over scatter.

    The position is of the first value after the step, at least `side` values from either end;
    None where no step fits. Outliers are cut at four scatters.
    """
    centre = np.median(series, axis=1, keepdims=True)
    scatter = 1.4826 * np.median(np.abs(np.diff(series, axis=1)), axis=1, keepdims=True) / 1.414
    scatter = scatter + 1e-4
    values = np.clip((series - centre) / scatter, -8.0, 8.0)
    n = values.shape[1]
    if n < 2 * side + 1:
        return None, 0.0
    run = np.cumsum(values, axis=1)
    count = np.arange(1, n)
    left = run[:, :-1] / count
    right = (run[:, -1:] - run[:, :-1]) / (n - count)
    gain = np.sum(count * (n - count) / n * (left - right) ** 2, axis=0)
    gain[: side - 1] = 0.0
    gain[n - side :] = 0.0
    best = int(np.argmax(gain))
    return best + 1, float(gain[best])
