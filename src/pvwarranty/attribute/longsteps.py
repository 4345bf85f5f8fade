"""Lasting steps in a channel's course: a line with a step beats the line alone.

The estimate looks for steps in some months about each fortnight; here three years are looked at,
so that a tenth of an inverter stands out of the weather. Beside other channels of the roof, whose
sky is the same, a hundredth does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvwarranty.estimate.levels import FORTNIGHTS
from pvwarranty.model import Floats

Ints = NDArray[np.int64]

REACH = 39  # fortnights on either side
EDGE = 5  # known fortnights that a step needs on either side
FULL = 40.0  # clear intervals from which a fortnight's level has its full weight
LEAST_T, LEAST = 4.0, 0.015
MOST = 4
LASTS = 0.4  # of a step, that the same fortnights a year apart must show
OWN = 0.25  # of a step beside others, that the channel's own course must show


@dataclass(frozen=True, slots=True)
class LongStep:
    """A step down: first fortnight after it, its size (log, negative), and its t."""

    at: int
    size: float
    t: float


def long_steps(level: Floats, count: Ints, others: Sequence[Floats]) -> list[LongStep]:
    """Return the lasting steps down of levels (k,), the clearest first.

    count : (k,) intervals behind each; others : levels (k,) of channels under the same sky.
    """
    own = np.log(np.maximum(level, 0.02))
    course = own
    if others:
        course = own - np.log(np.maximum(_middle(others), 0.02))
    weight = np.where(np.isfinite(course), np.minimum(count, FULL) / FULL, 0.0)
    found: list[LongStep] = []
    while len(found) < MOST:
        size, u = _fits(course, weight)
        t = np.where(size < -LEAST, size / u, 0.0)
        at = int(np.argmin(t))
        if t[at] > -LEAST_T:
            break
        step = LongStep(at, float(size[at]), -float(t[at]))
        if _lasts(course, step) and (not others or _is_own(own, weight, step)):
            found.append(step)
        course = course - step.size * (np.arange(len(course)) >= at)
        own = own - step.size * (np.arange(len(own)) >= at)
    return found


def _middle(others: Sequence[Floats]) -> Floats:
    """Return the median of courses, NaN where none is known."""
    rows = np.stack(others)
    out = np.full(rows.shape[1], np.nan)
    some = np.isfinite(rows).any(axis=0)
    out[some] = np.nanmedian(rows[:, some], axis=0)
    return out


def _fits(course: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return the step (k,) at each fortnight beside a straight line, and its standard uncertainty.

    Least squares with outliers weighted down (Huber 1964); neighbouring fortnights share their
    weather, so the uncertainty grows with their correlation. Infinite where too little is known.
    """
    y, w = (_windows(v, fill) for v, fill in ((np.nan_to_num(course), 0.0), (weight, 0.0)))
    place = (np.arange(2 * REACH) - REACH) / FORTNIGHTS
    x = np.stack([np.ones(2 * REACH), place, (place >= 0).astype(np.float64)])
    ridge = 1e-9 * np.eye(3)
    used = w
    for _ in range(4):
        inner = np.einsum("in,kn,jn->kij", x, used, x) + ridge
        right = np.einsum("in,kn,kn->ki", x, used, y)
        found = np.linalg.solve(inner, right[:, :, None])[:, :, 0]
        rest = np.where(w > 0, y - found @ x, np.nan)
        scatter = _scatter(rest)
        with np.errstate(invalid="ignore"):
            used = w / np.maximum(1.0, np.abs(np.nan_to_num(rest)) / (2.0 * scatter[:, None]))
    r = np.nan_to_num(rest)
    shared = np.sum(r[:, 1:] * r[:, :-1], axis=1) / np.maximum(np.sum(r * r, axis=1), 1e-12)
    grow = np.sqrt((1.0 + np.clip(shared, 0.0, 0.9)) / (1.0 - np.clip(shared, 0.0, 0.9)))
    u = scatter * grow * np.sqrt(np.linalg.inv(inner)[:, 2, 2])
    known = np.minimum((w[:, :REACH] > 0).sum(axis=1), (w[:, REACH:] > 0).sum(axis=1)) >= EDGE
    return found[:, 2], np.where(known, u, np.inf)


def _windows(values: Floats, fill: float) -> Floats:
    padded = np.concatenate([np.full(REACH, fill), values, np.full(REACH, fill)])
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH)[: len(values)].copy()


def _scatter(rest: Floats) -> Floats:
    """Return the robust scatter of each row, of what is known of it."""
    known = np.isfinite(rest)
    ordered = np.sort(np.where(known, np.abs(rest), np.inf), axis=1)
    middle = np.maximum((known.sum(axis=1) - 1) // 2, 0)
    found = ordered[np.arange(len(rest)), middle]
    return np.asarray(1.4826 * np.where(np.isfinite(found), found, 0.0) + 1e-3)


def _lasts(course: Floats, step: LongStep) -> bool:
    """Tell whether the same fortnights a year apart show the step: a season's dip does not."""
    after = np.arange(step.at, min(step.at + FORTNIGHTS, len(course)))
    after = after[after >= FORTNIGHTS]
    change = course[after] - course[after - FORTNIGHTS]
    change = change[np.isfinite(change)]
    return len(change) < EDGE or float(np.median(change)) < LASTS * step.size


def _is_own(own: Floats, weight: Floats, step: LongStep) -> bool:
    """Tell whether the channel itself fell, not one of the others rose."""
    size, u = _fits(own, weight)
    return bool(size[step.at] - u[step.at] < OWN * step.size)
