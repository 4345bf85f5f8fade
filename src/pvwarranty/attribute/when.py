"""When the intervals of a site are: what all its channels have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvwarranty.model import Floats, Index
from pvwarranty_kernels import maps

YEAR = 365 * 86400
DAY = 86400
SLOTS = 48  # of a day, at most
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class When:
    """Days, hours and positions of the sun of n intervals.

    end : end of the day judged [s UTC]
    day : (n,) local solar day [days since 1970], not decreasing; month : (n,) 0-11
    hour : (n,) mean solar time in the middle of each interval
    recent : (n,) intervals of the last year
    starts : (d,) first interval of each day that has any
    slots : of a day; cell : (n,) row of declination times slots plus slot of the sun
    half : (n,) pass of the sun, counted from the first
    first : that pass, counted as in `maps.sun_cells`
    """

    end: int
    day: Ints
    month: Ints
    hour: Floats
    recent: Mask
    starts: Ints
    slots: int
    cell: Ints
    half: Ints
    first: int

    @property
    def days(self) -> int:
        """Return the number of days from the first to the last."""
        return int(self.day[-1] - self.day[0]) + 1

    @property
    def passes(self) -> int:
        """Return the number of passes of the sun."""
        return int(self.half[-1]) + 1

    def brightest(self, values: Floats) -> Floats:
        """Return the largest of the values (n,) of each day, (days,), 0 at least."""
        top = np.zeros(self.days)
        at = self.day[self.starts] - self.day[0]
        top[at] = np.maximum.reduceat(np.maximum(values, 0.0), self.starts)
        return top


def when_of(index: Index, end: int) -> When:
    """Return when the intervals of a channel's site are."""
    day = (index.time + int(index.longitude * 240)) // DAY
    hour = index.time / 3600.0 + index.longitude / 15.0 + index.interval / 7200.0
    hour -= 24.0 * np.floor(hour / 24.0)  # a third of the time of the remainder
    slots = min(SLOTS, DAY // index.interval)
    cell, half = maps.sun_cells(index.time, index.longitude, index.interval, slots)
    return When(
        end, day, month_of(day), hour, index.time >= end - YEAR,
        np.flatnonzero(np.diff(day, prepend=day[0] - 1)), slots, cell, half - half[0],
        int(half[0]),
    )  # fmt: skip


def month_of(days: Ints) -> Ints:
    """Return the month (n,), 0-11, of days since 1970 that do not decrease."""
    first = int(days[0])
    each = np.arange(first, int(days[-1]) + 1).astype("datetime64[D]")
    return np.asarray((each.astype("datetime64[M]").astype(np.int64) % 12)[days - first])
