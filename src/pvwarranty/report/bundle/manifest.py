"""``SHA256SUMS``: the SHA-256 of each member, in the form that ``sha256sum --check`` reads."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from pvwarranty.report.bundle import texts
from pvwarranty.report.bundle.faults import Fault, shown
from pvwarranty.report.bundle.members import ABOUT, MANIFEST, MEASUREMENTS, RESULT, SITE, listed

_LINE = re.compile(r"([0-9a-f]{64})  (\S+)", re.ASCII)
NEEDED = (ABOUT, RESULT, SITE)
_SHOWN = 10  # bad lines told one by one


def digest(content: bytes) -> str:
    """Return the SHA-256 of content, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def manifest_of(members: Mapping[str, bytes]) -> bytes:
    """Return the manifest of members."""
    return "".join(f"{digest(members[n])}  {n}\n" for n in listed(members)).encode()


def manifest_faults(members: Mapping[str, bytes]) -> list[Fault]:
    """Return what differs between the manifest of a bundle and its members, member by member."""
    faults = list(_missing(members))
    if MANIFEST not in members or members[MANIFEST] == manifest_of(members):
        return faults
    lines = members[MANIFEST].decode("utf-8", "replace").splitlines()
    found = [_LINE.fullmatch(line) for line in lines]
    bad = [
        (n, line) for n, (line, fits) in enumerate(zip(lines, found, strict=True), 1) if not fits
    ]
    faults += [Fault(MANIFEST, texts.LINE.filled(number=n, line=shown(x))) for n, x in bad[:_SHOWN]]
    pairs = [(m[2], m[1]) for m in found if m]
    faults += _differences(pairs, members)
    return faults or [Fault(MANIFEST, texts.OTHER_FORM)]


def _missing(members: Mapping[str, bytes]) -> Iterable[Fault]:
    for name in (*NEEDED, MANIFEST):
        if name not in members:
            yield Fault(name, texts.MISSING)
    given = [n for n in MEASUREMENTS if n in members]
    if len(given) != 1:
        yield Fault(MEASUREMENTS[0], texts.MISSING if not given else texts.TWO_MEASUREMENTS)


def _differences(pairs: list[tuple[str, str]], members: Mapping[str, bytes]) -> Iterable[Fault]:
    told = dict(pairs)
    for name, times in Counter(n for n, _ in pairs).items():
        if times > 1:
            yield Fault(shown(name), texts.LISTED_TWICE)
    for name in listed(members):
        actual = digest(members[name])
        if name not in told:
            yield Fault(name, texts.UNLISTED)
        elif told[name] != actual:
            yield Fault(name, texts.CHANGED.filled(due=told[name], actual=actual))
    for name in told:
        if name not in members:
            yield Fault(shown(name), texts.LISTED_ABSENT)
