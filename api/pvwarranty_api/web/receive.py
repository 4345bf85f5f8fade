"""Receiving files: streamed to the disk in pieces, never whole in memory, counted and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from pvwarranty.model import Text
from pvwarranty_api.errors import Refusal, invalid
from pvwarranty_api.services.uploads import Received, ReceivedFile

PIECE = 256 << 10  # bytes gathered before they are written
LONGEST_FIELD = 16 << 10  # bytes of a field that is no file
HEADERS = 4 << 10  # bytes of a part's headers
NAMES = {
    "application/vnd.apache.parquet": "measurements.parquet",
    "application/octet-stream": "export",
    "application/json": "export.json",
    "application/zip": "export.zip",
    "text/csv": "export.csv",
    "text/tab-separated-values": "export.tsv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "export.xlsx",
}
CUT = Text("データの終わりがありません", "The body ends before its time")


@dataclass(slots=True)
class _Incoming:
    """One file as it comes in."""

    name: str
    path: Path
    file: IO[bytes]
    waiting: bytearray = field(default_factory=bytearray)
    digest: Any = field(default_factory=hashlib.sha256)
    size: int = 0

    def write(self) -> None:
        """Put what waits on the disk."""
        self.digest.update(self.waiting)
        self.size += len(self.waiting)
        self.file.write(self.waiting)
        self.waiting.clear()

    def end(self) -> ReceivedFile:
        """Close the file and say what came."""
        self.write()
        self.file.close()
        return ReceivedFile(self.name, self.path, self.size, self.digest.hexdigest())


async def receive(request: Request, folder: Path, most: int) -> Received:
    """Return the files of a request's body, at most `most`, written under a folder.

    ``multipart/form-data`` brings any number of files; any other known type brings one.
    """
    kind, options = parse_options_header(_raw(request, "content-type"))
    with ExitStack() as opened:  # whatever happens, no file stays open
        place = _Place(folder, opened)
        if kind == b"multipart/form-data":
            return await _receive_parts(request, _Parts(place, most), options.get(b"boundary"))
        name = NAMES.get(kind.decode("latin-1"))
        if name is None:
            raise Refusal("media_type")
        return await _receive_one(request, place.open(0, _named(request) or name))


async def _receive_one(request: Request, incoming: _Incoming) -> Received:
    async for chunk in request.stream():
        incoming.waiting += chunk
        if len(incoming.waiting) >= PIECE:
            await run_in_threadpool(incoming.write)
    return Received((await run_in_threadpool(incoming.end),))


def _raw(request: Request, name: str) -> bytes:
    """Return a header as it came: the parser takes text for latin-1 and fails on other."""
    return request.headers.get(name, "").encode("latin-1", "replace")


def _named(request: Request) -> str:
    _, options = parse_options_header(_raw(request, "content-disposition"))
    return options.get(b"filename", b"").decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where files are written, and what closes them."""

    folder: Path
    opened: ExitStack

    def open(self, number: int, name: str) -> _Incoming:
        """Open a file that comes in."""
        path = self.folder / f"{number:04d}"
        return _Incoming(_clean(name), path, self.opened.enter_context(path.open("wb")))


def _clean(name: str) -> str:
    """Return a file's name without folders and control characters; it is shown, never a path."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[:200].strip() or "file"


class _Parts:
    """Callbacks of the parser, which gather the files and refuse what is too much."""

    def __init__(self, place: _Place, most: int) -> None:
        self.place, self.most = place, most
        self.files: list[_Incoming] = []
        self.is_whole = False
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        self._in_file = False
        self._skipped = 0

    def callbacks(self) -> dict[str, Callable[..., None]]:
        """Return the callbacks by the names that the parser calls them."""
        return {
            "on_part_begin": self._begin, "on_part_data": self._data,
            "on_header_field": self._header_name, "on_header_value": self._header_value,
            "on_header_end": self._header_end, "on_headers_finished": self._headers_done,
            "on_end": self._end,
        }  # fmt: skip

    def _begin(self) -> None:
        self._headers, self._in_file, self._skipped = {}, False, 0

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        self._bound()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._bound()

    def _bound(self) -> None:
        if len(self._name) + len(self._value) > HEADERS or len(self._headers) > 20:
            raise Refusal("malformed")

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _headers_done(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"filename" not in options:
            return
        if len(self.files) >= self.most:
            raise invalid("files", f"are more than {self.most}", "put them into a ZIP archive")
        name = options[b"filename"].decode("utf-8", "replace")
        self.files.append(self.place.open(len(self.files), name))
        self._in_file = True

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self.files[-1].waiting += data[start:end]
            return
        self._skipped += end - start
        if self._skipped > LONGEST_FIELD:
            raise Refusal("malformed")

    def _end(self) -> None:
        self.is_whole = True


async def _receive_parts(request: Request, parts: _Parts, boundary: bytes | None) -> Received:
    if not boundary or len(boundary) > 200:
        raise Refusal("malformed")
    parser = MultipartParser(boundary, parts.callbacks())  # type: ignore[arg-type]
    done: list[ReceivedFile] = []
    try:
        async for chunk in request.stream():
            if chunk:
                parser.write(chunk)
            await _drain(parts, done, run_in_threadpool)
    except MultipartParseError:
        raise Refusal("malformed") from None
    if not parts.is_whole:
        raise Refusal("malformed", CUT)
    for incoming in parts.files[len(done) :]:
        done.append(await run_in_threadpool(incoming.end))
    return Received(tuple(done))


async def _drain(
    parts: _Parts, done: list[ReceivedFile], in_thread: Callable[..., Awaitable[Any]]
) -> None:
    """Close the files that are whole, and write what has gathered of the one coming in."""
    while len(done) < len(parts.files) - 1:
        done.append(await in_thread(parts.files[len(done)].end))
    if parts.files and len(parts.files[-1].waiting) >= PIECE:
        await in_thread(parts.files[-1].write)
