"""Units as they stand in headers, and their turn into canonical units."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pvwarranty.names import BATTERY_EXTRAS, BATTERY_QUANTITIES, PV_QUANTITIES, SITE_QUANTITIES

# read to check the rest of a file (balance of energies), never stored
EVIDENCE = {
    "e_load": "Wh", "e_import": "Wh", "e_export": "Wh",
    "p_load": "W", "p_import": "W", "p_export": "W",
}  # fmt: skip
# a transmission company's figures of its whole area: a hint, never a measurement of the site
AREA = {"p_solar": "W", "p_curtailed": "W", "e_solar": "Wh", "e_curtailed": "Wh"}
UNITS = {
    **PV_QUANTITIES, **SITE_QUANTITIES, **BATTERY_QUANTITIES, **BATTERY_EXTRAS, **EVIDENCE, **AREA,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its text, its base and the factor to that base."""

    text: str
    base: str
    factor: float


# text (NFKC, no blanks) -> (canonical base, factor). "J/m2" stands for irradiation of a slot.
_TABLE: dict[str, tuple[str, float]] = {
    "mW": ("W", 1e-3), "W": ("W", 1.0), "kW": ("W", 1e3), "MW": ("W", 1e6), "万kW": ("W", 1e7),
    "Wh": ("Wh", 1.0), "kWh": ("Wh", 1e3), "MWh": ("Wh", 1e6), "万kWh": ("Wh", 1e7),
    "V": ("V", 1.0), "mV": ("V", 1e-3), "kV": ("V", 1e3), "A": ("A", 1.0), "mA": ("A", 1e-3),
    "W/m²": ("W/m²", 1.0), "kW/m²": ("W/m²", 1e3),
    "J/m²": ("J/m²", 1.0), "kJ/m²": ("J/m²", 1e3), "MJ/m²": ("J/m²", 1e6),
    "Wh/m²": ("J/m²", 3.6e3), "kWh/m²": ("J/m²", 3.6e6),
    "°C": ("°C", 1.0), "%": ("0-1", 0.01), "0-1": ("0-1", 1.0),
    "m/s": ("m/s", 1.0), "km/h": ("m/s", 1 / 3.6),
    "mm": ("mm", 1.0), "cm": ("m", 0.01), "m": ("m", 1.0), "code": ("", 1.0),
}  # fmt: skip

_SPELLED = {
    "KW": "kW", "Kw": "kW", "kw": "kW", "w": "W", "KWH": "kWh", "Kwh": "kWh", "kwh": "kWh",
    "KWh": "kWh", "kWH": "kWh", "WH": "Wh", "wh": "Wh", "MWH": "MWh", "v": "V", "a": "A",
    "W/m2": "W/m²", "W/m^2": "W/m²", "kW/m2": "kW/m²", "kW/m^2": "kW/m²", "Wh/m2": "Wh/m²",
    "kWh/m2": "kWh/m²", "kWh/m^2": "kWh/m²", "MJ/m2": "MJ/m²", "kJ/m2": "kJ/m²", "J/m2": "J/m²",
    "C": "°C", "degC": "°C", "℃": "°C", "度": "°C", "percent": "%", "MW平均": "MW", "kW平均": "kW",
    "10^4kW": "万kW", "10^4kWh": "万kWh", "10000kWh": "万kWh", "KW/m2": "kW/m²", "kWh/h": "kW",
    "キロワット時": "kWh", "キロワット": "kW", "ワット": "W",
}  # fmt: skip

_BRACKETS = re.compile(r"[\[({〔【<]([^\[\](){}〔〕【】<>]*)[\])}〕】>]")


def find_unit(text: str) -> Unit | None:
    """Return the unit that a text names, or None."""
    word = unicodedata.normalize("NFKC", text).replace("²", "2")
    word = re.sub(r"[\s　]", "", word).removeprefix("単位").lstrip(":=")
    word = _SPELLED.get(word, word)
    if word not in _TABLE:
        return None
    base, factor = _TABLE[word]
    return Unit(word, base, factor)


def split_unit(header: str) -> tuple[str, Unit | None]:
    """Split a header text into its name and the unit in its last brackets that hold one."""
    for found in reversed(list(_BRACKETS.finditer(header))):
        inside = found.group(1).removeprefix("単位").lstrip(":= ")
        unit = find_unit(inside)
        if unit is not None:
            return header[: found.start()] + header[found.end() :], unit
    return header, None


def units_in(text: str) -> list[Unit]:
    """Return the units named in brackets of a title text, such as ``供給実績(MWh)``."""
    found = (find_unit(m.group(1)) for m in _BRACKETS.finditer(unicodedata.normalize("NFKC", text)))
    return [unit for unit in found if unit is not None]


_TWINS = {"e": "p", "p": "e"}


def settle_quantity(quantity: str, unit: Unit) -> str | None:
    """Return the quantity that values of `unit` make where the profile says `quantity`.

    A column of energies whose unit is a power becomes the power of the same kind and the other way
    round (``e_ac`` in kW is ``p_ac``); energies of a kind without a stored energy (``p_dc``) stay
    and are divided by the interval. None: the unit cannot be of this quantity.
    """
    wanted = UNITS[quantity]
    if unit.base == wanted or (unit.base == "J/m²" and wanted == "W/m²"):
        return quantity
    if {unit.base, wanted} == {"W", "Wh"}:
        twin = _TWINS[quantity[0]] + quantity[1:]
        return twin if twin in UNITS else quantity if unit.base == "Wh" else None
    return None


def scale(quantity: str, unit: Unit, interval: int) -> float:
    """Return the factor from values in `unit` to the canonical unit of `quantity`."""
    wanted = UNITS[quantity]
    if unit.base == "J/m²" and wanted == "W/m²":
        return unit.factor / interval
    if unit.base == "Wh" and wanted == "W":
        return unit.factor * 3600 / interval
    return unit.factor
