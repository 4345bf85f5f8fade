"""What the channels behind one power conditioner give together, beside what they should."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pvwarranty.attribute.context import View, date_of
from pvwarranty.attribute.when import Ints, Mask, When
from pvwarranty.model import Floats, Measurements
from pvwarranty.normalise import ac_power_of

MORE_BEHIND = 1.1  # AC power over the channels' own beyond which others are behind it too
NOON, SHOULDER = 0.82, (0.30, 0.62)  # of the day's brightest expectation


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a power conditioner should give under a clear sky, and where in its day that is.

    value : (n,) over the rating; part : (n,) what came over it
    noon : (n,) the brightest of a day; beside : (n,) its shoulders, morning and evening
    top : (d,) the brightest value of each day
    """

    value: Floats
    part: Floats
    noon: Mask
    beside: Mask
    top: Floats


@dataclass(frozen=True, slots=True)
class Output:
    """What the channels behind one power conditioner give together, over its rating.

    given : (n,) AC power; expected : under a clear sky with the channels as they are
    plain : expected without the cells' own levels, which take up what is always lost
    """

    views: tuple[View, ...]
    given: Floats
    expected: Expectation
    plain: Expectation

    @property
    def when(self) -> When:
        """Return the site's intervals."""
        return self.views[0].when

    @property
    def recent(self) -> Mask:
        """Return the intervals (n,) of the last year."""
        return self.when.recent

    @property
    def day(self) -> Ints:
        """Return the local solar day (n,) [days since 1970]."""
        return self.when.day

    @property
    def hour(self) -> Floats:
        """Return the solar time (n,)."""
        return self.when.hour


def output_of(views: Sequence[View], measured: Measurements) -> Output:
    """Return the output of the power conditioner that `views` share.

    Where more is behind it than these channels, their own power stands for it.
    """
    power = np.sum([v.index.power for v in views], axis=0)
    name = views[0].index.channel.inverter
    p_ac = None if name is None else ac_power_of(measured, name)
    efficiency = 1.0 if p_ac is None else _efficiency(p_ac, power)
    given = power
    if p_ac is not None:
        if efficiency > MORE_BEHIND:
            efficiency = 1.0
        else:
            given = p_ac
    rating = _top(given)
    expected = np.sum([v.expected for v in views], axis=0)
    plain = np.sum([v.index.p0 * v.index.clear * v.usual * v.course for v in views], axis=0)
    scale, given, when = efficiency / rating, given / rating, views[0].when
    return Output(
        tuple(views), given, _expectation(expected * scale, given, when),
        _expectation(plain * scale, given, when),
    )  # fmt: skip


def _efficiency(p_ac: Floats, power: Floats) -> float:
    known = power[np.isfinite(power)]
    if not len(known):
        return 1.0
    bright = np.isfinite(p_ac) & (power > 0.4 * np.quantile(known, 0.99))
    return float(np.median(p_ac[bright] / power[bright])) if bright.any() else 1.0


def _expectation(value: Floats, given: Floats, when: When) -> Expectation:
    top = when.brightest(value)
    with np.errstate(divide="ignore", invalid="ignore"):
        part, place = given / value, value / top[when.day - when.day[0]]
    beside = (place > SHOULDER[0]) & (place < SHOULDER[1])
    return Expectation(value, part, place > NOON, beside, top)


def _top(given: Floats) -> float:
    known = given[np.isfinite(given) & (given > 0)]
    return max(float(np.quantile(known, 0.9995)), 1e-6) if len(known) else 1.0


def missed_at(output: Output, held: Mask) -> Floats:
    """Return what held intervals (n,) would have given more, over the rating, on average.

    How cloudy it would have been is not known: intervals of as much sun that nothing held back
    say how likely each share of clear-sky power is.
    """
    y, q = output.given, output.expected.value
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
        "expected": np.round(output.expected.value[inside], 3).tolist(),
    }
