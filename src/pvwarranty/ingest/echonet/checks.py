"""Where a device contradicts itself: its values are kept, and flagged.

A check sees what a device says now (``"A5"`` or ``"C8.maxValue"`` -> number in our units) and
yields the properties that cannot be right beside the others. Seen on real devices: an AC capacity
above the rated energy, an A5 that repeats A4, four capacities of one value, a rating that changes
from day to day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

# flag -> what it says
FLAGS = {
    "malformed": "the frame or body could not be read; its bytes are kept",
    "above_rating": "more than the device's own rating",
    "identical_capacities": "charging and discharging capacity are the same to the watt-hour",
    "copies_a4": "the energy to discharge repeats the energy to charge",
    "disagrees_with_soc": "the stored energy over the rating is not the state of charge",
    "sign_disagrees": "the sign of the power is not that of the status",
    "generates_while_stopped": "power is generated though output is held at 0 %",
    "sold_above_generated": "more energy sold than generated",
    "changed": "a rating or an identity is not what it was",
    "counter_reset": "the counter went back",
    "counter_rolled_over": "the counter ran over its last digit",
    "counter_jump": "the counter rose by more than the rating allows",
    "unit_unknown": "the unit of the counter was never read",
    "clock_differs": "the device's clock is off by more than two minutes",
}

Said = Mapping[str, float]


class Contradiction(NamedTuple):
    """A property (``"A5"``) that cannot be right, and the flag for it."""

    epc: int
    flag: str


def contradictions(code: int, said: Said) -> tuple[Contradiction, ...]:
    """Return what contradicts itself in what a device of class `code` (0x027D) says now."""
    check = _CHECKS.get(code)
    return () if check is None else tuple(check(said))


def rated_power(code: int, said: Said) -> float | None:
    """Return the largest power [W] that the device claims for itself, or None."""
    names = _RATINGS.get(code, ())
    known = [said[name] for name in names if said.get(name, 0) > 0]
    return max(known) if known else None


_RATINGS = {
    0x0279: ("E8", "E9"),
    0x027D: ("C8.maxValue", "C9.maxValue"),
    0x027E: ("C5", "C6", "C8.maximumElectricPower", "C9.maximumElectricPower"),
}


def _of_pv(said: Said) -> Iterator[Contradiction]:
    power, rated = said.get("E0"), said.get("E8")
    if power is not None and rated and power > 1.1 * rated:
        yield Contradiction(0xE0, "above_rating")
    if said.get("D1") == 0x41 and said.get("A0") == 0 and (power or 0) > 0:
        yield Contradiction(0xD1, "generates_while_stopped")
    if said.get("E3", 0) > said.get("E1", float("inf")):
        yield Contradiction(0xE3, "sold_above_generated")


def _of_battery(said: Said) -> Iterator[Contradiction]:
    yield from _capacities(said)
    charged, discharged = said.get("A4"), said.get("A5")
    whole = max(said.get("A2", 0), said.get("A3", 0))
    if charged and charged == discharged and whole and abs(2 * charged - whole) > 0.1 * whole:
        yield Contradiction(0xA5, "copies_a4")
    stored, rated, soc = said.get("E2"), said.get("D0"), said.get("E4")
    if stored is not None and rated and soc is not None and abs(stored / rated - soc) > 0.05:
        yield Contradiction(0xE2, "disagrees_with_soc")
    yield from _power(said, 0x027D, charging=(0x41, 0x42), discharging=(0x43,), mode="CF")


def _capacities(said: Said) -> Iterator[Contradiction]:
    names = [name for name in ("A0", "A1", "A2", "A3") if name in said]
    rated = max(said.get("D0", 0), said.get("C7", 0))
    for name in names:
        if rated and said[name] > rated:
            yield Contradiction(int(name, 16), "above_rating")
    if len(names) == 4 and said["A0"] > 0 and len({said[name] for name in names}) == 1:
        for name in names:
            yield Contradiction(int(name, 16), "identical_capacities")


def _of_car(said: Said) -> Iterator[Contradiction]:
    yield from _power(said, 0x027E, charging=(0x42,), discharging=(0x43,), mode="E1")


def _power(
    said: Said, code: int, *, charging: tuple[int, ...], discharging: tuple[int, ...], mode: str
) -> Iterator[Contradiction]:
    power, rated = said.get("D3", 0.0), rated_power(code, said)
    if rated and abs(power) > 1.1 * rated:
        yield Contradiction(0xD3, "above_rating")
    small = 50.0  # W: devices idle on either side of zero
    status = said.get(mode)
    if (status in charging and power < -small) or (status in discharging and power > small):
        yield Contradiction(0xD3, "sign_disagrees")


_CHECKS: dict[int, Callable[[Said], Iterator[Contradiction]]] = {
    0x0279: _of_pv,
    0x027D: _of_battery,
    0x027E: _of_car,
}
