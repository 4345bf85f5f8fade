"""Numbers, days and names of assets as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pvwarranty.report.labels import say

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
NAMED = 4  # assets named before they are counted


def percent(ratio: float) -> str:
    """Return a ratio as percent with one place."""
    return f"{ratio:.1%}"


def amount(value: float, quantity: str) -> str:
    """Return a power [W] or, of a battery, an energy [Wh] with its unit."""
    unit = "Wh" if quantity == "capacity_ratio" else "W"
    return f"{value / 1000:.2f} k{unit}" if value >= 1000 else f"{value:.1f} {unit}"


def exact(value: float, quantity: str) -> str:
    """Return a warranted power [W] or energy [Wh]; below 1000 with all the places that it has."""
    unit = "Wh" if quantity == "capacity_ratio" else "W"
    return f"{value / 1000:.3f} k{unit}" if value >= 1000 else f"{value:.6g} {unit}"


def day_of(day: date, lang: str) -> str:
    """Return a day as running text has it."""
    if lang == "ja":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def assets_of(names: Sequence[str], lang: str) -> str:
    """Return names of assets as running text has them; many are counted."""
    if len(names) <= NAMED:
        return listed(names, lang)
    first = listed(names[: NAMED - 1], lang)
    return say(lang, "report.assets", first=first, n=len(names) - NAMED + 1)


def listed(texts: Sequence[str], lang: str) -> str:
    """Return texts one after the other."""
    return say(lang, "report.comma").join(texts)
