"""What is done with one site, and how a worker does it for a few sites at a time."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pvwarranty.batch.segments import Line, write_segment
from pvwarranty.batch.software import software_digest
from pvwarranty.batch.stores import FILES, SITE, Found, Store
from pvwarranty.errors import DataError, Problem, PvWarrantyError

FLUSH = 10.0  # results are kept at least so often [s]: what a dying worker may lose


class SiteTask(Protocol):
    """What is done with one site; picklable, and the same for the same files wherever it runs."""

    @property
    def name(self) -> str:
        """Name of the folder of its records."""

    def settings(self) -> str:
        """Return a text of all that records depend on besides software and files of a site."""

    def beside(self, key: str) -> str:
        """Return a digest of what else a site's record depends on; most often nothing."""

    def __call__(self, folder: Path, key: str) -> dict[str, Any]:
        """Return the record of the site in a folder, as JSON can hold it.

        Raises PvWarrantyError where the site's files are wrong: told as the site's failure.
        """


def settings_digest(task: SiteTask) -> str:
    """Return the digest of all that a task's records depend on besides the sites."""
    text = json.dumps([task.name, task.settings(), software_digest()])
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(folder: Path, settings: str, beside: str) -> str:
    """Return the digest of all that a site's record depends on. Raises OSError."""
    digest = hashlib.sha256(f"{settings} {beside}".encode())
    for name in FILES:
        path = folder / name
        if name == SITE or path.is_file():
            with path.open("rb") as file:
                inner = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"\n{name} {inner}".encode())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker does with an item (a few sites): every site leaves a record in the store.

    Nothing is returned: whoever runs it (a scheduler too) handles names of sites alone.
    """

    task: SiteTask
    source: Store
    out: Store
    settings: str

    def __call__(self, item: Sequence[Found]) -> None:
        """Do the sites of an item; raises where results cannot be kept or versions differ."""
        self._check()
        lines: list[Line] = []
        since = time.monotonic()
        try:
            for found in item:
                lines.append(self._one(found))
                if time.monotonic() - since >= FLUSH:
                    self._flush(lines)
                    since = time.monotonic()
        finally:
            self._flush(lines)

    def _check(self) -> None:
        mark = f"{self.task.name} {self.settings}"
        if settings_digest(self.task) != self.settings:
            hint = "install the same version of pvwarranty and its libraries on all machines"
            raise DataError(
                Problem(_here(), "has other software than the run was started with", hint)
            )
        try:
            seen = self.out.read(marker(self.task)).decode()
        except FileNotFoundError:
            seen = ""
        if seen != mark:
            hint = "use a path that all machines share, or an object store"
            raise DataError(Problem(_here(), f"does not see the run's folder {self.out.url}", hint))

    def _flush(self, lines: list[Line]) -> None:
        if lines:
            write_segment(self.out, self.task.name, self.settings, lines)
            lines.clear()

    def _one(self, found: Found) -> Line:
        beside = self.task.beside(found.key)
        line = Line(found.key, mark_of(found, beside), None, None, None, again=False)
        try:
            with self.source.folder(found.key) as folder:
                line = line.with_digest(digest_of(folder, self.settings, beside))
                return line.with_result(self.task(folder, found.key))
        except PvWarrantyError as error:
            return line.with_failure("; ".join(str(p) for p in error.problems), again=False)
        except (OSError, MemoryError) as error:  # not the site's fault: tried again by --resume
            told = f"cannot be read now: {type(error).__name__}: {error}"
            return line.with_failure(told, again=True)
        except Exception as error:  # a fault of ours must not stop the fleet, and is told as such
            return line.with_failure(
                f"internal error: {type(error).__name__}: {error}", again=False
            )


def mark_of(found: Found, beside: str) -> str:
    """Return the cheap mark of all that may change a site's record."""
    return f"{found.state} {beside}"


def marker(task: SiteTask) -> str:
    """Return the name of the file by which workers know that they see the run's folder."""
    return f"parts/{task.name}.run"


def _here() -> str:
    return f"worker {socket.gethostname()}:{os.getpid()}"
