"""A small task and small sites for tests of the batch: what workers need to import lies here."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pvwarranty.errors import DataError, Problem


@dataclass(frozen=True, slots=True)
class Length:
    """The length of a site's file; does as the file's first word says."""

    suffix: str = ""
    neighbour: str = ""

    @property
    def name(self) -> str:
        return "lengths"

    def settings(self) -> str:
        return self.suffix

    def beside(self, key: str) -> str:
        return self.neighbour if key.endswith("0") else ""

    def __call__(self, folder: Path, key: str) -> dict[str, Any]:
        text = (folder / "site.toml").read_text()
        word = text.split()[0]
        if word == "bad":
            raise DataError(Problem("site.toml", "is bad"))
        if word == "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        if word == "bug":
            raise ZeroDivisionError("of ours")
        if word == "away":
            raise OSError("disk is away")
        if word == "slow":
            time.sleep(0.3)
        return {"length": len(text), "suffix": self.suffix}


@dataclass(frozen=True, slots=True)
class InProcess:
    """An engine without processes, which counts what it is given."""

    seen: list[str]
    workers: int = 1
    most: int = 4

    def run(self, work: Callable[[Any], object], items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.seen.extend(f.key for f in item)
            work(item)
            yield item


def make(root: Path, **sites: str) -> None:
    """Write sites whose file holds a text; ``__`` in a name stands for a folder."""
    for name, text in sites.items():
        folder = root / name.replace("__", "/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "site.toml").write_text(text)
