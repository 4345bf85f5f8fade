"""Limits of the power conditioner: its rating, and caps that the grid operator sets.

A cap holds power at a share of the rating, the same share again and again, from one half hour to
another. Clouds never do: values that stay level while the sun moves, and that crowd at one level
day after day, are a limit. At a cap of zero nothing comes at noon though mornings and evenings do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pvwarranty.attribute.context import Ints, Mask, View, date_of, logistic, month_of
from pvwarranty.model import Cause, Flag, Floats, Measurements
from pvwarranty.normalise import ac_power_of

LEAST_SHARE, LEAST_CAPPED = 0.004, 0.0015
LEVEL = 0.006  # of the rating: how level a plateau is
BELOW = 0.08  # of the rating: how far under its expectation
LOWEST, HIGHEST = 0.15, 0.96  # caps looked for, of the rating
CROWD, LEAST_CROWD = 18.0, 25  # standard deviations and number by which a level is crowded
CERTAIN = 40.0
EVEN_ZEROS = 1.2  # see `_zeros`
MILD = (2, 3, 4, 8, 9, 10)  # March to May, September to November
NOON = (8.0, 16.5)  # hours of solar time between which a cap of zero falls
MISSING = int(Flag.SPIKE | Flag.GAP)


@dataclass(frozen=True, slots=True)
class Output:
    """What the channels behind one power conditioner give together, over its rating.

    given : (n,) AC power; expected : (n,) under a clear sky with the channels as they are
    plain : (n,) expected without the cells' own levels, which take up what is always lost
    hour : (n,) solar time; loss : how much less than expected such intervals give on average
    """

    views: tuple[View, ...]
    given: Floats
    expected: Floats
    plain: Floats
    hour: Floats
    day: Ints

    @property
    def recent(self) -> Mask:
        """Return the intervals (n,) of the last year."""
        return self.views[0].recent


def output_of(views: Sequence[View], measured: Measurements) -> Output:
    """Return the output of the power conditioner that `views` share.

    Where more is behind it than these channels, their own power stands for it.
    """
    first = views[0].index
    power = np.sum([v.index.power for v in views], axis=0)
    name = first.channel.inverter
    p_ac = None if name is None else ac_power_of(measured, name)
    given = power if p_ac is None or _more_behind(p_ac, power) else p_ac
    expected = np.sum([v.expected for v in views], axis=0)
    plain = np.sum([_plain(v) for v in views], axis=0)
    bright = np.isfinite(given) & np.isfinite(power) & (power > 0.4 * np.nanquantile(power, 0.99))
    efficiency = float(np.median(given[bright] / power[bright])) if bright.any() else 1.0
    rating = _top(given)
    hour = (first.time / 3600.0 + first.longitude / 15.0 + first.interval / 7200.0) % 24.0
    scale = efficiency / rating
    return Output(tuple(views), given / rating, expected * scale, plain * scale, hour, views[0].day)


def _more_behind(p_ac: Floats, power: Floats) -> bool:
    bright = np.isfinite(p_ac) & np.isfinite(power) & (power > 0.4 * np.nanquantile(power, 0.99))
    return bool(bright.any()) and float(np.median(p_ac[bright] / power[bright])) > 1.1


def _plain(view: View) -> Floats:
    levels = view.evidence.levels
    bright = levels.clear & (view.index.clear > 0.4)
    usual = float(np.median(levels.cells[levels.cell[bright]])) if bright.any() else 1.0
    course = np.maximum(view.evidence.path.level[::-1], 0.05)[levels.bin]
    return np.asarray(view.index.p0 * view.index.clear * usual * course)


def _top(given: Floats) -> float:
    known = given[np.isfinite(given) & (given > 0)]
    return max(float(np.quantile(known, 0.9995)), 1e-6) if len(known) else 1.0


@dataclass(frozen=True, slots=True)
class Caps:
    """Intervals (n,) held at a cap, the caps (of the record's top), and how they crowd."""

    held: Mask
    levels: tuple[float, ...]
    crowd: float


def find_caps(output: Output) -> Caps:
    """Return the intervals in which power stood at a cap that comes again and again."""
    y, q = output.given, output.expected
    ok = np.isfinite(y) & (q > y + BELOW) & (q > 0.25)
    level = _level(y, ok & (y > 0.03))
    count = np.bincount((y[level] * 200.0 + 0.5).astype(np.int64), minlength=240)[:240]
    levels, crowd = [], 0.0
    for k in range(int(LOWEST * 200), int(HIGHEST * 200)):
        here = count[k - 1 : k + 2].sum()
        beside = np.concatenate([count[k - 12 : k - 3], count[k + 4 : k + 13]])
        usual = 3.0 * float(np.median(beside))
        z = (here - usual) / np.sqrt(usual + 1.0)
        if z > CROWD and here - usual > LEAST_CROWD and count[k] == count[k - 1 : k + 2].max():
            levels.append(k / 200.0)
            crowd = max(crowd, float(z))
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
    noon = (output.hour > NOON[0]) & (output.hour < NOON[1])
    zero = np.isfinite(y) & (y < 0.01) & (output.expected > 0.15)
    alive = np.isfinite(y) & (y > 0.03)
    days = int(day[-1]) + 1
    inside = np.bincount(day, zero & noon, days) >= 2
    outside = np.bincount(day, zero & ~noon, days) > 0
    before = np.bincount(day, alive & (output.hour < 12.0), days) > 0
    after = np.bincount(day, alive & (output.hour > 12.0), days) > 0
    good = inside & ~outside & before & after
    years = max(days / 365.0, 1.0)
    mild = np.isin(month_of(output.day[0] + np.arange(days)), MILD)
    found, failed = int((good & mild).sum()), int((inside & outside).sum() + (good & ~mild).sum())
    return np.asarray(zero & noon & good[day]), found / years / (1.0 + failed / years)


def missed_at(output: Output, held: Mask) -> Floats:
    """Return what held intervals (n,) would have given more, over the rating, on average.

    How cloudy it would have been is not known: intervals of as much sun that nothing held back
    say how likely each share of clear-sky power is.
    """
    y, q = output.given, output.expected
    free = np.isfinite(y) & ~held & (q > 0.35) & (y > 0.02)
    missed = np.zeros(len(y))
    if not free.any() or not held.any():
        return missed
    shares = np.quantile(np.minimum(y[free] / q[free], 1.05), (np.arange(24) + 0.5) / 24)
    at = np.flatnonzero(held & np.isfinite(y))
    would = q[at, None] * shares[None, :]
    more = would > y[at, None]
    gain = np.where(more, would - y[at, None], 0.0).sum(axis=1) / np.maximum(more.sum(axis=1), 1)
    missed[at] = gain
    return missed


def share_missed(output: Output, missed: Floats) -> float:
    """Return a loss (n,) of the last year as a share of what there would be without it."""
    given = float(np.nansum(output.given[output.recent]))
    lost = float(missed[output.recent].sum())
    return lost / (given + lost) if given + lost > 0 else 0.0


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
        held, np.maximum(np.maximum(output.plain, output.expected) - output.given, 0), 0
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


def day_profile(output: Output, held: Mask) -> dict[str, object]:
    """Return the day of the last year (or ever) that was held most, as a person looks at it.

    Empty where no interval was held.
    """
    if not held.any():
        return {}
    at = held & output.recent if (held & output.recent).any() else held
    days = output.day[at]
    day = np.bincount(days - days[0]).argmax() + days[0]
    inside = np.flatnonzero(output.day == day)
    return {
        "day": date_of(int(day)).isoformat(),
        "hour": np.round(output.hour[inside], 2).tolist(),
        "given": [round(float(v), 3) if v == v else None for v in output.given[inside]],
        "expected": np.round(output.expected[inside], 3).tolist(),
    }
