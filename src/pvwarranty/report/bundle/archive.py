"""The ZIP archive: one layout for one set of members, written and read back byte by byte.

Members are stored, not compressed: what a compressor makes differs with its version, and what is
not compressed cannot expand. Names, order, dates and attributes are fixed. So an archive is sound
exactly where packing its contents again gives its own bytes, which leaves no room for comments,
hidden members, doubled names or anything else that two programs may read differently.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zipfile import ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from pvwarranty.report.bundle import texts
from pvwarranty.report.bundle.faults import Fault, shown
from pvwarranty.report.bundle.members import LARGEST, MOST, is_known, ordered

_NO_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_LOCAL, _CENTRAL, _END = 30, 46, 22  # bytes of a header without its name
_UNREADABLE = (
    BadZipFile, LargeZipFile, ValueError, NotImplementedError, OverflowError, struct.error,
    EOFError, OSError, IndexError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The members of an archive, none where it cannot be trusted, and what is wrong with it."""

    members: Mapping[str, bytes]
    faults: tuple[Fault, ...]


def packed(members: Mapping[str, bytes]) -> bytes:
    """Return the archive of members, in the order given."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as archive:
        for name, content in members.items():
            info = ZipInfo(name, _NO_DATE)
            info.create_system, info.external_attr = _UNIX, 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def unpacked(raw: bytes) -> Unpacked:
    """Return the members of an archive; faults of its frame are told, not raised."""
    if len(raw) > LARGEST:
        return _refused([Fault("", texts.TOO_LARGE.filled(most=LARGEST >> 20))])
    try:
        with ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
    except _UNREADABLE as error:
        return _refused([Fault("", texts.NO_ARCHIVE.filled(reason=shown(error)))])
    faults = list(_entry_faults(entries)) or list(_layout_faults(entries, len(raw)))
    if faults:
        return _refused(faults)
    members = {e.filename: raw[_start(e) : _start(e) + e.file_size] for e in entries}
    return Unpacked(members, tuple(_frame_faults(members, raw)))


def _refused(faults: list[Fault]) -> Unpacked:
    return Unpacked({}, tuple(faults))


def _entry_faults(entries: list[ZipInfo]) -> Iterable[Fault]:
    if len(entries) > MOST:
        yield Fault("", texts.TOO_MANY.filled(count=len(entries), most=MOST))
        return
    seen: set[str] = set()
    for entry in entries:
        name = entry.orig_filename
        if not is_known(name):
            yield Fault(shown(name), texts.STRANGE_NAME)
        elif name in seen:
            yield Fault(name, texts.TWICE)
        elif entry.compress_type != ZIP_STORED or entry.compress_size != entry.file_size:
            yield Fault(name, texts.COMPRESSED)
        seen.add(name)


def _start(entry: ZipInfo) -> int:
    return entry.header_offset + _LOCAL + len(entry.filename)


def _layout_faults(entries: list[ZipInfo], length: int) -> Iterable[Fault]:
    at = 0
    for entry in entries:
        if entry.header_offset != at:
            yield Fault(entry.filename, texts.MISPLACED.filled(at=entry.header_offset, due=at))
            return
        at = _start(entry) + entry.file_size
    due = at + sum(_CENTRAL + len(e.filename) for e in entries) + _END
    if due != length:
        yield Fault("", texts.LENGTH.filled(length=length, due=due))


def _frame_faults(members: Mapping[str, bytes], raw: bytes) -> Iterable[Fault]:
    if list(members) != ordered(members):
        yield Fault("", texts.DISORDER)
    due = packed(members)
    for label, start, end in _parts(members):
        if raw[start:end] != due[start:end]:
            first = next(i for i in range(start, end) if raw[i] != due[i])
            words = {"at": first, "is_": f"{raw[first]:02x}", "due": f"{due[first]:02x}"}
            yield Fault(label, texts.FRAME.filled(**words))


def _parts(members: Mapping[str, bytes]) -> Iterable[tuple[str, int, int]]:
    """Yield what is not content: the headers, by the member they are of, and the end record."""
    at = 0
    for name, content in members.items():
        yield name, at, (start := at + _LOCAL + len(name))
        at = start + len(content)
    for name in members:
        yield name, at, (at := at + _CENTRAL + len(name))
    yield "", at, at + _END
