"""Files as objects under keys: in a folder, or in an S3-compatible store."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from pvwarranty_api.settings import Settings
from pvwarranty_api.store.types import new_id

PIECE = 1 << 20  # bytes read at a time


@dataclass(frozen=True, slots=True)
class Held:
    """An object that is there: its key, its size [bytes] and when it came."""

    key: str
    size: int
    modified: datetime


class Objects(Protocol):
    """A store of objects. An object appears whole or not at all, and never changes."""

    def put(self, key: str, file: Path) -> None:
        """Keep a file under a key; the file may be moved away."""

    def read(self, key: str) -> Iterator[bytes]:
        """Yield an object's bytes in pieces; KeyError where there is none."""

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens where there is none."""

    def held(self, prefix: str) -> Iterator[Held]:
        """Yield the objects whose key starts with a prefix, a folder of keys."""


def fetch(objects: Objects, key: str, path: Path) -> None:
    """Write an object to a file; KeyError where there is none."""
    with path.open("wb") as file:
        for piece in objects.read(key):
            file.write(piece)


@dataclass(frozen=True, slots=True)
class Folder:
    """Objects as files of a folder on a local disk."""

    root: Path

    def put(self, key: str, file: Path) -> None:
        """Keep a file: on the disk before its name is there."""
        target = self.root / key
        make_folder(target.parent)
        beside = target.with_name(f".{new_id()}.part")
        try:
            _move(file, beside)
            os.utime(beside)  # its age is that of the object, not of a file that came in slowly
            sync(beside)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        sync(target.parent)

    def read(self, key: str) -> Iterator[bytes]:
        """Yield an object's bytes."""
        try:
            file = (self.root / key).open("rb")
        except FileNotFoundError:
            raise KeyError(key) from None
        with file:
            while piece := file.read(PIECE):
                yield piece

    def delete(self, key: str) -> None:
        """Remove an object."""
        (self.root / key).unlink(missing_ok=True)

    def held(self, prefix: str) -> Iterator[Held]:
        """Yield the objects under a folder, those left half-way too."""
        for path in sorted((self.root / prefix).rglob("*")):
            try:
                about = path.stat()
            except FileNotFoundError:  # taken away meanwhile
                continue
            if path.is_file():
                modified = datetime.fromtimestamp(about.st_mtime, UTC)
                yield Held(path.relative_to(self.root).as_posix(), about.st_size, modified)


def _move(file: Path, target: Path) -> None:
    try:
        file.rename(target)
    except OSError as error:
        if error.errno != 18:  # EXDEV: on another disk
            raise
        shutil.copyfile(file, target)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each known to the disk."""
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_objects(settings: Settings) -> Objects:
    """Return the store that the settings name."""
    if settings.objects:
        from pvwarranty_api.store.bucket import open_bucket

        return open_bucket(settings.objects, settings.objects_endpoint)
    root = settings.data / "objects"
    make_folder(root.absolute())
    return Folder(root.absolute())
