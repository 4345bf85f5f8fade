"""The form of a site: its fields are those of the schema of a ``site.toml``."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pvwarranty.ingest.schema import (
    ArrayBlock,
    BatteryBlock,
    ChannelBlock,
    InverterBlock,
    ModuleBlock,
    SiteFile,
)
from pvwarranty_api.pages.fields import Field, filled, read, shown
from pvwarranty_api.pages.texts import known, say

BLOCKS: dict[str, type[BaseModel]] = {
    "array": ArrayBlock, "inverter": InverterBlock, "channel": ChannelBlock,
    "battery": BatteryBlock,
}  # fmt: skip
PLACE = ("id", "latitude", "longitude", "altitude", "timezone")
NAMEPLATE = ("p_dc0", "gamma_pdc")  # of a module that is in no database
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One block of a site in the form."""

    name: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """What fields may suggest: names by field, such as products or ids given above."""

    by_name: Mapping[str, tuple[str, ...]]


def place_fields(document: Mapping[str, Any], lang: str) -> list[Field]:
    """Return the fields of a site itself."""
    return [_field(SiteFile, n, n, document.get(n), "place", lang) for n in PLACE]


def rows_of(
    document: Mapping[str, Any], block: str, more: int, lang: str, suggested: Suggested
) -> list[Row]:
    """Return the blocks of a kind, with `more` empty ones after them."""
    held = [*document.get(block, ()), *({} for _ in range(more))]
    return [_row(block, n, values, lang, suggested) for n, values in enumerate(held)]


def _row(block: str, n: int, values: Mapping[str, Any], lang: str, suggested: Suggested) -> Row:
    at = f"{block}[{n}]"
    fields = [
        replace(f, suggest=suggested.by_name.get(f"{block}.{name}", ()))
        for name in BLOCKS[block].model_fields
        for f in _fields(block, name, at, values, lang)
    ]
    title = str(values.get("id") or say(lang, f"{block}.new"))
    return Row(at, title, tuple(fields))


def _fields(
    block: str, name: str, at: str, values: Mapping[str, Any], lang: str
) -> Iterator[Field]:
    value = values.get(name)
    if name != "module":
        yield _field(BLOCKS[block], name, f"{at}.{name}", value, block, lang)
        return
    table = value if isinstance(value, Mapping) else {}
    told = "" if isinstance(value, Mapping) else shown(value)
    yield Field(f"{at}.module", say(lang, "array.module"), value=told,
                help=say(lang, "array.module_help"))  # fmt: skip
    for part in NAMEPLATE:
        made = _field(ModuleBlock, part, f"{at}.module.{part}", table.get(part), "module", lang)
        yield replace(made, required=False)  # a product of the terms brings its own


def _field(model: type[BaseModel], name: str, at: str, value: Any, group: str, lang: str) -> Field:
    info = model.model_fields[name]
    kind, words = _kind(info.annotation)
    if value is None and not info.is_required() and info.default not in (None, 0.0):
        value = info.default  # what counts where nothing is told is shown
    helped = f"{group}.{name}_help"
    least, most = _bounds(info)
    return Field(
        at, say(lang, f"{group}.{name}"), kind=kind, value=shown(value),
        help=say(lang, helped) if known(helped) else "",
        unit=say(lang, f"unit.{name}") if known(f"unit.{name}") else "",
        options=tuple((w, say(lang, f"word.{w}")) for w in words), least=least, most=most,
        required=info.is_required(), plain=True,
    )  # fmt: skip


def _kind(annotation: Any) -> tuple[str, tuple[str, ...]]:
    """Return the kind of field for a type of the schema, and its words."""
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(a for a in get_args(annotation) if a is not type(None))
    if get_origin(annotation) is Literal:
        return "word", tuple(get_args(annotation))
    if get_origin(annotation) is list:
        return "list:text", ()
    return {float: "number", int: "number", bool: "check"}.get(annotation, "text"), ()


def _bounds(info: FieldInfo) -> tuple[Any, Any]:
    least = most = None
    for limit in info.metadata:
        if isinstance(limit, Ge | Gt):
            least = limit.ge if isinstance(limit, Ge) else limit.gt
        if isinstance(limit, Le | Lt):
            most = limit.le if isinstance(limit, Le) else limit.lt
    return least, most


def document_of(form: Mapping[str, Any], before: Mapping[str, Any]) -> Document:
    """Return the document that a form tells; what it has no field for stays as it was."""
    made: Document = {k: v for k, v in before.items() if k not in (*PLACE, *BLOCKS)}
    for name in PLACE:
        value = _read(SiteFile, name, filled(form, name))
        if value is not None:
            made[name] = value
    for block in BLOCKS:
        made[block] = list(_blocks(form, block, before.get(block, ())))
    return made


def _blocks(form: Mapping[str, Any], block: str, before: Any) -> Iterator[Document]:
    kept = {str(b.get("id")): b for b in before}
    for n in _numbers(form, block):
        at = f"{block}[{n}]"
        if filled(form, f"{at}.remove"):
            continue
        told = dict(_told(form, block, at, kept))
        if _is_filled(block, told):
            yield told


def _numbers(form: Mapping[str, Any], block: str) -> list[int]:
    pattern = re.compile(rf"{block}\[(\d{{1,4}})\]\.")
    return sorted({int(m[1]) for key in form if (m := pattern.match(key))})


def _told(
    form: Mapping[str, Any], block: str, at: str, kept: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    for name in BLOCKS[block].model_fields:
        if name == "module":
            module = _module(form, at, kept.get(filled(form, f"{at}.id"), {}))
            if module:
                yield name, module
            continue
        value = _read(BLOCKS[block], name, filled(form, f"{at}.{name}"))
        if value is not None:
            yield name, value


def _module(form: Mapping[str, Any], at: str, before: Mapping[str, Any]) -> Any:
    """Return a module's name, or its nameplate with what else was known of it."""
    plate = {n: _read(ModuleBlock, n, filled(form, f"{at}.module.{n}")) for n in NAMEPLATE}
    told = {n: v for n, v in plate.items() if v is not None}
    if told:
        known_before = before.get("module")
        return (dict(known_before) if isinstance(known_before, Mapping) else {}) | told
    return filled(form, f"{at}.module") or None


def _read(model: type[BaseModel], name: str, text: str) -> Any:
    kind, _ = _kind(model.model_fields[name].annotation)
    if kind == "check":
        return text == "true"
    return read(kind, text) if text else None


def _is_filled(block: str, told: Mapping[str, Any]) -> bool:
    """Tell whether more is told than what the schema takes anyway."""
    defaults = {n: f.default for n, f in BLOCKS[block].model_fields.items() if not f.is_required()}
    words = {n for n, f in BLOCKS[block].model_fields.items() if _kind(f.annotation)[1]}
    return any(v != defaults.get(n) and n not in words for n, v in told.items() if v is not False)


def ids(document: Mapping[str, Any], blocks: Iterable[str]) -> tuple[str, ...]:
    """Return the names given to blocks."""
    return tuple(str(b["id"]) for kind in blocks for b in document.get(kind, ()) if b.get("id"))
