"""What a cause is judged against: the findings of the whole site, and a channel's own view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from pvwarranty.attribute.when import Ints, Mask, When
from pvwarranty.clock import Clock
from pvwarranty.estimate.evidence import Evidence
from pvwarranty.model import Flag, Floats, Index
from pvwarranty.orientation import Orientation
from pvwarranty.place import Climate

LIKELY = 0.5  # a cause is likelier than not


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

    when : the site's intervals
    course : (n,) level of the channel's own course, near 1 when new
    usual : level of its cells in bright light
    expected : (n,) power that the channel gives under a clear sky [W]
    """

    index: Index
    evidence: Evidence
    when: When
    course: Floats
    usual: float
    expected: Floats

    @property
    def name(self) -> str:
        """Return the channel's id."""
        return self.index.channel.id

    @property
    def end(self) -> int:
        """Return the end of the day judged [s UTC]."""
        return self.when.end

    @property
    def day(self) -> Ints:
        """Return the local solar day (n,) [days since 1970]."""
        return self.when.day

    @property
    def month(self) -> Ints:
        """Return the month (n,), 0-11."""
        return self.when.month

    @property
    def recent(self) -> Mask:
        """Return the intervals (n,) of the last year."""
        return self.when.recent


def view_of(index: Index, evidence: Evidence, when: When) -> View:
    """Return a channel's view; cells without a level of their own get that of bright cells."""
    levels = evidence.levels
    course = np.maximum(evidence.path.level[::-1], 0.05)[levels.bin]
    bright = levels.clear & (index.clear > 0.4)
    usual = float(np.median(levels.cells[levels.cell[bright]])) if bright.any() else 1.0
    cells = np.where(np.isfinite(levels.cells), levels.cells, usual)
    expected = index.p0 * index.clear * cells[levels.cell] * course
    return View(index, evidence, when, course, usual, expected)


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
