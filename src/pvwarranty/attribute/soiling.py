"""Soiling: what comes back was not the modules'. A level that rises again had been dirty."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pvwarranty.attribute.context import Context, View, day_of, logistic
from pvwarranty.attribute.when import Mask
from pvwarranty.estimate.levels import BIN, FORTNIGHTS, running_median
from pvwarranty.model import Cause, Floats
from pvwarranty.quality import usable
from pvwarranty_kernels.cells import group_medians, group_order

EVEN_RETURN, WIDTH = 0.028, 0.006  # of the smoothed level
EVEN_DIPS = 1.2  # a year, that a sensor shows to end
BLOCK, LEAST_IN_BLOCK = 10, 15  # days, and intervals that say something of them
DIP = 0.03  # below the half year around


def soiling(view: View, held: Mask, context: Context) -> Iterable[Cause]:
    """Tell soiling by lasting recoveries of the course, and by dips that a sensor sees end.

    Dirt gathers slowly and goes at once, by rain or a wash. A slow loss that never came back is
    not told from ageing.
    """
    level = view.evidence.path.level
    back = np.maximum.accumulate(level[::-1])[::-1] - level
    returned = float(back.max())
    likely = logistic((returned - EVEN_RETURN) / WIDTH)
    turned = {a for found in context.orientations for a in found.arrays}
    if turned & set(view.index.channel.arrays):
        likely *= 0.3
    dips, taken = _dips(view, held)
    if dips is not None:
        likely = max(likely, logistic(2.5 * (dips - EVEN_DIPS)))
    if likely < 0.02:
        return
    at = int(np.argmax(back))
    clean = at + int(np.argmax(level[at:] >= level[at] + 0.9 * returned))
    share = max(float(back[-FORTNIGHTS:].mean()), _again(returned, at, clean, len(level)), taken)
    yield Cause(
        "soiling", min(share, 1.0), likely,
        evidence={
            "returned": round(returned, 4),
            "clean_again": day_of(
                view.end - (len(level) - clean) * BIN, view.index.longitude
            ).isoformat(),
            "dips_a_year": None if dips is None else round(dips, 2),
            "course": np.round(level[:: FORTNIGHTS // 2], 4).tolist(),
        },
    )  # fmt: skip


def _again(returned: float, worst: int, clean: int, end: int) -> float:
    """Return what has gathered on average in the last year, at the rate of the time before."""
    rate = returned / max(worst, FORTNIGHTS)
    since = max(end - clean, 0)
    start = max(since - FORTNIGHTS, 0)
    return min(rate * 0.5 * (start + since), returned) if since else 0.0


def _dips(view: View, held: Mask) -> tuple[float | None, float]:
    """Return how many dips that end come in a year, and what the last year's took on average.

    None without a sensor: the clear sky is known too badly for dips of days.
    """
    if view.index.sensed is None:
        return None, 0.0
    level = _ten_days(view, held)
    if int(np.isfinite(level).sum()) < 40:
        return None, 0.0
    below = running_median(level, 9) - level
    count = float((below > DIP).sum()) / (len(level) * BLOCK / 365.0)
    last = level[-int(365 / BLOCK) :]
    top = float(np.nanquantile(level, 0.9))
    taken = float(np.nanmean(np.maximum(top - last, 0.0))) if np.isfinite(last).any() else 0.0
    return count, taken if count > EVEN_DIPS else 0.0


def _ten_days(view: View, held: Mask) -> Floats:
    """Return the level of each ten days against the sensor, each place of the sun by its own."""
    index, levels = view.index, view.evidence.levels
    assert index.sensed is not None
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = index.power / (index.p0 * index.sensed * view.course)
    good = usable(index) & ~held & (index.sensed > 0.3) & (index.sensed > 0.7 * index.clear)
    good &= (ratio > 0.2) & (ratio < 1.6)
    count = np.bincount(levels.cell[good], minlength=levels.cells.size)
    total = np.bincount(levels.cell[good], ratio[good], levels.cells.size)
    rest = (ratio * np.maximum(count, 1)[levels.cell] / np.maximum(total, 1e-9)[levels.cell])[good]
    block = (view.day[good] - view.day[0]) // BLOCK
    blocks = int((view.day[-1] - view.day[0]) // BLOCK) + 1
    order = group_order(block, np.ones(len(block), dtype=np.bool_), blocks)
    return group_medians(rest, *order, LEAST_IN_BLOCK)
