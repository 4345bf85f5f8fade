"""Times without output: outages, and snow on the modules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pvwarranty.attribute.context import Context, View, day_of, logistic, share_of
from pvwarranty.attribute.when import YEAR, Ints, Mask
from pvwarranty.model import Cause, Flag, Floats, Measurements
from pvwarranty.names import SITE

BRIGHT = 0.25
LEAST_HOURS, LONG_HOURS = 2.0, 10.0
BLOCK_DAYS, MOST_BLOCKS = 10.0, 4
SUN_BESIDE = 0.25  # share of clear sky that came just before or after an outage
EVEN_HOURS = 12.0  # of outages a year that are as likely a fault as not
EVEN_SNOW = 0.0025  # share of the year's energy
USUAL_SNOWFALL = 0.5  # [m] a year
LYING = 0.02  # depth of snow on the ground [m] at which modules may be covered


@dataclass(frozen=True, slots=True)
class Gaps:
    """Stretches without output in bright hours: first and last interval of each, and its hours.

    snow : (k,) those that snow explains; dim : hours of the last year under a sky so heavy that
    neighbouring intervals gave next to nothing too
    """

    first: Ints
    last: Ints
    hours: Floats
    snow: Mask
    dim: float


def gaps(view: View, held: Mask, measured: Measurements, context: Context) -> Gaps:
    """Return the stretches in which a channel gave nothing though the sun was up.

    `held` (n,) are times at a cap of the grid. Under a heavy sky a weak channel may give next to
    nothing too: such stretches have dim neighbours and are left out.
    """
    index = view.index
    bright = np.flatnonzero((index.clear > BRIGHT) & np.isfinite(index.power))
    quiet = ((index.flags[bright] & int(Flag.OUTAGE)) != 0) & ~held[bright]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]])))
    start, end = edges[::2], edges[1::2]
    ratio = index.power[bright] / (index.p0 * index.clear[bright])
    before = np.where(start > 0, ratio[np.maximum(start - 1, 0)], 1.0)
    after = np.where(end < len(bright), ratio[np.minimum(end, len(bright) - 1)], 1.0)
    hours = (end - start) * index.interval / 3600.0
    sunny = (np.maximum(before, after) > SUN_BESIDE) | (hours > LONG_HOURS)
    known = sunny & (hours >= LEAST_HOURS)
    first, last = bright[start[known]], bright[end[known] - 1]
    late = index.time[bright[start]] > view.end - YEAR
    dim = float(hours[~sunny & late & ~_cold(view, bright[start], context)].sum())
    return Gaps(first, last, hours[known], _snowy(view, first, last, measured, context), dim)


def _cold(view: View, at: Ints, context: Context) -> Mask:
    return np.asarray(context.climate.snow_months)[view.month[at]]


def _snowy(view: View, first: Ints, last: Ints, measured: Measurements, context: Context) -> Mask:
    """Tell the gaps (k,) that snow explains: by its depth where recorded, else by the month."""
    depth = measured.get(SITE, "snow_depth")
    if depth is not None:
        lies = np.cumsum(np.nan_to_num(depth) > LYING)
        return np.asarray(lies[last] - lies[np.maximum(first - 1, 0)] > 0)
    days = (view.index.time[last] - view.index.time[first]) / 86400.0
    snowfall = float(np.nansum(context.climate.snowfall))
    most = 21.0 if snowfall > USUAL_SNOWFALL else 4.0
    return _cold(view, first, context) & (days < most)


def outages(view: View, found: Gaps, stuck: bool) -> Iterable[Cause]:
    """Tell outages: long ones each with its days, short ones together.

    A recorder that is known to freeze (`stuck`) freezes at nothing too.
    """
    real = ~found.snow
    if not real.any():
        return
    days = (view.index.time[found.last] - view.index.time[found.first]) / 86400.0
    doubt = 0.4 if stuck else 1.0
    long = np.flatnonzero(real & (days >= BLOCK_DAYS))
    for k in long[np.argsort(-found.hours[long])][:MOST_BLOCKS]:
        yield _block(view, found, int(k), doubt)
    short = real & (days < BLOCK_DAYS)
    years = max((view.end - int(view.index.time[0])) / YEAR, 0.5)
    hours = float(found.hours[short].sum()) / years
    if not short.any() or hours < 0.2 * EVEN_HOURS:
        return
    likely = doubt * logistic(2.5 * np.log(hours / EVEN_HOURS))
    recent = view.index.time[found.last] > view.end - YEAR
    yield Cause(
        "outage", share_of(_lost(view, _mask(view, found, short)), view), likely,
        active=bool((short & recent).any()),
        evidence={"kind": "trips", "hours_a_year": round(hours, 1), "count": int(short.sum()),
                  "spans": _spans(view, found, np.flatnonzero(short)[-12:])},
    )  # fmt: skip


def _block(view: View, found: Gaps, k: int, doubt: float) -> Cause:
    index = view.index
    one = np.zeros(len(found.first), dtype=bool)
    one[k] = True
    goes_on = index.time[found.last[k]] > view.end - 3 * 86400
    return Cause(
        "outage", share_of(_lost(view, _mask(view, found, one)), view), 0.95 * doubt,
        since=day_of(float(index.time[found.first[k]]), index.longitude),
        until=None if goes_on else day_of(float(index.time[found.last[k]]), index.longitude),
        active=bool(goes_on),
        evidence={"kind": "block", "hours": round(float(found.hours[k]), 1)},
    )  # fmt: skip


def snow(view: View, found: Gaps, context: Context) -> Iterable[Cause]:
    """Tell what snow on the modules takes in a year."""
    if not found.snow.any():
        return
    lost = _lost(view, _mask(view, found, found.snow))
    share = share_of(lost, view)
    index = view.index
    years = max((view.end - int(index.time[0])) / YEAR, 1.0)
    given = np.isfinite(index.power) & (index.flags & int(Flag.SPIKE) == 0)
    usual = float(lost.sum()) / max(float(index.power[given].sum() + lost.sum()), 1.0)
    fall = float(np.nansum(context.climate.snowfall))
    likely = logistic(
        2.5 * np.log(max(share, 0.4 * usual, 1e-6) / EVEN_SNOW)
        + 0.6 * np.log(max(fall, 0.02) / USUAL_SNOWFALL)
    )
    recent = found.snow & (index.time[found.last] > view.end - YEAR)
    yield Cause(
        "snow", share, likely, active=False,
        evidence={
            "usual_share": round(usual, 4), "days": int(found.snow.sum()), "years": round(years, 1),
            "snow_months": (np.flatnonzero(context.climate.snow_months) + 1).tolist(),
            "spans": _spans(view, found, np.flatnonzero(recent)),
            "by_month": np.round(
                np.bincount(view.month, lost, 12) / max(float(lost.sum()), 1e-9), 3
            ).tolist(),
        },
    )  # fmt: skip


def _mask(view: View, found: Gaps, chosen: Mask) -> Mask:
    out = np.zeros(len(view.index.time), dtype=bool)
    for k in np.flatnonzero(chosen):
        out[found.first[k] : found.last[k] + 1] = True
    return out


def _lost(view: View, inside: Mask) -> Floats:
    """Return what was missed (n,) [W]: clear sky times what the month's sky lets through."""
    index = view.index
    free = ~inside & np.isfinite(index.power) & (index.clear > 0.05)
    free &= (index.flags & int(Flag.OUTAGE | Flag.SPIKE)) == 0
    given = np.bincount(view.month[free], index.power[free], 12)
    clear = np.bincount(view.month[free], view.expected[free], 12)
    sky = np.clip(given / np.maximum(clear, 1e-9), 0.1, 1.0)
    at = inside & np.isfinite(index.power)
    return np.asarray(
        np.where(at, np.maximum(sky[view.month] * view.expected - index.power, 0.0), 0.0)
    )


def _spans(view: View, found: Gaps, chosen: Ints) -> list[dict[str, Any]]:
    index = view.index
    return [
        {"since": day_of(float(index.time[found.first[k]]), index.longitude).isoformat(),
         "hours": round(float(found.hours[k]), 1)}
        for k in chosen
    ]  # fmt: skip
