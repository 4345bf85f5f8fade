"""Files and the files inside ZIP archives, as documents that can be opened again and again."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

from pvwarranty.errors import DataError, Problem

MAX_ENTRIES = 10_000
MAX_UNPACKED = 4 << 30  # bytes of all entries of an archive together
MAX_WORKBOOK = 512 << 20  # bytes of a workbook, which is read whole
MAX_RATIO = 500  # unpacked over packed, of entries larger than SMALL
SMALL = 16 << 20

DocumentKind = Literal["text", "xlsx"]
_NO_EXPORT = {
    b"%PDF": "is a PDF: ask the portal for CSV or Excel",
    b"\xd0\xcf\x11\xe0": "is an old Excel file (.xls): save it as .xlsx or CSV",
    b"\x1f\x8b": "is packed with gzip: unpack it first",
    b"PAR1": "is Parquet already",
    b"\x89PNG": "is a picture",
    b"\xff\xd8\xff": "is a picture",
    b"7z\xbc\xaf": "is packed with 7-Zip: unpack it first",
    b"Rar!": "is packed with RAR: unpack it first",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A file, or an entry of an archive. `name` is how it is told to the user."""

    name: str
    path: Path
    kind: DocumentKind = "text"
    entry: str | None = None
    size: int = 0

    def open(self) -> BinaryIO:
        """Open it for reading bytes from its start."""
        if self.entry is None:
            return self.path.open("rb")
        archive = zipfile.ZipFile(self.path)
        return archive.open(self.entry)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Found:
    """Documents to read, and the names of entries left out with the reason."""

    documents: tuple[Document, ...]
    skipped: dict[str, str]


def find_documents(paths: Iterable[Path]) -> Found:
    """List what files and archives hold. Raises DataError with every file that cannot be read."""
    documents: list[Document] = []
    skipped: dict[str, str] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            found = _of_path(path)
        except DataError as error:
            problems += error.problems
        else:
            documents += found.documents
            skipped |= found.skipped
    if problems:
        raise DataError(problems)
    if not documents:
        raise DataError(Problem(", ".join(skipped), "holds no file to convert"))
    return Found(tuple(documents), skipped)


def _of_path(path: Path) -> Found:
    if path.is_dir():
        raise DataError(Problem(str(path), "is a folder", "name the files in it"))
    try:
        with path.open("rb") as file:
            head = file.read(512)
        size = path.stat().st_size
    except OSError as error:
        raise DataError(Problem(str(path), f"cannot be read: {error.strerror}")) from None
    if not head.startswith(b"PK"):
        _refuse_other(head, path.name)
        return Found((Document(path.name, path, size=size),), {})
    archive = _archive(path)
    with archive:
        entries = archive.infolist()
        _refuse_unsafe(entries, path.name)
        if any(e.filename == "xl/workbook.xml" for e in entries):
            _refuse_large(entries, path.name)
            return Found((Document(path.name, path, "xlsx", size=size),), {})
        return _of_entries(archive, entries, path)


def _archive(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        hint = "it is truncated or damaged: download it again"
        raise DataError(Problem(path.name, "is no complete ZIP archive", hint)) from None


def _refuse_other(head: bytes, name: str) -> None:
    if not head:
        raise DataError(Problem(name, "is empty"))
    for magic, what in _NO_EXPORT.items():
        if head.startswith(magic):
            raise DataError(Problem(name, what))
    if head.lstrip().lower().startswith((b"<!doctype", b"<html")):
        hint = "sign in to the portal and download the export again"
        raise DataError(Problem(name, "is a web page, not an export", hint))


def _refuse_unsafe(entries: list[zipfile.ZipInfo], name: str) -> None:
    problems = [
        Problem(f"{name}/{e.filename}", reason, "make the archive again from the files alone")
        for e in entries
        if (reason := _unsafe(e))
    ]
    total = sum(e.file_size for e in entries)
    if len(entries) > MAX_ENTRIES:
        problems.append(Problem(name, f"holds {len(entries)} entries; {MAX_ENTRIES} are read"))
    if total > MAX_UNPACKED:
        limit = f"more than the {MAX_UNPACKED >> 30} GiB that are read"
        problems.append(Problem(name, f"would unpack to {total / (1 << 30):.1f} GiB, {limit}"))
    if problems:
        raise DataError(problems)


def _refuse_large(entries: list[zipfile.ZipInfo], name: str) -> None:
    if sum(e.file_size for e in entries) > MAX_WORKBOOK:
        hint = "save it as CSV: that is read in pieces"
        raise DataError(Problem(name, f"unpacks to more than {MAX_WORKBOOK >> 20} MiB", hint))


def _unsafe(entry: zipfile.ZipInfo) -> str:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
        return "has a path that leaves the archive"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link, not a file"
    if entry.flag_bits & 1:
        return "is locked with a password"
    if entry.file_size > SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        return f"would unpack to {entry.file_size / (1 << 20):.0f} MiB from almost nothing"
    return ""


def _of_entries(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], path: Path) -> Found:
    documents, skipped, problems = [], {}, []
    for entry in entries:
        name = f"{path.name}/{_readable(entry)}"
        if entry.is_dir():
            continue
        reason = _left_out(entry)
        if reason:
            skipped[name] = reason
            continue
        try:
            with archive.open(entry) as file:
                head = file.read(512)
            _refuse_other(head, name)
            kind = _kind_of_entry(head, name)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError):
            problems.append(Problem(name, "is damaged", "download the archive again"))
        except DataError as error:
            problems += error.problems
        else:
            documents.append(Document(name, path, kind, entry.filename, entry.file_size))
    if problems:
        raise DataError(problems)
    return Found(tuple(documents), skipped)


def _kind_of_entry(head: bytes, name: str) -> DocumentKind:
    if not head.startswith(b"PK"):
        return "text"
    if name.lower().endswith(".xlsx"):
        return "xlsx"
    raise DataError(Problem(name, "is an archive in an archive", "unpack the outer one first"))


def _left_out(entry: zipfile.ZipInfo) -> str:
    parts = PurePosixPath(entry.filename).parts
    if "__MACOSX" in parts or parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini"):
        return "a file of the operating system"
    return "empty" if entry.file_size == 0 else ""


def _readable(entry: zipfile.ZipInfo) -> str:
    if entry.flag_bits & 0x800:  # UTF-8 name
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("cp932")
    except UnicodeError:
        return entry.filename


def read_all(document: Document) -> bytes:
    """Return all bytes of a document; raises DataError where an archive is damaged."""
    try:
        with document.open() as file:
            return file.read()
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise damaged(document.name, error) from None


def damaged(name: str, error: Exception) -> DataError:
    """Return the error for an entry that does not unpack."""
    return DataError(Problem(name, f"is damaged: {error}", "download the archive again"))
