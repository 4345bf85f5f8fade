"""``about.json``: what was judged, on which day, and by which software."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pvwarranty import __version__
from pvwarranty.errors import DataError, Problem

FORMAT = 1
PACKAGES = ("pvwarranty", "pvwarranty_kernels")
# whose arithmetic and drawing is in the results
LIBRARIES = (
    "jpholiday", "llvmlite", "matplotlib", "numba", "numpy", "pandas", "pvlib", "pyarrow", "scipy",
    "typst",
)  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Software(_Strict):
    """The software: its version and the SHA-256 of its files, of the lock file, and libraries."""

    version: str
    sha256: str
    lock: str | None
    python: str
    machine: str
    libraries: dict[str, str]


class About(_Strict):
    """What a bundle says of itself."""

    format: Literal[1]
    site: str
    on: date
    seed: int
    lang: Literal["en", "ja"]
    software: Software


def about_bytes(about: About) -> bytes:
    """Return the content of ``about.json``."""
    return json_bytes(about.model_dump(mode="json"))


def read_about(content: bytes) -> About:
    """Return what ``about.json`` says; DataError where it is of another form."""
    try:
        return About.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(p) for p in first["loc"])
        raise DataError(Problem(where, first["msg"])) from None


def json_bytes(value: object) -> bytes:
    """Return a value as one JSON document, the same bytes for the same value."""
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def software() -> Software:
    """Return the software that runs."""
    return Software(
        version=__version__,
        sha256=_own_digest(),
        lock=_lock_digest(),
        python=platform.python_version(),
        machine=platform.machine(),
        libraries=dict(_versions()),
    )


def differences(made: Software, here: Software) -> list[str]:
    """Return how the software that runs here differs from the one that made a bundle."""
    told = [
        f"{name} {getattr(made, name)[:12]}, here {getattr(here, name)[:12]}"
        for name in ("version", "sha256", "python", "machine")
        if getattr(made, name) != getattr(here, name)
    ]
    for name in sorted(made.libraries.keys() | here.libraries.keys()):
        then, now = made.libraries.get(name, "–"), here.libraries.get(name, "–")
        if then != now:
            told.append(f"{name} {then}, here {now}")
    return told


def _versions() -> Iterator[tuple[str, str]]:
    for name in LIBRARIES:
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            continue


@cache
def _own_digest() -> str:
    """Return the SHA-256 of all files of the packages, names and contents, in order of name."""
    total = hashlib.sha256()
    for package in PACKAGES:
        root = Path(str(files(package)))
        found = (p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        for name, path in sorted((f"{package}/{p.relative_to(root).as_posix()}", p) for p in found):
            with path.open("rb") as file:
                total.update(
                    f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n".encode()
                )
    return total.hexdigest()


def _lock_digest() -> str | None:
    """Return the SHA-256 of the lock file, where the software runs from its source tree."""
    lock = Path(str(files(PACKAGES[0]))).parents[1] / "requirements.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else None
