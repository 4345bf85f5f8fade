"""What a ``site.toml`` may hold, and how what is wrong with one is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from pvwarranty.errors import Problem, nearest

Fact = bool | int | float | str | date | list[Any] | dict[str, Any]
_CONTROL = r"\x00-\x1f\x7f"
Name = Annotated[str, Field(pattern=rf"^[^.\s/\\{_CONTROL}][^./\\{_CONTROL}]*$", max_length=64)]
Title = Annotated[str, Field(pattern=rf"^[^{_CONTROL}]+$", max_length=200)]
Ratio = Annotated[float, Field(gt=0, le=1)]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class ModuleBlock(_Block):
    """Nameplate values of a module."""

    p_dc0: float = Field(gt=0, le=2000)
    gamma_pdc: float = Field(ge=-0.01, le=0)
    v_mp: float | None = Field(None, gt=0, le=500)
    i_mp: float | None = Field(None, gt=0, le=50)
    v_oc: float | None = Field(None, gt=0, le=500)
    i_sc: float | None = Field(None, gt=0, le=50)
    cells: int | None = Field(None, gt=0, le=1000)


class ArrayBlock(_Block):
    """One ``[[array]]``."""

    id: Name
    product: str = Field(min_length=1)
    module: str | ModuleBlock | None = None
    surface_tilt: float = Field(ge=0, le=90)
    surface_azimuth: float = Field(ge=0, le=360)
    mounting: Literal["roof", "integrated", "rack"] = "roof"
    modules: int | None = Field(None, gt=0, le=100_000)
    maker: str | None = None


class InverterBlock(_Block):
    """One ``[[inverter]]``."""

    id: Name
    p_ac0: float = Field(gt=0, le=1e8)
    efficiency: Ratio = 0.96


class ChannelBlock(_Block):
    """One ``[[channel]]``."""

    id: Name
    kind: Literal["module", "string", "inverter"]
    arrays: list[str] = Field(min_length=1)
    inverter: str | None = None
    modules: int | None = Field(None, gt=0, le=100_000)
    optimizer: bool = False
    instantaneous: bool = False


class BatteryBlock(_Block):
    """One ``[[battery]]``."""

    id: Name
    product: str = Field(min_length=1)
    initial_capacity: float = Field(gt=0, le=1e7)
    initial_capacity_source: Literal["catalogue", "commissioning", "first_months"] = "catalogue"
    basis: Literal["ac_charge", "ac_discharge", "dc"] = "ac_charge"
    efficiency: Ratio = 0.95
    p_rated: float | None = Field(None, gt=0, le=1e8)
    maker: str | None = None
    instantaneous: bool = False


class SensorBlock(_Block):
    """One ``[[sensor]]``: which array a site sensor belongs to."""

    quantity: Literal["poa_global", "temp_module"]
    array: str


class SiteFile(_Block):
    """The whole of a ``site.toml``."""

    id: Title
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    altitude: float = Field(0.0, ge=-430, le=9000)
    timezone: str = "Asia/Tokyo"
    facts: dict[str, Fact] = {}
    array: list[ArrayBlock] = []
    inverter: list[InverterBlock] = []
    channel: list[ChannelBlock] = []
    battery: list[BatteryBlock] = []
    sensor: list[SensorBlock] = []


_KINDS = {
    "float_type": "a number", "int_type": "a whole number", "string_type": "text",
    "bool_type": "true or false", "list_type": "a list", "dict_type": "a table",
    "model_type": "a table", "int_from_float": "a whole number", "finite_number": "a finite number",
}  # fmt: skip


_NAMES = "not empty, no control characters; ids of blocks no . / \\ either"


def problems_of(error: ValidationError, file: str) -> list[Problem]:
    """Turn pydantic's errors into problems with a path such as ``array[0].surface_tilt``."""
    found = [_problem(e, file) for e in error.errors(include_url=False) if _is_shown(e)]
    return list(dict.fromkeys(found))


def _is_shown(error: ErrorDetails) -> bool:
    # of a union (a module's name or its table) only the branch that fits what was given is told
    loc = error["loc"]
    if "str" in loc and loc[-1] == "str":
        return not isinstance(error["input"], Mapping)
    return not (loc and loc[-1] == "ModuleBlock" and not isinstance(error["input"], Mapping))


def _problem(error: ErrorDetails, file: str) -> Problem:
    loc = [part for part in error["loc"] if part not in ("str", "ModuleBlock")]
    if error["loc"][:1] == ("facts",) and len(error["loc"]) > 1:
        # told once, not for each kind that a fact may be
        what = f"'{error['input']}' is no value of a fact"
        hint = "true or false, a number, a text, a date as 2024-02-29, or a list of these"
        return Problem(f"{file}: {path_of(loc[:2])}", what, hint)
    return Problem(f"{file}: {path_of(loc)}", *_told(error, loc))


def _told(error: ErrorDetails, loc: list[int | str]) -> tuple[str, str]:
    """Return what is wrong, and what to do about it."""
    shown, hint = error["input"], ""
    match error["type"]:
        case "extra_forbidden":
            what, hint = "unknown key", nearest(str(loc[-1]), _fields_at(loc[:-1]))
        case "missing":
            what = "is missing"
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            what = f"{shown} is not within {_range(_field_at(loc))}"
        case "literal_error":
            what = f"'{shown}' is not one of {error['ctx']['expected']}"
        case "string_pattern_mismatch":
            what, hint = f"{shown!r} is no name", _NAMES
        case kind if kind in _KINDS:
            what = f"{shown!r} is not {_KINDS[kind]}"
        case _:
            what = f"{shown!r}: {error['msg']}"
    return what, hint


def path_of(loc: Sequence[int | str]) -> str:
    """Return ``array[0].surface_tilt`` for ``("array", 0, "surface_tilt")``."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


_BLOCKS: dict[str, type[BaseModel]] = {
    "array": ArrayBlock, "inverter": InverterBlock, "channel": ChannelBlock,
    "battery": BatteryBlock, "sensor": SensorBlock, "module": ModuleBlock,
}  # fmt: skip


def _block_at(loc: Sequence[int | str]) -> type[BaseModel]:
    names = [p for p in loc if isinstance(p, str) and p in _BLOCKS]
    return _BLOCKS[names[-1]] if names else SiteFile


def _fields_at(loc: Sequence[int | str]) -> list[str]:
    return list(_block_at(loc).model_fields)


def _field_at(loc: Sequence[int | str]) -> FieldInfo:
    return _block_at(loc[:-1]).model_fields[str(loc[-1])]


def _range(field: FieldInfo) -> str:
    low, high = "", ""
    for limit in field.metadata:
        if isinstance(limit, Ge | Gt):
            low = str(getattr(limit, "ge", None) if isinstance(limit, Ge) else limit.gt)
        if isinstance(limit, Le | Lt):
            high = str(getattr(limit, "le", None) if isinstance(limit, Le) else limit.lt)
    return f"{low}..{high}"
