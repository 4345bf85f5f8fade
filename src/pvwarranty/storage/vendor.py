"""The device's own capacity figures beside ours: evidence, not truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pvwarranty.model import Battery, Estimate, Floats, Measurements, Text
from pvwarranty.storage.results import VendorFigure

DAY = 86400
WINDOW = 90 * DAY
APART = 0.04
CONSTANT, CONSTANT_AFTER = 0.002, 730 * DAY
OWN_FIRST = 365 * DAY  # a first reading as late as this is no initial value


@dataclass(frozen=True, slots=True)
class Property:
    """A property of ECHONET Lite class 0x027D and the line of ours it is set beside."""

    quantity: str
    epc: str
    basis: str
    text: Text


PROPERTIES = (
    Property("ac_charge_capacity", "0xA0", "ac_charge",
             Text("AC実効容量（充電）", "AC effective capacity, charging")),
    Property("ac_discharge_capacity", "0xA1", "ac_discharge",
             Text("AC実効容量（放電）", "AC effective capacity, discharging")),
    Property("ac_chargeable_capacity", "0xA2", "ac_charge",
             Text("AC充電可能容量", "AC chargeable capacity in ordinary use")),
    Property("ac_dischargeable_capacity", "0xA3", "ac_discharge",
             Text("AC放電可能容量", "AC dischargeable capacity in ordinary use")),
    Property("remaining_capacity", "0xE2", "dc",
             Text("蓄電残量（Wh）÷充電残量（%）", "Remaining energy over state of charge")),
    Property("soh", "0xE5", "dc", Text("劣化状態", "State of health")),
)  # fmt: skip


def vendor_figures(
    measured: Measurements, battery: Battery, found: Estimate | None, *, start: float, end: float
) -> tuple[VendorFigure, ...]:
    """Return the latest of each figure as a share of its first reading (of 1 for the health).

    Where the first reading is later than a year after `start` [s], the stated initial capacity
    takes its place. Values later than `end` [s] are not used.
    """
    seconds = measured.seconds()
    figures = []
    for prop in PROPERTIES:
        t, values = _values(measured, battery, prop.quantity, seconds, end)
        if len(values) == 0:
            continue
        first = 1.0 if prop.quantity == "soh" else _median(values[t < t[0] + WINDOW])
        if prop.quantity != "soh" and t[0] > start + OWN_FIRST:
            first = battery.initial_capacity
        figures.append(_figure(prop, t, values / first, found))
    return tuple(figures)


def _figure(prop: Property, t: Floats, ratios: Floats, found: Estimate | None) -> VendorFigure:
    now = _median(ratios[t > t[-1] - WINDOW])
    before = _median(ratios[t < t[0] + WINDOW])
    constant = t[-1] - t[0] > CONSTANT_AFTER and abs(now - before) < CONSTANT * before
    difference = None if found is None else now - found.lines[prop.basis]["value"]
    day: date = np.datetime64(int(t[-1]), "s").astype("datetime64[D]").item()
    return VendorFigure(
        prop.quantity, prop.epc, day, now, difference,
        difference is not None and abs(difference) > APART, bool(constant), prop.text,
    )  # fmt: skip


def _values(
    measured: Measurements,
    battery: Battery,
    quantity: str,
    seconds: NDArray[np.int64],
    end: float,
) -> tuple[Floats, Floats]:
    nothing = np.empty(0)
    values = measured.get(battery.id, quantity)
    if values is None:
        return nothing, nothing
    values = np.asarray(values, dtype=np.float64)
    if quantity == "remaining_capacity":
        soc = measured.get(battery.id, "soc")
        if soc is None:
            return nothing, nothing
        soc = np.where(soc > 0.3, soc, np.nan)
        values = values / np.where(np.nanmax(soc, initial=0.0) > 1.5, soc / 100.0, soc)
    good = np.isfinite(values) & (values > 0.0) & (seconds <= end)
    t, values = seconds[good].astype(np.float64), values[good]
    if quantity == "soh" and len(values) and np.median(values) > 1.5:
        values = values / 100.0
    return t, values


def _median(values: Floats) -> float:
    return float(np.median(values))
