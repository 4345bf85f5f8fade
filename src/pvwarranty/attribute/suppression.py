"""The hours that grid voltage or heat held back: bright, level, and under their expectation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pvwarranty.attribute.context import Context
from pvwarranty.attribute.noons import mean_by_day
from pvwarranty.attribute.output import Output, day_profile
from pvwarranty.attribute.when import Mask
from pvwarranty.model import Cause

# of expected: what an interval gives that is held back, and least what its shoulders give
SHORT, SHINING = (0.35, 0.92), 0.90
MARGIN = 120  # days that an onset may be off
LEVELLED = 0.08  # mean distance of a held noon's values from their mean, over it


def shown(cause: Cause, output: Output, held: Mask) -> Cause:
    """Return a cause of this file with the day that shows it best."""
    if not held.any():
        return cause
    return replace(cause, evidence=cause.evidence | {"profile": day_profile(output, held)})


def during(output: Output, cause: Cause, context: Context) -> Mask:
    """Return the intervals (n,) in which a cause of this file may hold back: bright hours.

    From its onset on; of heat in the hottest months only.
    """
    inside = output.plain.value > 0.6 * output.plain.top[output.day - output.day[0]]
    if cause.cause == "inverter_derating":
        air = np.asarray(context.climate.temp_air)
        inside &= (air >= np.sort(air)[-4])[output.when.month]
    margin = MARGIN if cause.since is not None else 0
    return np.asarray(inside & (output.day >= _began(cause) - margin))


def _began(cause: Cause) -> int:
    """Return the first day [since 1970] on which a cause may have begun, 0 where not known."""
    first = cause.between[0] if cause.since is None and cause.between else cause.since
    if first is None:
        return 0
    return int(np.datetime64(first, "D").astype(np.int64))


def held_back(output: Output, cause: Cause, there: Mask) -> Mask:
    """Return which of the intervals `there` (n,) a cause of this file held back.

    They fall short at a level noon between clear shoulders: clouds come and go. Of cloudier days
    nobody can tell.
    """
    expected = output.plain if cause.cause == "inverter_derating" else output.expected
    day, days = output.day - output.day[0], output.when.days
    part = np.clip(expected.part, 0.0, 1.05)
    known = np.isfinite(part)
    beside, noon = known & expected.beside, known & expected.noon
    level = mean_by_day(output.given, day, noon, days)
    apart = mean_by_day(np.abs(output.given - level[day]), day, noon, days)
    held = (mean_by_day(part, day, beside, days) > SHINING) & (apart < LEVELLED * level)
    short = (part > SHORT[0]) & (part < SHORT[1]) & there & held[day]
    return np.asarray(short & (output.day >= _began(cause)))
