"""Just enough DER to put a token's certificates into the order that DER asks for.

Many authorities write the certificates of a token leaf first; DER orders a SET by its bytes, and
strict readers refuse anything else. The order is not covered by the token's signature (RFC 5652,
5.1 and 5.4), so it is put right in the copy that is read; the token is kept as it came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_CERTIFICATES = 0xA0  # [0] of SignedData, beside version, digestAlgorithms, encapContentInfo


@dataclass(frozen=True, slots=True)
class _Element:
    """One element: its tag, where it starts, where its content starts, and where it ends."""

    tag: int
    start: int
    content: int
    end: int


def in_order(response: bytes) -> bytes:
    """Return a time stamp response with its certificates in order; as it is where not DER.

    TimeStampResp { status, ContentInfo { oid, [0] SignedData { version, algorithms, content,
    [0] certificates … } } } (RFC 3161, 2.4.2).
    """
    try:
        _, info = _children(response, _element(response, 0))
        _, holder = _children(response, info)
        (signed,) = _children(response, holder)
        found = [e for e in _children(response, signed) if e.tag == _CERTIFICATES]
        if not found:
            return response
        (held,) = found
        parts = sorted(response[e.start : e.end] for e in _children(response, held))
    except (ValueError, IndexError):
        return response
    return response[: held.content] + b"".join(parts) + response[held.end :]


def _children(raw: bytes, parent: _Element) -> list[_Element]:
    return list(_walk(raw, parent))


def _walk(raw: bytes, parent: _Element) -> Iterator[_Element]:
    at = parent.content
    while at < parent.end:
        element = _element(raw, at)
        if element.end > parent.end:
            raise ValueError("an element is longer than what holds it")
        yield element
        at = element.end


def _element(raw: bytes, at: int) -> _Element:
    length, content = raw[at + 1], at + 2
    if length >= 0x80:
        digits = length & 0x7F
        length, content = int.from_bytes(raw[content : content + digits]), content + digits
    if content + length > len(raw):
        raise ValueError("an element is longer than what there is")
    return _Element(raw[at], at, content, content + length)
