"""The battery test: chargeable capacity over initial capacity, with interval and reasons."""

from __future__ import annotations

from pvwarranty.storage.estimate import estimate_capacity
from pvwarranty.storage.records import Tracked, track_tests
from pvwarranty.storage.results import (
    CapacityResult,
    Crossing,
    HistoryPoint,
    InputFinding,
    VendorFigure,
)

__all__ = [
    "CapacityResult",
    "Crossing",
    "HistoryPoint",
    "InputFinding",
    "Tracked",
    "VendorFigure",
    "estimate_capacity",
    "track_tests",
]
