"""What a user may say about an import beyond the profile: names, units, zone and the like."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

from pvwarranty.errors import DataError, Problem, nearest
from pvwarranty.ingest.convert.headers import compact
from pvwarranty.ingest.profiles.schema import Reading
from pvwarranty.ingest.units import UNITS, find_unit

Label = Literal["start", "end"]


@dataclass(frozen=True, slots=True)
class Rule:
    """``--map NAME=CHANNEL.QUANTITY,UNIT,READING``: where the values of a name go."""

    channel: str
    quantity: str = ""
    unit: str = ""
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """The user's word, which goes before the profile's and before what is found in a file."""

    profile: str = "auto"
    rules: dict[str, Rule] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    zone: str | None = None
    label: Label | None = None
    encoding: str | None = None
    interval: int | None = None
    only: str | None = None
    replace: bool = False


def read_rules(texts: Iterable[str]) -> dict[str, Rule]:
    """Read ``NAME=CHANNEL[.QUANTITY][,UNIT[,READING]]``; raises DataError."""
    rules, problems = {}, []
    for text in texts:
        name, equals, target = text.rpartition("=")
        place, *more = [part.strip() for part in target.split(",")]
        channel, _, quantity = place.partition(".")
        unit, reading = (*more, "", "")[:2]
        what = _wrong(quantity, unit, reading) if equals and channel and name else "is no mapping"
        if what:
            hint = "write NAME=CHANNEL.QUANTITY, as in PV1=PCS.p_ac or meter=PCS.e_ac,kWh"
            problems.append(Problem(f"--map {text}", what, hint))
        else:
            read: Reading | None = reading or None  # type: ignore[assignment]
            rules[compact(name)] = Rule(channel, quantity, unit, read)
    if problems:
        raise DataError(problems)
    return rules


def _wrong(quantity: str, unit: str, reading: str) -> str:
    if quantity and quantity not in UNITS:
        return f"'{quantity}' is no quantity {nearest(quantity, UNITS)}".strip()
    if unit and find_unit(unit) is None:
        return f"'{unit}' is no unit"
    if reading and reading not in get_args(Reading):
        return f"'{reading}' is not one of {', '.join(get_args(Reading))}"
    return ""


def read_units(texts: Iterable[str]) -> dict[str, str]:
    """Read ``NAME=UNIT``; raises DataError."""
    units, problems = {}, []
    for text in texts:
        name, _, unit = text.rpartition("=")
        if not name or find_unit(unit) is None:
            hint = "write NAME=UNIT, as in 発電電力量=kWh"
            problems.append(Problem(f"--unit {text}", "names no unit", hint))
        units[compact(name)] = unit
    if problems:
        raise DataError(problems)
    return units
