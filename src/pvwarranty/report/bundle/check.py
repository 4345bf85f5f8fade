"""Checking a bundle: its frame, hashes, signature, time stamp, and the assessment made anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pvwarranty.errors import DataError, Problem
from pvwarranty.model import Text
from pvwarranty.report.bundle import texts
from pvwarranty.report.bundle.archive import unpacked
from pvwarranty.report.bundle.faults import Fault
from pvwarranty.report.bundle.manifest import manifest_faults
from pvwarranty.report.bundle.members import ABOUT, INPUTS, LARGEST, MANIFEST, listed
from pvwarranty.report.bundle.repeat import check_about, check_repeated
from pvwarranty.report.bundle.seals import Part, Trust, check_signature, check_stamps

__all__ = ["Checked", "Trust", "check_bundle", "read_archive"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of a bundle found.

    faults : all that is wrong; none in a good bundle
    told : what was checked and found good, in words
    complete : whether everything was checked, against a key and an authority of the checker's own
    """

    faults: tuple[Fault, ...]
    told: tuple[Text, ...]
    complete: bool


def read_archive(path: Path) -> bytes:
    """Return the bytes of an archive; DataError where it cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise DataError(Problem(str(path), f"cannot be read: {error.strerror}")) from None
    if len(content) > LARGEST:
        raise DataError(Problem(str(path), texts.TOO_LARGE.filled(most=LARGEST >> 20).en))
    return content


def check_bundle(raw: bytes, trust: Trust, *, repeat: bool = True) -> Checked:
    """Check a bundle; all faults are told at once, and nothing of a strange archive is used.

    Parameters
    ----------
    raw : the archive.
    trust : the key and the authorities that the checker trusts.
    repeat : whether to make the assessment anew.
    """
    archive = unpacked(raw)
    parts = [Part(archive.faults)]
    if archive.members or not archive.faults:
        parts += _parts(archive.members, trust, repeat=repeat)
    return Checked(
        faults=tuple(f for p in parts for f in p.faults),
        told=tuple(t for p in parts for t in p.told),
        complete=all(p.complete for p in parts),
    )


def _parts(members: Mapping[str, bytes], trust: Trust, *, repeat: bool) -> Iterator[Part]:
    hashes = manifest_faults(members)
    good = texts.HASHES_GOOD.filled(count=len(listed(members)))
    yield Part(tuple(hashes), () if hashes else (good,))
    yield check_signature(members, trust)
    yield check_stamps(members, trust)
    about = check_about(members)
    yield about
    needed = {*INPUTS, ABOUT}
    if not repeat:
        yield Part(told=(texts.NOT_ASKED,), complete=False)
    elif about.faults or any(f.member in needed or f.member == MANIFEST for f in hashes):
        yield Part(told=(texts.NOT_REPEATED,), complete=False)
    else:
        yield check_repeated(members)
