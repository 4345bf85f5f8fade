"""What a cause is judged against: the findings of the whole site, and a channel's own view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pvwarranty.clock import Clock
from pvwarranty.estimate.evidence import Evidence
from pvwarranty.model import Flag, Floats, Index
from pvwarranty.orientation import Orientation
from pvwarranty.place import Climate

YEAR = 365 * 86400
LIKELY = 0.5  # a cause is likelier than not
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Context:
    """Findings of the whole site.

    end : end of the day judged [s UTC]; coast : distance to it [m], None where not known
    timezone : in which people are told when to look
    """

    end: int
    clock: Clock
    orientations: tuple[Orientation, ...]
    climate: Climate
    coast: float | None
    timezone: str = "Asia/Tokyo"


@dataclass(frozen=True, slots=True)
class View:
    """A channel as the checks look at it.

    relative : (n,) power over expected, over the level of the cell and the channel's course; NaN
        where it is not known. About 1 under a clear sky, whatever the channel's age
    recent : (n,) intervals of the last year
    day : (n,) local solar day [days since 1970]; month : (n,) 0-11
    expected : (n,) power that the channel gives under a clear sky [W]
    """

    index: Index
    evidence: Evidence
    relative: Floats
    recent: Mask
    day: Ints
    month: Ints
    expected: Floats
    end: int

    @property
    def name(self) -> str:
        """Return the channel's id."""
        return self.index.channel.id


def view_of(index: Index, evidence: Evidence, end: int) -> View:
    """Return a channel's view; cells without a level of their own get that of bright cells."""
    levels = evidence.levels
    course = np.maximum(evidence.path.level[::-1], 0.05)[levels.bin]
    bright = levels.clear & (index.clear > 0.4)
    usual = float(np.median(levels.cells[levels.cell[bright]])) if bright.any() else 1.0
    cell = levels.cells[levels.cell]
    cell = np.where(np.isfinite(cell), cell, usual)
    expected = index.p0 * index.clear * cell * course
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(index.clear > 0.05, index.power / expected, np.nan)
    days = (index.time + int(index.longitude * 240)) // 86400
    return View(
        index, evidence, relative, index.time >= end - YEAR, days, month_of(days), expected, end
    )


def month_of(days: Ints) -> Ints:
    """Return the month (n,), 0-11, of days since 1970 that do not decrease."""
    first = int(days[0])
    each = np.arange(first, int(days[-1]) + 1).astype("datetime64[D]")
    return np.asarray((each.astype("datetime64[M]").astype(np.int64) % 12)[days - first])


def day_of(instant: float, longitude: float) -> date:
    """Return the local solar day of an instant [s UTC]."""
    return date_of((int(instant) + int(longitude * 240)) // 86400)


def date_of(day: float) -> date:
    """Return the date of a day since 1970."""
    found: date = np.datetime64(int(day), "D").astype(object)
    return found


def share_of(lost: Floats, view: View) -> float:
    """Return a loss (n,) [W] of the last year as a share of what there would be without it."""
    had = view.recent & (view.index.flags & int(Flag.SPIKE | Flag.NIGHT) == 0)
    given = float(np.nansum(view.index.power[had]))
    missed = float(np.nansum(lost[view.recent]))
    return missed / (given + missed) if given + missed > 0 else 0.0


def logistic(score: float) -> float:
    """Return the probability of a score: one half at zero."""
    return float(1.0 / (1.0 + np.exp(-np.clip(score, -30.0, 30.0))))


def logit(probability: float) -> float:
    """Return the score of a probability, within bounds."""
    p = min(max(probability, 1e-6), 1.0 - 1e-6)
    return float(np.log(p / (1.0 - p)))
