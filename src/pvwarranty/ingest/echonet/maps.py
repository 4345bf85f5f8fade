"""Property maps (EPC 9D, 9E, 9F) and instance lists (EPC D5, D6 of the node profile).

A map counts its properties in its first byte. Fewer than 16 are listed one a byte; from 16 on
follows a bitmap of 16 bytes, in which bit j of byte i stands for EPC 0x80 + i + 16·j. Source:
ECHONET Lite Specification, Appendix 1 of the device objects, superclass requirements.
"""

from __future__ import annotations

from collections.abc import Iterable

from pvwarranty.errors import DataError, Problem

GET_MAP = 0x9F
INSTANCES = 0xD6

_BITMAP = 17  # count and bitmap


def decode_map(edt: bytes) -> tuple[int, ...]:
    """Return the EPCs of a property map in rising order; DataError where it contradicts itself."""
    if not edt:
        raise DataError(Problem("property map", "is empty"))
    count, body = edt[0], edt[1:]
    if count < 16:
        found = sorted(set(body))
        if len(body) != count or len(found) != count or any(epc < 0x80 for epc in found):
            what = f"counts {count} properties and lists {body.hex(' ') or 'none'}"
            raise DataError(Problem("property map", what))
        return tuple(found)
    if len(edt) != _BITMAP:
        what = f"counts {count} properties in {len(edt)} bytes, not in {_BITMAP}"
        raise DataError(Problem("property map", what))
    found = sorted(
        0x80 + low + 16 * high
        for low, byte in enumerate(body)
        for high in range(8)
        if byte >> high & 1
    )
    if len(found) != count:
        raise DataError(
            Problem("property map", f"counts {count} properties and marks {len(found)}")
        )
    return tuple(found)


def encode_map(epcs: Iterable[int]) -> bytes:
    """Return the property map of the EPCs (0x80-0xFF)."""
    found = sorted(set(epcs))
    wrong = [epc for epc in found if not 0x80 <= epc <= 0xFF]
    if wrong:
        raise DataError([Problem("property map", f"EPC {e:#x} is not within 80-FF") for e in wrong])
    if len(found) < 16:
        return bytes([len(found), *found])
    bitmap = bytearray(16)
    for epc in found:
        bitmap[epc & 0x0F] |= 1 << ((epc >> 4) - 8)
    return bytes([len(found), *bitmap])


def decode_instances(edt: bytes) -> tuple[int, ...]:
    """Return the objects (24 bits each) of an instance list; DataError where it is cut short."""
    if not edt or len(edt) != 1 + 3 * edt[0]:
        what = f"counts {edt[0] if edt else 'no'} objects in {len(edt)} bytes"
        raise DataError(Problem("instance list", what))
    return tuple(int.from_bytes(edt[at : at + 3], "big") for at in range(1, len(edt), 3))


def encode_instances(objects: Iterable[int]) -> bytes:
    """Return the instance list of at most 84 objects."""
    found = list(objects)
    if len(found) > 84:
        raise DataError(Problem("instance list", f"has {len(found)} objects, 84 is the most"))
    return bytes([len(found)]) + b"".join(eoj.to_bytes(3, "big") for eoj in found)
