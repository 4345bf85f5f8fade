"""What a cause is judged against: the findings of the whole site, and a channel's own view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pvwarranty.clock import Clock
from pvwarranty.estimate.evidence import Evidence
from pvwarranty.model import Floats, Index
from pvwarranty.orientation import Orientation
from pvwarranty.place import Climate

YEAR = 365 * 86400
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Context:
    """Findings of the whole site.

    end : end of the day judged [s UTC]; coast : distance to it [m], None where not known
    """

    end: int
    clock: Clock
    orientations: tuple[Orientation, ...]
    climate: Climate
    coast: float | None


@dataclass(frozen=True, slots=True)
class View:
    """A channel as the checks look at it.

    relative : (n,) power over expected, over the level of the cell and the channel's course; NaN
        where it is not known. About 1 under a clear sky, whatever the channel's age
    recent : (n,) intervals of the last year
    month : (n,) 0-11, local solar time
    expected : (n,) power that the channel gives under a clear sky [W]
    """

    index: Index
    evidence: Evidence
    relative: Floats
    recent: Mask
    month: NDArray[np.int64]
    expected: Floats
    end: int


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
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    return View(index, evidence, relative, index.time >= end - YEAR, month, expected, end)


def day_of(instant: float, longitude: float) -> date:
    """Return the local solar day of an instant [s UTC]."""
    day = (int(instant) + int(longitude * 240)) // 86400
    found: date = np.datetime64(day, "D").astype(object)
    return found


def share_of(lost: Floats, view: View) -> float:
    """Return a loss [W] of the last year as a share of what clear skies would have given.

    Clouds take about two fifths of a clear sky's energy in Japan, so the share of the energy
    that was there to be had is larger by as much.
    """
    total = float(np.sum(view.expected[view.recent & (view.index.clear > 0.05)]))
    return float(np.nansum(lost[view.recent])) / (0.6 * total) if total > 0 else 0.0
