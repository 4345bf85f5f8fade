"""What a profile may say of an export format. A profile is one TOML file and no code.

A profile names the columns of a maker's file, the unit and the meaning of each, and how the file
tells time. docs/profiles.md describes every key by example.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pvwarranty.ingest.units import AREA, EVIDENCE, UNITS
from pvwarranty.names import BATTERY_QUANTITIES, PV_QUANTITIES, SITE_QUANTITIES

ANY = "any"  # the quantity is said by --map

Kind = Literal["csv", "json", "xlsx"]
Reading = Literal["interval", "instant", "cumulative", "cumulative_daily"]
Role = Literal["pv", "battery", "site", "area", "device"]


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeSpec(_Block):
    """How a file tells time: its columns, the order of a date, what a label marks, the zone."""

    datetime: Names = ()
    date: Names = ()
    time: Names = ()
    year: Names = ()
    month: Names = ()
    day: Names = ()
    hour: Names = ()
    minute: Names = ()
    order: Literal["ymd", "dmy", "mdy", "epoch_s", "epoch_ms"] = "ymd"
    label: Literal["start", "end", "auto"] = "start"
    zone: str = "site"  # site, UTC or an IANA name; an offset in the text wins
    interval: int | None = Field(default=None, gt=0, le=86400)  # s; None: found from the stamps

    def parts(self) -> dict[str, tuple[str, ...]]:
        """Return the columns that make up a stamp: part -> accepted names."""
        words = ("datetime", "date", "time", "year", "month", "day", "hour", "minute")
        return {word: getattr(self, word) for word in words if getattr(self, word)}

    @model_validator(mode="after")
    def _makes_a_stamp(self) -> TimeSpec:
        found = frozenset(self.parts())
        good = {
            frozenset(parts.split())
            for parts in (
                "datetime", "date time", "date", "date hour", "date hour minute",
                "year month day time", "year month day hour", "year month day hour minute",
                "year month day",
            )
        }  # fmt: skip
        if found not in good:
            raise ValueError(
                "give datetime, or date and time, or year, month, day and time (or hour, minute)"
            )
        return self


class ColumnSpec(_Block):
    """A column of the file: accepted names, canonical quantity, owner, unit and reading.

    The name ``*`` stands for every column that no other block names: one a device.
    """

    names: Names = Field(min_length=1)
    quantity: str
    of: Role = "pv"
    unit: str | None = None
    reading: Reading = "interval"
    required: bool = False

    @model_validator(mode="after")
    def _quantity_is_known(self) -> ColumnSpec:
        known = {
            "site": SITE_QUANTITIES, "battery": BATTERY_QUANTITIES, "area": AREA,
            "pv": PV_QUANTITIES | EVIDENCE, "device": UNITS | {ANY: ""},
        }[self.of]  # fmt: skip
        if self.quantity not in known:
            raise ValueError(f"'{self.quantity}' is no quantity of '{self.of}': {', '.join(known)}")
        return self


class JsonSpec(_Block):
    """Where the rows of a JSON answer stand, and what else of it matters."""

    rows: str  # dotted path; [] goes through a list: "data[]", "energy.values[]"
    ok: str | None = None  # path of a truth value that is false in an error answer
    unit: str | None = None  # path of the unit of all values
    interval: str | None = None  # path of the word for the interval
    words: dict[str, int] = {}  # that word -> seconds


class EventsSpec(_Block):
    """For files that hold a row a change: the grid of the result, how long a value is held."""

    interval: int = Field(default=1800, gt=0, le=86400)  # s
    hold: int | None = Field(default=None, gt=0)  # s; None: until the next row


class WideSpec(_Block):
    """For tables of a day a row: the columns of slots are found by their headers."""

    item: Names = ()  # column that says which quantity a row holds; without it a title must


class Profile(_Block):
    """A format of exports."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str = Field(min_length=1)
    source: str = Field(min_length=1)
    quality: Literal["sourced", "partly", "assumed"]
    kinds: tuple[Kind, ...] = ("csv",)
    layout: Literal["table", "wide", "events"] = "table"
    fallback: bool = False  # counts for auto only where no other profile fits
    auto: bool = True  # False: its header tells too little; it must be asked for
    signature: tuple[str, ...] = ()
    encoding: str | None = None
    separators: tuple[str, ...] = (",",)
    decimal: Literal[".", ","] = "."
    missing: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    key: Names = ()
    site_key: Names = ()
    device_row: int | None = Field(default=None, ge=-9, le=-1)
    unit_from_titles: bool = False
    default_units: dict[str, str] = {}
    time: TimeSpec
    column: tuple[ColumnSpec, ...] = Field(min_length=1)
    json_: JsonSpec | None = Field(default=None, alias="json")
    events: EventsSpec = EventsSpec()
    wide: WideSpec = WideSpec()

    @model_validator(mode="after")
    def _fits_together(self) -> Profile:
        if "json" in self.kinds and self.json_ is None:
            raise ValueError("kinds has json: give a [json] block with rows")
        if not any(c.required for c in self.column):
            raise ValueError("no column is required: such a profile fits any file")
        if self.layout == "wide" and "date" not in self.time.parts():
            raise ValueError("a wide table needs time.date")
        return self
