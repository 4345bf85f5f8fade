"""Shade: losses fixed in the position of the sun, from the start or since a day.

A map over azimuth and elevation is made for each year of the record: the upper cluster of what
the channel gives there, over what it gives elsewhere. Shade takes the beam away in some places of
the sun and leaves the rest alone; what was there from the first year is static.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from pvwarranty.attribute.context import YEAR, Context, View, day_of, share_of
from pvwarranty.model import Cause, Flag, Floats
from pvwarranty.quality import USABLE
from pvwarranty_kernels.cells import group_order, upper_levels

AZIMUTH, ELEVATION = 10.0, 5.0  # size of a place of the sun [°]
COLUMNS, ROWS = 36, 18
LEAST_DROP, LEAST_SHARE = 0.10, 0.014
STATIC_SHARE = 0.008
HIGH = 50.0  # a sun this high [°] is not behind buildings: what holds back then is a limit
SHARP = 0.07  # share of the scatter in the shaded places that a step explains
STATIC = 0.72  # level of a place of the sun that was never free
BEAM = 0.8  # share of clear energy that is beam


@dataclass(frozen=True, slots=True)
class Maps:
    """Level at each place of the sun by year, (years, places), oldest first; 1 is free."""

    place: np.ndarray[tuple[int], np.dtype[np.int64]]
    level: Floats
    weight: Floats


def make_maps(view: View, context: Context) -> Maps | None:
    """Return the maps of a channel, or None for less than a year and a half."""
    index = view.index
    back = ((view.end - index.time) // YEAR).astype(np.int64)
    years = int(back.max()) + 1
    known = np.isfinite(index.elevation)
    column = np.where(known, np.nan_to_num(index.azimuth) // AZIMUTH, 0).astype(np.int64)
    row = np.where(known, np.nan_to_num(index.elevation) // ELEVATION, 0).astype(np.int64)
    place = np.clip(row, 0, ROWS - 1) * COLUMNS + column % COLUMNS
    course = np.maximum(view.evidence.path.level[::-1], 0.05)[view.evidence.levels.bin]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = index.power / (index.p0 * index.clear * course)
    mask = USABLE & ~int(Flag.OUTAGE | Flag.LOW_IRRADIANCE)
    # snow lies on the panels at the same low suns each year: it is no shade
    snowy = np.asarray(context.climate.snow_months)[view.month]
    known &= ~snowy & (np.nan_to_num(index.elevation) < HIGH)
    use = known & ((index.flags & mask) == 0) & (index.clear > 0.06) & np.isfinite(ratio)
    group = (years - 1 - back) * (ROWS * COLUMNS) + place
    order = group_order(group, use, years * ROWS * COLUMNS)
    level, _ = upper_levels(np.where(use, ratio, 0.0), *order, 0.85, 0.12, 0.10, 10)
    level = level.reshape(years, -1)
    free = float(np.nanquantile(level, 0.7))
    energy = np.where(view.recent & known, view.expected, 0.0)
    weight = np.asarray(np.bincount(place, energy, ROWS * COLUMNS), dtype=np.float64)
    return Maps(place, level / free, weight)


def shading(view: View, context: Context) -> Iterable[Cause]:
    """Tell new shade with its onset, and shade that was there from the start."""
    maps = make_maps(view, context)
    if maps is None or len(maps.level) < 2:
        return
    yield from _change(view, maps)
    yield from _static(view, maps)


def _change(view: View, maps: Maps) -> Iterable[Cause]:
    before = _over_years(maps.level[: max(len(maps.level) // 2, 1)], np.nanmedian)
    with np.errstate(divide="ignore", invalid="ignore"):
        drop = 1.0 - maps.level[-1] / before
    shaded = _connected(np.nan_to_num(drop) > LEAST_DROP)
    if not shaded.any():
        return
    lost = np.where(shaded, np.nan_to_num(drop), 0.0)[maps.place] * BEAM * 0.6 * view.expected
    share = share_of(np.where(np.isfinite(view.index.elevation), lost, 0.0), view)
    if share < LEAST_SHARE:
        return
    onset = _onset(view, maps, shaded, before)
    if onset is None:
        return
    since, sharpness = onset
    if sharpness < SHARP and share < 0.10:
        return
    probability = 0.9 if share > 0.015 and sharpness > 0.5 else 0.6
    places = np.flatnonzero(shaded)
    yield Cause(
        "shading_change", share, probability, since=day_of(since, view.index.longitude),
        evidence={
            "sharpness": sharpness,
            "azimuth": ((places % COLUMNS) * AZIMUTH).tolist(),
            "elevation": ((places // COLUMNS) * ELEVATION).tolist(),
            "before": before[places].tolist(), "after": maps.level[-1][places].tolist(),
        },
    )  # fmt: skip


def _onset(
    view: View, maps: Maps, shaded: np.ndarray[tuple[int], np.dtype[np.bool_]], before: Floats
) -> tuple[float, float] | None:
    """Return when the shade began [s UTC], and how much of the scatter a step there explains.

    Looked for in the clear days' intervals with the sun in the shaded places.
    """
    index = view.index
    sunny = _sunny_days(view)
    known = np.isfinite(index.power) & ((index.flags & USABLE & ~int(Flag.OUTAGE)) == 0)
    inside = shaded[maps.place] & sunny & known & (index.clear > 0.06)
    at = np.flatnonzero(inside)
    if len(at) < 40:
        return None
    course = np.maximum(view.evidence.path.level[::-1], 0.05)[view.evidence.levels.bin]
    ratio = index.power[at] / (index.p0 * index.clear[at] * course[at])
    values = np.clip(ratio / before[maps.place[at]], 0.0, 1.2)
    total = np.cumsum(values)
    n = len(values)
    count = np.arange(1, n)
    left, right = total[:-1] / count, (total[-1] - total[:-1]) / (n - count)
    gain = count * (n - count) / n * (left - right) ** 2
    gain[(left <= right) | (count < 15) | (n - count < 10)] = 0.0
    best = int(np.argmax(gain))
    if gain[best] <= 0 or left[best] - right[best] < 0.06:
        return None
    scatter = float(np.sum((values - values.mean()) ** 2))
    return float(index.time[at[best + 1]]), float(gain[best] / scatter)


def _sunny_days(view: View) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return the intervals (n,) of days whose free hours were clear."""
    index = view.index
    days = (index.time + int(index.longitude * 240)) // 86400
    first = days - days[0]
    clear = view.evidence.levels.clear & (np.abs(view.relative - 1.0) < 0.08)
    return np.asarray((np.bincount(first, clear) * index.interval >= 2.0 * 3600)[first])


def _static(view: View, maps: Maps) -> Iterable[Cause]:
    best = _over_years(maps.level, np.nanmax)
    low = np.nan_to_num(best, nan=1.0) < STATIC
    shaded = _connected(low)
    missing = np.where(shaded, 1.0 - np.nan_to_num(best, nan=1.0), 0.0)[maps.place]
    clear = view.index.p0 * view.index.clear * float(view.evidence.path.level[-1])
    share = share_of(missing * BEAM * 0.6 * clear, view)
    if share >= STATIC_SHARE:
        places = np.flatnonzero(shaded)
        yield Cause(
            "static_shading", share, 0.75 if share > 0.012 else 0.55,
            evidence={"azimuth": ((places % COLUMNS) * AZIMUTH).tolist(),
                      "elevation": ((places // COLUMNS) * ELEVATION).tolist(),
                      "level": best[places].tolist()},
        )  # fmt: skip


def _over_years(level: Floats, reduce: Callable[..., Floats]) -> Floats:
    known = np.isfinite(level).any(axis=0)
    out = np.full(level.shape[1], np.nan)
    out[known] = reduce(level[:, known], axis=0)
    return out


def _connected(
    mask: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Keep places with at least one neighbour of their own kind, and those only in company."""
    grid = mask.reshape(ROWS, COLUMNS)
    padded = np.pad(grid, 1)
    beside = padded[:-2, 1:-1].astype(int) + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    kept = grid & (beside >= 1)
    return np.asarray(kept.ravel() if kept.sum() >= 2 else np.zeros(mask.size, dtype=bool))
