"""Heat: a hot power conditioner holds back at noons of the hottest months alone."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from pvwarranty.attribute.context import Context, date_of, logistic
from pvwarranty.attribute.limits import LEAST_SHARE
from pvwarranty.attribute.noons import HOT, OUT, mean_by_day
from pvwarranty.attribute.output import Output
from pvwarranty.attribute.when import Ints, Mask, month_of
from pvwarranty.model import Cause, Floats
from pvwarranty_kernels.cells import group_order

LEAST_FALL, LEAST_GAIN = 0.2, 2.0  # of noons reached; log likelihood that two eras gain over one


@dataclass(frozen=True, slots=True)
class ClearDays:
    """Days whose morning and evening were clear, and how far their noons came.

    day : (d,) since 1970; month : (d,); reached : (d,) part of the noon that came to its
    expectation; share : (d,) mean over expectation; noon : (n,) intervals that count as noon
    """

    day: Floats
    month: Ints
    reached: Floats
    share: Floats
    noon: Mask


def clear_days(output: Output, held: Mask) -> ClearDays:
    """Return the days with clear shoulders; each month is measured by its own clear shoulders.

    So a wrong temperature of the model does not pass for heat that holds back.
    """
    bad = (output.views[0].index.flags & OUT) != 0
    ok = np.isfinite(output.given) & (output.plain.value > 0.05) & ~bad & ~held
    day, days = output.day - output.day[0], output.when.days
    part = np.clip(output.plain.part, 0.0, 1.3)
    noon, beside = ok & output.plain.noon, ok & output.plain.beside
    month = output.when.month
    order, bounds = group_order(month, beside, 12)
    level = np.ones(12)
    for m in range(12):
        here = part[order[bounds[m] : bounds[m + 1]]]
        if len(here) > 50:
            level[m] = np.quantile(here, 0.8)
    part = part / level[month]
    clear = np.abs(part - 1.0) < 0.08

    def mean(values: Floats | Mask, use: Mask) -> Floats:
        return mean_by_day(values, day, use, days)

    morning = mean(clear, beside & (output.hour < 12.0))
    evening = mean(clear, beside & (output.hour > 12.0))
    reached, share = mean(part > 0.92, noon), mean(np.minimum(part, 1.05), noon)
    good = np.flatnonzero((morning >= 0.6) & (evening >= 0.6) & np.isfinite(reached))
    all_days = output.day[0] + np.arange(days)
    months = month_of(all_days)[good]
    return ClearDays(all_days[good].astype(np.float64), months, reached[good], share[good], noon)


def derating(output: Output, held: Mask, context: Context) -> Iterable[Cause]:
    """Tell that heat holds the power conditioner back: noons of the hottest months alone."""
    found = clear_days(output, held)
    air = np.asarray(context.climate.temp_air)
    hottest = np.sort(air)[-2]
    hot = (air[found.month] >= hottest) & (air[found.month] > HOT)
    mild = (air[found.month] < hottest - 3.0) & (air[found.month] > hottest - 14.0)
    late = found.day > output.views[0].end / 86400.0 - 3.0 * 365.0
    n = int((hot & late).sum())
    if n < 5 or int((mild & late).sum()) < 8:
        return
    in_heat = (float(found.reached[hot & late].sum()) + 0.6) / (n + 1.5)
    in_mild = float(found.reached[mild & late].mean())
    usual = float(found.share[mild & late].mean())
    deficit = max(usual - float(found.share[hot & late].mean()), 0.0)
    month = air[output.when.month] >= hottest
    at = found.noon & output.recent & month
    given = float(np.nansum(output.given[output.recent]))
    lost = deficit * float(np.nansum(output.given[at])) / max(usual - deficit, 0.3)
    share = lost / (given + lost) if given > 0 else 0.0
    likely = logistic(26.0 * (0.19 - in_heat) + 12.0 * (in_mild - in_heat - 0.35))
    between = hot_since(found, hot)
    yield Cause(
        "inverter_derating", share, likely * (1.0 if share >= LEAST_SHARE else 0.5),
        evidence={"reached_hot": round(in_heat, 3), "reached_mild": round(in_mild, 3),
                  "days": n, "by_month": _by_month(found, late)},
        between=between,
    )  # fmt: skip


def _by_month(found: ClearDays, late: Mask) -> list[float | None]:
    """Return how far the noons of clear days came in each month, of the last three years."""
    means = [found.share[late & (found.month == m)] for m in range(12)]
    return [round(float(v.mean()), 3) if len(v) else None for v in means]


def hot_since(found: ClearDays, hot: Mask) -> tuple[date, date] | None:
    """Return the days between which noons of hot months began to fail, None where always.

    They lie on either side of a winter that nobody can see into. The summers are parted where two
    shares of reached noons fit best (binomial likelihood).
    """
    day, reached = found.day[hot], found.reached[hot]
    year = (day / 365.2425).astype(np.int64)
    years = np.unique(year)[1:]
    gains = [_gain(reached[year < y], reached[year >= y]) for y in years]
    if not gains or max(gains) < LEAST_GAIN:
        return None
    first = years[int(np.argmax(gains))]
    return date_of(float(day[year < first].max())), date_of(float(day[year >= first].min()))


def _gain(before: Floats, after: Floats) -> float:
    """Return the log likelihood that two shares of reached noons gain over one, 0 for a rise."""
    if before.mean() - after.mean() < LEAST_FALL:
        return 0.0
    both = np.concatenate([before, after])
    return _likelihood(before) + _likelihood(after) - _likelihood(both)


def _likelihood(reached: Floats) -> float:
    share = (float(reached.sum()) + 0.5) / (len(reached) + 1.0)
    return len(reached) * (share * math.log(share) + (1.0 - share) * math.log(1.0 - share))
