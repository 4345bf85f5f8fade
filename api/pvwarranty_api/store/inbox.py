"""Folders for what is not whole yet: each process has its own, locked while the process lives.

What a process left behind when it was killed is removed by the next one that starts.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pvwarranty_api.store.types import new_id

LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Inbox:
    """A process's own folder; `lock` is the open lock file."""

    folder: Path
    lock: int

    @contextmanager
    def place(self) -> Iterator[Path]:
        """Give an empty folder, gone when the block ends."""
        path = self.folder / new_id()
        path.mkdir()
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """Remove the folder and give up its lock."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self.lock)


def open_inbox(root: Path) -> Inbox:
    """Return a new inbox under a root, after removing those whose process is gone."""
    root.mkdir(parents=True, exist_ok=True)
    for left in root.iterdir():
        _remove_if_left(left)
    folder = root / new_id()
    folder.mkdir()
    # locked before it has its name, so that nobody takes it for one that was left behind
    lock = os.open(folder / f".{LOCK}", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.rename(folder / f".{LOCK}", folder / LOCK)
    return Inbox(folder, lock)


def _remove_if_left(folder: Path) -> None:
    try:
        lock = os.open(folder / LOCK, os.O_RDWR)
    except OSError:  # being made just now, or a folder without a lock: left for upkeep
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except OSError:  # its process lives
        pass
    finally:
        os.close(lock)
