"""Device classes as data: what each property is called, how it is coded and where it goes.

A property's `value` is written in one line, or as a list of such lines for a property of several
parts, with `repeat` and `times` for what follows as often as the data go on:

    [name:] type [low..high] [xSCALE] [unit] [| HEX=state ...]

Types are ``uint8 uint16 uint32 int8 int16 int32 date time datetime datetime6 rawN raw* textN
factor``. A number without a range is a state; a number with one may have states beside it that
stand for no number (``FFFE=noData``). `low` and `high` are raw, before SCALE and unit. Numbers come
out in the units of `names`: W, Wh, V, A, Ah, s, ratios 0-1.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pvwarranty.errors import DataError, Problem

Poll = Literal["", "round", "hour"]
Take = Literal["first", "end", "counter"]
Part = Literal["", "positive", "negative"]

CLASSES = (0x0279, 0x027D, 0x02A5, 0x0288, 0x027E, 0x0287)
SIZES = {
    "uint8": 1, "int8": 1, "uint16": 2, "int16": 2, "uint32": 4, "int32": 4, "factor": 1,
    "date": 4, "time": 2, "datetime": 7, "datetime6": 6,
}  # fmt: skip
# unit of the standard -> our unit and how many of it
UNITS: dict[str, tuple[str, int | Fraction]] = {
    "": ("", 1), "W": ("W", 1), "Wh": ("Wh", 1), "kWh": ("Wh", 1000), "V": ("V", 1),
    "A": ("A", 1), "Ah": ("Ah", 1), "s": ("s", 1), "%": ("0-1", Fraction(1, 100)),
}  # fmt: skip

_PART = re.compile(
    r"(?:(?P<name>[\w.]+): )?(?P<kind>[a-z]+)(?P<width>\d*\*?)"
    r"(?: (?P<low>-?\d+)\.\.(?P<high>-?\d+))?(?: x(?P<scale>[\d.]+))?(?: (?P<unit>[A-Za-z%]+))?"
    r"(?: \| (?P<states>[\w=. ]+))?"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One number, state, date or text within a property.

    size : bytes, 0 for all that follow
    low, high : raw range of a number; None for a state or no number
    factor : our unit over the raw count
    api_factor : our unit over the unit of the standard, in which the Web API speaks
    """

    name: str
    kind: str
    size: int
    low: int | None = None
    high: int | None = None
    factor: Fraction = Fraction(1)
    api_factor: Fraction = Fraction(1)
    unit: str = ""
    states: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PropertySpec:
    """One property of a class: its parts, what repeats behind them, and how it is used."""

    epc: int
    name: str
    parts: tuple[Piece, ...]
    repeat: tuple[Piece, ...] = ()
    times: tuple[int, int] = (0, 0)
    poll: Poll = ""
    fixed: bool = False
    counter: bool = False
    coefficient: tuple[tuple[int, bool], ...] = ()  # (EPC, needed)


@dataclass(frozen=True, slots=True)
class Column:
    """A canonical column and the properties it may come from, the best first."""

    quantity: str
    epcs: tuple[int, ...]
    take: Take
    part: Part = ""
    prefer: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceClass:
    """One ECHONET Lite class with the properties of the superclass."""

    code: int
    device_type: str
    ja: str
    en: str
    prefix: str
    columns_by_default: bool
    properties: Mapping[int, PropertySpec]
    columns: tuple[Column, ...]

    def polled(self, poll: Poll) -> tuple[int, ...]:
        """Return the EPCs that are read each `round` or each `hour`."""
        return tuple(epc for epc, spec in self.properties.items() if spec.poll == poll)

    def named(self, name: str) -> PropertySpec | None:
        """Return the property of a Web API name, or None."""
        return next((p for p in self.properties.values() if p.name == name), None)


@cache
def device_class(code: int) -> DeviceClass | None:
    """Return the class of a 16-bit code (0x0279), or None where there is no table of it."""
    if code not in CLASSES:
        return None
    own = _load(f"{code:04X}.toml")
    table = _load("common.toml")["property"] | own["property"]
    return DeviceClass(
        code=own["code"],
        device_type=own["device_type"],
        ja=own["ja"],
        en=own["en"],
        prefix=own["prefix"],
        columns_by_default=own["columns_by_default"],
        properties=dict(sorted((s.epc, s) for key, row in table.items() for s in _specs(key, row))),
        columns=tuple(_column(row) for row in own.get("column", ())),
    )


def class_of_type(device_type: str) -> DeviceClass | None:
    """Return the class of a Web API device type (``pvPowerGeneration``), or None."""
    found = (device_class(code) for code in CLASSES)
    return next((c for c in found if c is not None and c.device_type == device_type), None)


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "classes" / name).read_text(encoding="utf-8"))


def _specs(key: str, row: Mapping[str, Any]) -> Iterator[PropertySpec]:
    """Read a row; ``D0-EF`` stands for one property each, ``#`` in the name for its number."""
    first, _, last = key.partition("-")
    for number, epc in enumerate(range(int(first, 16), int(last or first, 16) + 1), start=1):
        value = row["value"]
        low, _, high = row.get("times", "0").partition("..")
        yield PropertySpec(
            epc=epc,
            name=row["name"].replace("#", str(number)),
            parts=tuple(_part(v) for v in ([value] if isinstance(value, str) else value)),
            repeat=tuple(_part(v) for v in row.get("repeat", ())),
            times=(int(low), int(high or low)),
            poll=row.get("poll", ""),
            fixed=row.get("fixed", False),
            counter=row.get("counter", False),
            coefficient=tuple(
                (int(c.rstrip("?"), 16), not c.endswith("?")) for c in row.get("coefficient", ())
            ),
        )


def _part(text: str) -> Piece:
    found = _PART.fullmatch(text)
    kind = found["kind"] + found["width"] if found else ""
    if found is None or not (kind in SIZES or found["kind"] in ("raw", "text")):
        raise DataError(Problem("class table", f"'{text}' is no value"))
    size = SIZES.get(kind, int(found["width"].rstrip("*") or 0))
    unit, factor = UNITS[found["unit"] or ""]
    states = (state.split("=") for state in (found["states"] or "").split())
    return Piece(
        name=found["name"] or "",
        kind=kind if kind in SIZES else found["kind"],
        size=size,
        low=None if found["low"] is None else int(found["low"]),
        high=None if found["high"] is None else int(found["high"]),
        factor=Fraction(found["scale"] or 1) * factor,
        api_factor=Fraction(factor),
        unit=unit,
        states={int(code, 16): name for code, name in states},
    )


def _column(row: Mapping[str, Any]) -> Column:
    return Column(
        quantity=row["quantity"],
        epcs=tuple(int(epc, 16) for epc in row["from"]),
        take=row["take"],
        part=row.get("part", ""),
        prefer=tuple(row.get("prefer", ())),
    )
