"""Where sites are read from and results are written to: a folder of this machine or of a network.

A `Store` is a tree of files under one root. It is picklable and holds no data and no credentials:
every worker opens it with its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pvwarranty.errors import DataError, Problem

SITE = "site.toml"
FILES = (SITE, "measurements.parquet", "measurements.csv", "ivcurves.csv")


@dataclass(frozen=True, slots=True)
class Found:
    """A site as listed.

    key : its folder below the root, ``.`` where the root itself is one
    state : cheap mark of its files: while it is the same, so are they
    """

    key: str
    state: str


class Store(Protocol):
    """A tree of files, read and written whole."""

    def __hash__(self) -> int: ...

    @property
    def url(self) -> str:
        """How people name it."""

    def sites(self) -> Iterator[Found]:
        """Yield the site folders in the order of their paths, at any depth, without reading them.

        A site folder holds no further sites. Memory is that of one folder, not of the fleet.
        """

    def folder(self, key: str) -> AbstractContextManager[Path]:
        """Give a local folder with a site's files. Raises OSError where they cannot be had."""

    def names(self, under: str) -> Iterator[str]:
        """Yield the names of all files under a folder; none where there is no such folder."""

    def read(self, name: str) -> bytes:
        """Return a file. Raises FileNotFoundError, or OSError where it cannot be read."""

    def write(self, name: str, content: bytes) -> None:
        """Write a file: it appears whole or not at all. Raises OSError."""

    def put(self, name: str, path: Path) -> None:
        """Write a file from a local one: it appears whole or not at all. Raises OSError."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""


def store_of(place: str | Path) -> Store:
    """Return the store at a path, or at a URL such as ``s3://bucket/fleet``."""
    text = str(place)
    if "://" in text:
        from pvwarranty.batch.remote import RemoteStore

        return RemoteStore(text.rstrip("/"))
    return LocalStore(Path(text).absolute())


@dataclass(frozen=True, slots=True)
class LocalStore:
    """A folder of this machine, or one that a network file system shows on every machine."""

    root: Path

    @property
    def url(self) -> str:
        """How people name it."""
        return str(self.root)

    def sites(self) -> Iterator[Found]:
        """Yield the site folders below the root; see `Store`."""
        if not self.root.is_dir():
            problem = Problem(self.url, "is no folder", "a fleet is a folder of site folders")
            raise DataError(problem)
        yield from _sites(self.root, "")

    def folder(self, key: str) -> AbstractContextManager[Path]:
        """Give the site's own folder."""
        return nullcontext(self.root / key)

    def names(self, under: str) -> Iterator[str]:
        """Yield the names of all files under a folder."""
        for folder, folders, files in os.walk(self.root / under):
            folders.sort()
            for name in sorted(files):
                yield (Path(folder) / name).relative_to(self.root).as_posix()

    def read(self, name: str) -> bytes:
        """Return a file."""
        return (self.root / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """Write a file beside its place, then move it there."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            draft.write_bytes(content)
            draft.replace(path)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise

    def put(self, name: str, path: Path) -> None:
        """Write a file from a local one."""
        import shutil

        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            with path.open("rb") as source, draft.open("wb") as file:
                shutil.copyfileobj(source, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        (self.root / name).unlink(missing_ok=True)


def _sites(folder: Path, key: str) -> Iterator[Found]:
    with os.scandir(folder) as listed:
        entries = list(listed)
    files = {e.name: e for e in entries if e.name in FILES and e.is_file()}
    if SITE in files:
        yield Found(key or ".", " ".join(_mark(files[n]) for n in FILES if n in files))
        return
    below = [e.name for e in entries if e.is_dir(follow_symlinks=False)]
    # as the full paths sort, so that an object store lists in the same order
    for name in sorted(below, key=lambda n: n + "/"):
        yield from _sites(folder / name, f"{key}/{name}" if key else name)


def _mark(entry: os.DirEntry[str]) -> str:
    s = entry.stat()
    return f"{entry.name}:{s.st_size}:{s.st_mtime_ns}:{s.st_ctime_ns}"
