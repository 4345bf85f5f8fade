"""Making a bundle of a site folder and its assessment, and writing it whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pvwarranty.errors import DataError, Problem
from pvwarranty.report.bundle.about import About, about_bytes, software
from pvwarranty.report.bundle.archive import packed
from pvwarranty.report.bundle.derived import made_of
from pvwarranty.report.bundle.keys import public_pem
from pvwarranty.report.bundle.manifest import manifest_of
from pvwarranty.report.bundle.members import (
    ABOUT,
    INPUTS,
    LARGEST,
    MANIFEST,
    MEASUREMENTS,
    PUBLIC_KEY,
    SIGNATURE,
    STAMPS,
    ordered,
)
from pvwarranty.report.case import Case
from pvwarranty.terms.library import packaged_files

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Sealing:
    """How a bundle is sealed: by whose key, and who stamps the time of what; by default not."""

    key: Ed25519PrivateKey | None = None
    stamp: Callable[[bytes], bytes] | None = None


def held_files(folder: Path) -> dict[str, bytes]:
    """Return the files of a site folder that an assessment reads, by their names in a bundle.

    Raises
    ------
    DataError
        Where one cannot be read, or they are too large for a bundle.
    """
    held: dict[str, bytes] = {}
    for name in INPUTS:
        path = folder / Path(name).name
        # of two files of measurements the first is the one that is read
        if not path.is_file() or (name == MEASUREMENTS[1] and MEASUREMENTS[0] in held):
            continue
        try:
            if path.stat().st_size > LARGEST // 2:
                what = f"is larger than the {LARGEST >> 21} MiB that go into a bundle"
                raise DataError(Problem(str(path), what, "leave out years or channels not judged"))
            held[name] = path.read_bytes()
        except OSError as error:
            raise DataError(Problem(str(path), f"cannot be read: {error.strerror}")) from None
    return held


def make_bundle(held: Mapping[str, bytes], case: Case, lang: str, sealing: Sealing) -> bytes:
    """Return the archive of an assessment; the same bytes each time, but for a time stamp.

    Parameters
    ----------
    held : files of the site as `held_files` gave them before they were judged.
    case : what was judged of them.
    lang : language of the texts.
    sealing : key and time stamp, if any.

    Raises
    ------
    DataError
        Where the time stamp fails.
    """
    result = case.result
    about = About.model_validate(
        {"format": 1, "site": result.site, "on": result.on, "seed": result.seed, "lang": lang,
         "software": software()}
    )  # fmt: skip
    members = dict(held) | made_of(case, lang) | {ABOUT: about_bytes(about)}
    for terms in result.terms:
        members |= {f"terms/{n}": text for n, text in packaged_files(terms["id"]).items()}
    members |= _seals(members, sealing)
    return packed({name: members[name] for name in ordered(members)})


def _seals(members: dict[str, bytes], sealing: Sealing) -> dict[str, bytes]:
    seals: dict[str, bytes] = {}
    if sealing.key is not None:
        seals[PUBLIC_KEY] = public_pem(sealing.key.public_key())
    seals[MANIFEST] = manifest_of(members | seals)
    last = MANIFEST
    if sealing.key is not None:
        seals[SIGNATURE] = sealing.key.sign(seals[MANIFEST])
        last = SIGNATURE
    if sealing.stamp is not None:
        seals[STAMPS[last]] = sealing.stamp(seals[last])
    return seals


def unchanged(folder: Path, held: Mapping[str, bytes]) -> None:
    """Raise DataError where files of a site are no longer as they were held."""
    now = held_files(folder)
    problems = [
        Problem(str(folder / Path(name).name), "was changed while it was judged", "run it again")
        for name in sorted(now.keys() | held.keys())
        if now.get(name) != held.get(name)
    ]
    if problems:
        raise DataError(problems)


def write_bundle(path: Path, content: bytes) -> None:
    """Write a bundle whole or not at all; another bundle in its place is left alone.

    Raises
    ------
    DataError
        Where it cannot be written, or a file with other content is there.
    """
    try:
        if path.exists():
            _same_or_refused(path, content)
        else:
            _write(path, content)
    except OSError as error:
        raise DataError(Problem(str(path), f"cannot be written: {error.strerror}")) from None


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _same_or_refused(path: Path, content: bytes) -> None:
    if path.stat().st_size != len(content) or path.read_bytes() != content:
        hint = "evidence is not written over: choose another name, or remove it"
        raise DataError(Problem(str(path), "exists already and holds something else", hint))
