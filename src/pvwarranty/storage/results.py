"""What the battery test answers with."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date

from pvwarranty.model import Cause, Estimate, Text

MIN_WINDOWS = 2  # disjoint windows of 60 days that must agree before a fall below is proven


@dataclass(frozen=True, slots=True)
class InputFinding:
    """Something found about the input: what, how sure, and whether it was put right.

    name : word for programs, as ``swapped_signs``
    column : the column it is about, or an empty string
    certain : the data leave no other reading
    corrected : the values used differ from the file's; never without `certain`
    count : rows or events concerned
    text : what was found and what to do
    """

    name: str
    column: str
    certain: bool
    corrected: bool
    count: int
    text: Text


@dataclass(frozen=True, slots=True)
class VendorFigure:
    """A capacity figure of the device itself beside ours; evidence, not truth.

    epc : ECHONET Lite property of class 0x027D
    ratio : the device's figure over its own first reading, or the state of health (0-1)
    difference : `ratio` minus ours, None where ours is missing
    disagrees : more than 4 points apart
    constant : the figure did not move by 0.2 % over two years or more
    """

    name: str
    epc: str
    on: date
    ratio: float
    difference: float | None
    disagrees: bool
    constant: bool
    text: Text


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """Capacity over initial capacity on a day: fitted with its interval, and as measured.

    observed : median of the full charges and discharges around the day, NaN where there is none
    n : their number
    """

    on: date
    value: float
    low: float
    high: float
    observed: float
    n: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """The day on which the capacity falls below a ratio, with a 95 % interval; None: not in sight.

    `projected` says that the day lies after the day judged, by the trend of the last two years.
    """

    ratio: float
    on: date | None
    low: date | None
    high: date | None
    projected: bool


@dataclass(frozen=True, slots=True)
class CapacityResult:
    """The battery test's answer; `estimate` is None where the data do not suffice.

    reason : word for programs why there is no estimate, else an empty string
    because : that reason as a sentence
    missing : words of what would settle it
    procedure : the verification to ask for, for the owner
    history, crossing : for the plot
    vendor : the device's own figures beside ours
    windows : medians of the last 60-day windows (newest first), the witnesses of persistence
    scale : capacity by true ends over capacity by state of charge; None where not comparable
    initial : the initial value used [Wh] on `basis`, and where it is from
    """

    battery: str
    on: date
    estimate: Estimate | None
    reason: str = ""
    because: Text | None = None
    missing: tuple[str, ...] = ()
    procedure: Text | None = None
    history: tuple[HistoryPoint, ...] = ()
    crossing: Crossing | None = None
    vendor: tuple[VendorFigure, ...] = ()
    causes: tuple[Cause, ...] = ()
    findings: tuple[InputFinding, ...] = ()
    windows: tuple[float, ...] = ()
    scale: float | None = None
    basis: str = ""
    initial: float = math.nan
    initial_source: str = ""
    rows: int = 0
    used: dict[str, int] = field(default_factory=dict)

    def p_below(self, threshold: float) -> float | None:
        """Return the probability (0-1) that the ratio is below `threshold`; None without estimate.

        One-sided, normal. A fall below is not proven (at most 0.94) while fewer than two disjoint
        windows of 60 days show it by themselves.
        """
        if self.estimate is None:
            return None
        p = sum(
            part.weight * 0.5 * math.erfc((part.mean - threshold) / part.u / math.sqrt(2.0))
            for part in self.estimate.parts
        )
        seen = sum(1 for w in self.windows if w < threshold)
        return p if seen >= MIN_WINDOWS else min(p, 0.94)
