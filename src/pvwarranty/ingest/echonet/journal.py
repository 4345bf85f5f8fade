"""The recorder's journal: what was heard, on disk before anything is made of it.

One line an entry, each with its own check sum, written at once: a killed process loses nothing, a
power cut what came after the last `sync`. The journal is emptied by writing its successor beside it
and renaming: at every moment there is one whole journal. Lines that were cut short or do not match
their sum are left out and counted.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from zlib import crc32

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.echonet.readings import Entry, Kind

_KINDS: dict[str, Kind] = {"frame": "frame", "json": "json", "mark": "mark"}


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a journal holds: its entries, and how many lines were spoilt."""

    entries: tuple[Entry, ...]
    spoilt: int


class Journal:
    """An open journal file; `append` writes through to the system, `sync` to the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = _open(path)

    def append(self, entry: Entry) -> None:
        """Write an entry."""
        _write(self._file, _line(entry), self._path)

    def sync(self) -> None:
        """Return when the disk has what was appended."""
        os.fsync(self._file)

    def replace(self, entries: Iterable[Entry]) -> None:
        """Let the journal hold these entries instead, at one stroke."""
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        file = _open(fresh)
        _write(file, b"".join(_line(entry) for entry in entries), fresh)
        os.fsync(file)
        os.replace(fresh, self._path)
        sync_folder(self._path.parent)
        os.close(self._file)
        self._file = file

    def close(self) -> None:
        """Close the file; what it holds stays."""
        os.close(self._file)

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()


def read_journal(path: Path) -> Recovered:
    """Return what a journal holds; an absent one holds nothing."""
    if not path.exists():
        return Recovered((), 0)
    lines = path.read_bytes().split(b"\n")
    entries = [_entry(line) for line in lines if line]
    found = tuple(entry for entry in entries if entry is not None)
    return Recovered(found, len(entries) - len(found))


def sync_folder(folder: Path) -> None:
    """Let the disk have what was renamed in a folder, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError as error:
        raise DataError(Problem(str(path), f"cannot be written: {error.strerror}")) from None


def _write(file: int, data: bytes, path: Path) -> None:
    try:
        while data:
            data = data[os.write(file, data) :]
    except OSError as error:
        raise DataError(Problem(str(path), f"cannot be written: {error.strerror}")) from None


def _line(entry: Entry) -> bytes:
    body = f"{entry.time:.6f} {entry.kind} {entry.source.encode().hex()} {entry.payload.hex()}"
    data = body.encode()
    return b"%08x %s\n" % (crc32(data), data)


def _entry(line: bytes) -> Entry | None:
    sum_, _, body = line.partition(b" ")
    words = body.split(b" ")
    try:
        if int(sum_, 16) != crc32(body) or len(words) != 4:
            return None
        time, kind, source, payload = (word.decode() for word in words)
        return Entry(
            float(time), bytes.fromhex(source).decode(), _KINDS[kind], bytes.fromhex(payload)
        )
    except (ValueError, KeyError):
        return None
