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
from pvwarranty_kernels.step_fits import step_fits

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
        size, u = step_fits(course, weight, REACH, FORTNIGHTS, EDGE)
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


def _lasts(course: Floats, step: LongStep) -> bool:
    """Tell whether the same fortnights a year apart show the step: a season's dip does not."""
    after = np.arange(step.at, min(step.at + FORTNIGHTS, len(course)))
    after = after[after >= FORTNIGHTS]
    change = course[after] - course[after - FORTNIGHTS]
    change = change[np.isfinite(change)]
    return len(change) < EDGE or float(np.median(change)) < LASTS * step.size


def _is_own(own: Floats, weight: Floats, step: LongStep) -> bool:
    """Tell whether the channel itself fell, not one of the others rose."""
    size, u = step_fits(own, weight, REACH, FORTNIGHTS, EDGE)
    return bool(size[step.at] - u[step.at] < OWN * step.size)
