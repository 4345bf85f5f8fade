"""ECHONET Lite frames of format 1: bytes to values and back, strictly.

A frame is EHD ``10 81``, TID (2 bytes), source and target object (3 bytes each), a service code
ESV, and properties as (EPC, PDC, EDT). SetGet frames carry two lists of properties. Nothing is
guessed: a frame that is cut short, goes on after its last property or names an unknown service is
refused. Source: ECHONET Lite Specification, Part II, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from pvwarranty.errors import DataError, Problem

PORT = 3610
MULTICAST = "224.0.23.0"
CONTROLLER = 0x05FF01
NODE_PROFILE = 0x0EF001

_HEADER = b"\x10\x81"
_BODY = 12  # offset of the first property


class Service(IntEnum):
    """ESV codes: refusals 5x, requests 6x, answers and announcements 7x."""

    SETI_SNA = 0x50
    SETC_SNA = 0x51
    GET_SNA = 0x52
    INF_SNA = 0x53
    SETGET_SNA = 0x5E
    SETI = 0x60
    SETC = 0x61
    GET = 0x62
    INF_REQ = 0x63
    SETGET = 0x6E
    SET_RES = 0x71
    GET_RES = 0x72
    INF = 0x73
    INFC = 0x74
    INFC_RES = 0x7A
    SETGET_RES = 0x7E


TWO_LISTS = frozenset({Service.SETGET, Service.SETGET_RES, Service.SETGET_SNA})
_SERVICES = frozenset(Service)


@dataclass(frozen=True, slots=True)
class Property:
    """A property: its code (0x80-0xFF) and its data, empty in requests and refusals."""

    epc: int
    edt: bytes = b""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. Objects are 24-bit numbers: class group, class, instance (0x027901)."""

    tid: int
    source: int
    target: int
    service: Service
    properties: tuple[Property, ...]
    gets: tuple[Property, ...] = ()  # second list of SetGet frames


def decode_frame(data: bytes) -> Frame:
    """Read a frame.

    Raises
    ------
    DataError
        Where the header is foreign, the service unknown, or the length does not fit the counts.
    """
    problems = _header_problems(data)
    if problems:
        raise DataError(problems)
    service = Service(data[10])
    properties, end = _properties(data, _BODY - 1)
    gets: tuple[Property, ...] = ()
    if service in TWO_LISTS:
        gets, end = _properties(data, end)
    elif not properties:
        raise DataError(Problem("frame, byte 11", "counts no property"))
    if end != len(data):
        what = f"goes on for {len(data) - end} bytes after its last property"
        raise DataError(Problem(f"frame, byte {end}", what))
    return Frame(
        tid=int.from_bytes(data[2:4], "big"),
        source=int.from_bytes(data[4:7], "big"),
        target=int.from_bytes(data[7:10], "big"),
        service=service,
        properties=properties,
        gets=gets,
    )


def encode_frame(frame: Frame) -> bytes:
    """Write a frame.

    Raises
    ------
    DataError
        With everything that does not fit its field.
    """
    problems = _unfit(frame)
    if problems:
        raise DataError(problems)
    parts = [
        _HEADER,
        frame.tid.to_bytes(2, "big"),
        frame.source.to_bytes(3, "big"),
        frame.target.to_bytes(3, "big"),
        bytes([frame.service]),
        _list(frame.properties),
    ]
    if frame.service in TWO_LISTS:
        parts.append(_list(frame.gets))
    return b"".join(parts)


def _header_problems(data: bytes) -> list[Problem]:
    if len(data) < _BODY:
        what = f"is {len(data)} bytes long, shorter than the {_BODY} of an empty frame"
        return [Problem("frame", what)]
    problems = []
    if data[0] != _HEADER[0]:
        problems.append(Problem("frame, byte 0", f"EHD1 is {data[0]:02X}, not 10"))
    elif data[1] != _HEADER[1]:
        hint = "frames of format 2 (82) are not read" if data[1] == 0x82 else ""
        problems.append(Problem("frame, byte 1", f"EHD2 is {data[1]:02X}, not 81", hint))
    if data[10] not in _SERVICES:
        problems.append(Problem("frame, byte 10", f"ESV {data[10]:02X} is no known service"))
    return problems


def _properties(data: bytes, at: int) -> tuple[tuple[Property, ...], int]:
    """Read the list whose count stands at `at`; return it and the offset behind it."""
    if at >= len(data):
        raise DataError(Problem(f"frame, byte {at}", "ends before its second list of properties"))
    count, at = data[at], at + 1
    found = []
    for number in range(1, count + 1):
        where = f"frame, byte {at}"
        if at + 2 > len(data) or at + 2 + data[at + 1] > len(data):
            raise DataError(Problem(where, f"ends within property {number} of {count}"))
        if data[at] < 0x80:
            raise DataError(Problem(where, f"EPC {data[at]:02X} is below 80"))
        end = at + 2 + data[at + 1]
        found.append(Property(data[at], bytes(data[at + 2 : end])))
        at = end
    return tuple(found), at


def _unfit(frame: Frame) -> list[Problem]:
    problems = [
        Problem(f"frame, {what}", f"{value:#x} does not fit {bits} bits")
        for what, value, bits in (
            ("TID", frame.tid, 16),
            ("source", frame.source, 24),
            ("target", frame.target, 24),
        )
        if not 0 <= value < 1 << bits
    ]
    if not frame.properties and frame.service not in TWO_LISTS:
        problems.append(Problem("frame", "has no property"))
    if frame.gets and frame.service not in TWO_LISTS:
        problems.append(Problem("frame", f"{frame.service.name} has one list of properties"))
    for listed in (frame.properties, frame.gets):
        if len(listed) > 255:
            problems.append(Problem("frame", f"has {len(listed)} properties, 255 is the most"))
    for entry in (*frame.properties, *frame.gets):
        if not 0x80 <= entry.epc <= 0xFF:
            problems.append(Problem("frame", f"EPC {entry.epc:#x} is not within 80-FF"))
        if len(entry.edt) > 255:
            what = f"has {len(entry.edt)} bytes of data, 255 is the most"
            problems.append(Problem(f"frame, EPC {entry.epc:02X}", what))
    return problems


def _list(properties: tuple[Property, ...]) -> bytes:
    parts = [bytes([len(properties)])]
    parts.extend(bytes([p.epc, len(p.edt)]) + p.edt for p in properties)
    return b"".join(parts)
