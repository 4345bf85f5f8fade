"""What was heard, as readings: one value of one property of one device at one time.

An `Entry` is what the recorder keeps: the bytes of a frame, or the JSON of the Web API, with the
time of arrival. Readings are made of entries alone, so they can be made again with better tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.echonet.frame import Frame, Service, decode_frame
from pvwarranty.ingest.echonet.tables import DeviceClass, class_of_type, device_class
from pvwarranty.ingest.echonet.values import NO_NUMBER, Value, decode_value, value_of_json

Kind = Literal["frame", "json", "mark"]
Via = Literal["get", "inf", "api"]

_ANSWERS = frozenset({Service.GET_RES, Service.GET_SNA})
_NEWS = frozenset({Service.INF, Service.INFC})
_KEPT_BYTES = 256  # of a malformed frame


@dataclass(frozen=True, slots=True)
class Entry:
    """Something heard: when [s since 1970 UTC], from whom, and the bytes of it.

    `source` is an address, or ``api:<device id>`` for the Web API. A ``mark`` is no message: from
    its time on the journal is whole.
    """

    time: float
    source: str
    kind: Kind
    payload: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a property. `eoj` is the object (24 bits), 0 where a frame could not be read.

    number : in our units; the code of a state; None where the device gave none
    raw : the bytes of the property, empty from the Web API
    flags : why not to trust it, from `values.FLAGS` and `checks.FLAGS`
    """

    time: float
    source: str
    eoj: int
    epc: int
    name: str
    part: str
    raw: bytes
    number: float | None
    text: str
    unit: str
    via: Via
    flags: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Tell whether the number may go into the canonical table."""
        return self.number is not None and not NO_NUMBER.intersection(self.flags)


def readings_of(entry: Entry) -> Iterator[Reading]:
    """Yield the readings of an entry; a malformed one yields a single flagged reading."""
    if entry.kind == "mark":
        return
    try:
        if entry.kind == "json":
            yield from _of_json(entry)
        else:
            yield from _of_frame(entry, decode_frame(entry.payload))
    except (DataError, ValueError, RecursionError) as error:
        raw, text = entry.payload[:_KEPT_BYTES], str(error)[:_KEPT_BYTES]
        via: Via = "api" if entry.kind == "json" else "get"
        yield Reading(
            entry.time, entry.source, 0, 0, "", "", raw, None, text, "", via, ("malformed",)
        )


def _of_frame(entry: Entry, frame: Frame) -> Iterator[Reading]:
    if frame.service not in _ANSWERS | _NEWS:
        return
    via: Via = "get" if frame.service in _ANSWERS else "inf"
    device = device_class(frame.source >> 8)
    for heard in frame.properties:
        if not heard.edt or device is None:
            continue
        spec = device.properties.get(heard.epc)
        values = (
            (Value(flag="unknown_property"),) if spec is None else decode_value(spec, heard.edt)
        )
        for value in values:
            yield Reading(
                time=entry.time, source=entry.source, eoj=frame.source, epc=heard.epc,
                name=spec.name if spec else "", part=value.name, raw=heard.edt,
                number=value.number, text=value.text, unit=value.unit, via=via,
                flags=(value.flag,) if value.flag else (),
            )  # fmt: skip


def _of_json(entry: Entry) -> Iterator[Reading]:
    """Read ``{"deviceType": …, "properties": {name: value}}``."""
    body = json.loads(entry.payload)
    served_all = body.get("properties") if isinstance(body, dict) else None
    if not isinstance(served_all, dict):
        raise DataError(Problem("body", "is no object with properties"))
    device = class_of_type(str(body.get("deviceType")))
    if device is None:
        return
    for name, served in served_all.items():
        yield from _of_property(entry, device, str(name), served)


def _of_property(entry: Entry, device: DeviceClass, name: str, served: Any) -> Iterator[Reading]:
    spec = device.named(name)
    if spec is None:
        text = json.dumps(served, ensure_ascii=False)[:_KEPT_BYTES]
        values: tuple[Value, ...] = (Value(text=text, flag="unknown_property"),)
    else:
        values = value_of_json(spec, served)
    for value in values:
        yield Reading(
            time=entry.time, source=entry.source, eoj=device.code << 8 | 1,
            epc=spec.epc if spec else 0, name=name, part=value.name, raw=b"",
            number=value.number, text=value.text, unit=value.unit, via="api",
            flags=(value.flag,) if value.flag else (),
        )  # fmt: skip
