"""The battery test: chargeable capacity over initial capacity, with its interval and its reasons."""

from __future__ import annotations

from pvwarranty.storage.estimate import estimate_capacity
from pvwarranty.storage.results import (
    CapacityResult,
    Crossing,
    HistoryPoint,
    InputFinding,
    Text,
    VendorFigure,
)

__all__ = [
    "CapacityResult",
    "Crossing",
    "HistoryPoint",
    "InputFinding",
    "Text",
    "VendorFigure",
    "estimate_capacity",
]
