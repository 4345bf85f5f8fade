"""Limits of the power conditioner: its rating, and caps that the grid operator sets.

A cap holds power at a share of the rating, the same share again and again, from one half hour to
another. Clouds never do: values that stay level while the sun moves, and that crowd at one level
day after day, are a limit. At a cap of zero nothing comes at noon though mornings and evenings do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pvwarranty.attribute.context import date_of, logistic
from pvwarranty.attribute.output import Output, day_profile, missed_at, share_missed
from pvwarranty.attribute.when import Ints, Mask, month_of
from pvwarranty.model import Cause, Flag, Floats

LEAST_SHARE, LEAST_CAPPED = 0.004, 0.0015
LEVEL = 0.006  # of the rating: how level a plateau is
BELOW = 0.08  # of the rating: how far under its expectation
LOWEST, HIGHEST = 0.15, 0.96  # caps looked for, of the rating
CROWD, LEAST_CROWD = 18.0, 25  # standard deviations and number by which a level is crowded
CERTAIN = 40.0
EVEN_ZEROS = 1.2  # see `_zeros`
MILD = (2, 3, 4, 8, 9, 10)  # March to May, September to November
MIDDAY = (8.0, 16.5)  # hours of solar time between which a cap of zero falls
MISSING = int(Flag.SPIKE | Flag.GAP)


@dataclass(frozen=True, slots=True)
class Caps:
    """Intervals (n,) held at a cap, the caps (of the record's top), and how they crowd."""

    held: Mask
    levels: tuple[float, ...]
    crowd: float


def find_caps(output: Output) -> Caps:
    """Return the intervals in which power stood at a cap that comes again and again."""
    y, q = output.given, output.expected.value
    ok = np.isfinite(y) & (q > y + BELOW) & (q > 0.25)
    level = _level(y, ok & (y > 0.03))
    count = np.bincount((y[level] * 200.0 + 0.5).astype(np.int64), minlength=240)[:240]
    levels, crowd = _crowded(count)
    held = np.zeros(len(y), dtype=bool)
    for cap in levels:
        held |= level & (np.abs(y - cap) < 1.5 * LEVEL)
    zero, gone = _zeros(output)
    if levels:
        month = output.views[0].month
        capped = np.bincount(month, held, 12) > 0.03 * max(int(held.sum()), 1)
        since = output.day[np.flatnonzero(held)[0]] - 60
        held |= zero & capped[month] & (output.day >= since)
    elif gone > EVEN_ZEROS:
        held, levels, crowd = zero, [0.0], CROWD * gone / EVEN_ZEROS
    return Caps(held, tuple(levels), crowd)


def _crowded(count: Ints) -> tuple[list[float], float]:
    """Return the levels at which far more values stand than at those beside, and how they crowd.

    count : (240,) values at each two-hundredth of the rating.
    """
    k = np.arange(int(LOWEST * 200), int(HIGHEST * 200))
    near = count[k[:, None] + np.arange(-1, 2)]
    beside = count[k[:, None] + np.concatenate([np.arange(-12, -3), np.arange(4, 13)])]
    usual = 3.0 * np.median(beside, axis=1)
    more = near.sum(axis=1) - usual
    z = more / np.sqrt(usual + 1.0)
    crowded = (z > CROWD) & (more > LEAST_CROWD) & (count[k] == near.max(axis=1))
    return [float(v) / 200.0 for v in k[crowded]], float(z[crowded].max(initial=0.0))


def _level(y: Floats, ok: Mask) -> Mask:
    """Return the intervals (n,) that stand level with a neighbour."""
    out = np.zeros(len(y), dtype=bool)
    pair = ok[1:] & ok[:-1] & (np.abs(np.diff(y)) < LEVEL)
    out[1:] |= pair
    out[:-1] |= pair
    return out


def _zeros(output: Output) -> tuple[Mask, float]:
    """Return noons (n,) without output between a morning and an evening with some; how they stand.

    The second figure is their days a year over one more than those of failures, which last over
    evenings too and come in any month.
    """
    y, day = output.given, output.day - output.day[0]
    noon = (output.hour > MIDDAY[0]) & (output.hour < MIDDAY[1])
    zero = np.isfinite(y) & (y < 0.01) & (output.expected.value > 0.15)
    alive = np.isfinite(y) & (y > 0.03)
    days = output.when.days
    inside, outside, before, after = (
        np.bincount(day[mask], minlength=days)
        for mask in (zero & noon, zero & ~noon, alive & (output.hour < 12.0),
                     alive & (output.hour > 12.0))
    )  # fmt: skip
    good = (inside >= 2) & (outside == 0) & (before > 0) & (after > 0)
    years = max(days / 365.0, 1.0)
    mild = np.isin(month_of(output.day[0] + np.arange(days)), MILD)
    found, failed = (
        int((good & mild).sum()),
        int(((inside >= 2) & (outside > 0)).sum() + (good & ~mild).sum()),
    )
    return np.asarray(zero & noon & good[day]), found / years / (1.0 + failed / years)


def curtailment(output: Output, caps: Caps) -> Iterable[Cause]:
    """Tell curtailment by the grid operator; the power conditioner's own word comes first."""
    told = _flagged(output, Flag.CURTAILED)
    held = caps.held | told
    if not held.any():
        return
    share = share_missed(output, missed_at(output, held))
    certain = told.any() or caps.crowd > CERTAIN
    likely = 0.95 if certain else logistic(0.12 * (caps.crowd - CROWD))
    days = output.day[_from_first_run(output, held)]
    if share < LEAST_CAPPED and not told.any():
        likely *= 0.5
    yield Cause(
        "curtailment", share, likely, since=date_of(int(days[0])),
        active=bool(held[output.recent].any()),
        evidence={
            "caps": [round(c, 3) for c in caps.levels], "crowd": round(caps.crowd, 1),
            "days": len(np.unique(days)), "told": bool(told.any()),
            "profile": day_profile(output, held),
        },
    )  # fmt: skip


def _from_first_run(output: Output, held: Mask) -> Mask:
    """Return the held intervals (n,) from the day on which held days begin to come often.

    A few come by chance before, most of them short; the day is where the rate of those that last
    changes most (Poisson likelihood).
    """
    lasts = held.copy()
    lasts[1:-1] = held[:-2] & held[1:-1] & held[2:]
    if len(np.unique(output.day[lasts])) < 5:
        lasts = held
    days = np.unique(output.day[lasts]).astype(np.float64)
    first, last = float(output.day[0]), float(output.day[-1]) + 1.0
    k = np.arange(len(days))
    before, after = days - first + 1.0, last - days
    rates = (k + 0.5) * np.log((k + 0.5) / before) + (len(days) - k) * np.log(
        (len(days) - k) / after
    )
    return np.asarray(held & (output.day >= days[int(np.argmax(rates))]))


def clipping(output: Output) -> Iterable[Cause]:
    """Tell the share that the rating of the power conditioner takes."""
    held = _flagged(output, Flag.CLIPPED)
    if not held.any():
        return
    # a clear sky is what brings power to the rating: what is missing is up to it
    lost = np.where(
        held, np.maximum(np.maximum(output.plain.value, output.expected.value) - output.given, 0), 0
    )
    share = share_missed(output, np.nan_to_num(lost))
    likely = logistic(2.5 * np.log(max(share, 1e-6) / 0.0035))
    if share > 0.001:
        yield Cause(
            "clipping", share, likely,
            evidence={"hours": float(held[output.recent].sum()) * _hours(output),
                      "profile": day_profile(output, held)},
        )  # fmt: skip


def _hours(output: Output) -> float:
    return output.views[0].index.interval / 3600.0


def _flagged(output: Output, flag: Flag) -> Mask:
    return np.asarray((output.views[0].index.flags & int(flag)) != 0)
