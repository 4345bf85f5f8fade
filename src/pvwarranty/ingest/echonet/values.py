"""Property data to values, strictly: what does not fit the table is kept and says so.

Nothing is raised for what a device says: a value of a wrong length, outside its range or of no
known state comes back with a flag, so that it can be kept beside its bytes and be left out of what
is computed. Reserved codes of the standard (overflow, underflow) and the states of a property that
stand for no number (``noData``, ``noSetting``) give no number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from pvwarranty.ingest.echonet.tables import Piece, PropertySpec

# flag -> what it says
FLAGS = {
    "wrong_length": "the data are not as long as the table says",
    "out_of_range": "the number is outside the range that the standard allows",
    "overflow": "the device says that the value is too large to show",
    "underflow": "the device says that the value is too small to show",
    "unknown_state": "the code is of no state that the table knows",
    "unknown_property": "the table does not know the property",
    "wrong_kind": "the Web API served another kind of value than the table says",
}
NO_NUMBER = frozenset(
    {"out_of_range", "overflow", "underflow", "wrong_length", "wrong_kind", "unknown_state"}
)
_TEXT_LIMIT = 256


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a property, in our unit; `number` of a state is its code."""

    name: str = ""
    number: float | None = None
    text: str = ""
    unit: str = ""
    flag: str = ""


def decode_value(spec: PropertySpec, edt: bytes) -> tuple[Value, ...]:
    """Return the values of a property's data (EDT), or one value flagged ``wrong_length``."""
    if spec.parts and spec.parts[-1].size == 0:
        return (_scalar(spec.parts[-1], "", edt),)
    head = sum(piece.size for piece in spec.parts)
    step = sum(piece.size for piece in spec.repeat)
    times, rest = divmod(len(edt) - head, step) if step else (0, len(edt) - head)
    if rest or not spec.times[0] <= times <= spec.times[1]:
        return (Value(flag="wrong_length"),)
    return tuple(_cut(spec, times, edt))


def value_of_json(spec: PropertySpec, served: Any) -> tuple[Value, ...]:
    """Return the values of what the Web API serves under a property's name.

    Numbers are in the unit of the standard (kWh, %); any number may be a string, of a number or of
    a state. Objects and lists are followed by the names of their members.
    """
    return tuple(_walk(spec, "", served))


def _cut(spec: PropertySpec, times: int, edt: bytes) -> Iterator[Value]:
    at = 0
    for piece in spec.parts:
        yield _scalar(piece, piece.name, edt[at : at + piece.size])
        at += piece.size
    for number in range(times):
        for piece in spec.repeat:
            yield _scalar(piece, f"{piece.name}.{number}", edt[at : at + piece.size])
            at += piece.size


def _scalar(piece: Piece, name: str, data: bytes) -> Value:
    code = int.from_bytes(data, "big")
    if piece.kind in ("raw", "text"):
        return Value(name, text=data.hex() if piece.kind == "raw" else _printable(data))
    if piece.kind in ("date", "time", "datetime", "datetime6"):
        return _calendar(piece, name, data, code)
    if piece.kind == "factor":
        return _factor(piece, name, code)
    if piece.low is None or piece.high is None:
        flag = "" if code in piece.states else "unknown_state"
        return Value(name, float(code), piece.states.get(code, ""), flag=flag)
    if code in piece.states:
        return Value(name, text=piece.states[code], unit=piece.unit)
    raw = int.from_bytes(data, "big", signed=piece.kind.startswith("int"))
    flag = _range_flag(piece, raw)
    number = None if flag in ("overflow", "underflow") else float(raw * piece.factor)
    return Value(name, number, unit=piece.unit, flag=flag)


def _range_flag(piece: Piece, raw: int) -> str:
    assert piece.low is not None
    assert piece.high is not None
    if piece.low <= raw <= piece.high:
        return ""
    bits = 8 * piece.size
    signed = piece.kind.startswith("int")
    overflow, underflow = (
        ((1 << (bits - 1)) - 1, -(1 << (bits - 1)))
        if signed
        else ((1 << bits) - 1, (1 << bits) - 2)
    )
    return {overflow: "overflow", underflow: "underflow"}.get(raw, "out_of_range")


def _factor(piece: Piece, name: str, code: int) -> Value:
    text = piece.states.get(code, "")
    return Value(name, float(text), text) if text else Value(name, flag="unknown_state")


def _calendar(piece: Piece, name: str, data: bytes, code: int) -> Value:
    if code in piece.states:
        return Value(name, text=piece.states[code])
    try:
        if piece.kind == "time":
            return Value(name, text=time(data[0], data[1]).isoformat("minutes"))
        year = int.from_bytes(data[:2], "big")
        if piece.kind == "date":
            return Value(name, text=date(year, data[2], data[3]).isoformat())
        return Value(name, text=datetime(year, *data[2:]).isoformat(" "))
    except ValueError:
        return Value(name, text=data.hex(), flag="out_of_range")


def _printable(data: bytes) -> str:
    return _clean(data.decode("ascii", errors="replace").rstrip("\0 "))


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _walk(spec: PropertySpec, path: str, served: Any) -> Iterator[Value]:
    if isinstance(served, Mapping):
        for key, member in served.items():
            yield from _walk(spec, f"{path}.{key}".lstrip("."), member)
    elif isinstance(served, Sequence) and not isinstance(served, str):
        for number, member in enumerate(served):
            yield from _walk(spec, f"{path}.{number}".lstrip("."), member)
    else:
        yield _served(_piece(spec, path), path, served)


def _piece(spec: PropertySpec, path: str) -> Piece | None:
    """Return the part that a path into the JSON means: by its names, without list positions."""
    words = [word for word in path.split(".") if not word.isdigit()]
    pieces = (*spec.parts, *spec.repeat)
    if not words:
        return pieces[0] if len(pieces) == 1 else None
    full, last = ".".join(words), words[-1]
    exact = next((p for p in pieces if p.name == full), None)
    return exact or next((p for p in pieces if p.name.rpartition(".")[2] == last), None)


def _served(piece: Piece | None, name: str, served: Any) -> Value:
    text = str(served).lower() if isinstance(served, bool) else _clean(str(served)[:_TEXT_LIMIT])
    number = _number(served)
    if piece is None:
        return Value(name, number, "" if number is not None else text, flag="unknown_property")
    if piece.kind in ("raw", "text", "date", "time", "datetime", "datetime6"):
        return Value(name, text=text)
    if piece.kind == "factor":
        return Value(name, number, text, flag="" if number is not None else "wrong_kind")
    if piece.low is None or piece.high is None:
        return _state(piece, name, text, number)
    if number is None:
        known = text in piece.states.values() or text in _STATES_OF_NOTHING
        return Value(name, text=text, unit=piece.unit, flag="" if known else "wrong_kind")
    low, high = (float(end * piece.factor / piece.api_factor) for end in (piece.low, piece.high))
    flag = "" if low <= number <= high else "out_of_range"
    return Value(name, number * float(piece.api_factor), unit=piece.unit, flag=flag)


_STATES_OF_NOTHING = frozenset(
    {"noData", "noSetting", "undefined", "unknown", "overflow", "underflow"}
)


def _state(piece: Piece, name: str, text: str, number: float | None) -> Value:
    codes = {state: code for code, state in piece.states.items()}
    if text in codes:
        return Value(name, float(codes[text]), text)
    return Value(name, number, text, flag="unknown_state")


def _number(served: Any) -> float | None:
    """Return a finite number that was served as a number or as its text, else None."""
    if isinstance(served, bool) or not isinstance(served, (int, float, str)):
        return None
    if isinstance(served, str) and not served.strip().lstrip("+-").replace(".", "", 1).isdecimal():
        return None
    try:
        found = float(served)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) != float("inf") and found == found else None
