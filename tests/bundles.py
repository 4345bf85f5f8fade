"""Bundles for tests: one made of an example site, and taken apart and put together otherwise."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pvwarranty.report.bundle.archive import packed
from pvwarranty.report.bundle.assess import assess
from pvwarranty.report.bundle.check import Checked, Trust, check_bundle
from pvwarranty.report.bundle.keys import public_pem
from pvwarranty.report.bundle.make import Sealing, held_files, make_bundle
from pvwarranty.report.bundle.manifest import manifest_of
from pvwarranty.report.bundle.members import MANIFEST, PUBLIC_KEY, SIGNATURE, ordered

SITE = Path(__file__).resolve().parents[1] / "site_data" / "shaded-string"
ON = date(2024, 11, 29)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
TRUST = Trust(KEY.public_key())


@cache
def bundle(key: Ed25519PrivateKey | None = KEY, lang: str = "en") -> bytes:
    return make_bundle(held_files(SITE), assess(SITE, ON), lang, Sealing(key))


def members(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def put_together(parts: Mapping[str, bytes]) -> bytes:
    return packed({name: parts[name] for name in ordered(parts)})


def resealed(
    parts: Mapping[str, bytes], key: Ed25519PrivateKey | None, *, keep_key: bool = False
) -> bytes:
    """Return parts with a manifest of their own, signed by a key, as a forger would do it."""
    seals = {MANIFEST, SIGNATURE} | (set() if keep_key else {PUBLIC_KEY})
    made = {name: content for name, content in parts.items() if name not in seals}
    if key is not None and not keep_key:
        made[PUBLIC_KEY] = public_pem(key.public_key())
    made[MANIFEST] = manifest_of(made)
    if key is not None:
        made[SIGNATURE] = key.sign(made[MANIFEST])
    return put_together(made)


def told(found: Checked, lang: str = "en") -> str:
    return "\n".join(str(f.problem("x.zip", lang)) for f in found.faults)


def looked_at(raw: bytes, trust: Trust = TRUST) -> Checked:
    """Check all but the assessment, which takes time."""
    return check_bundle(raw, trust, repeat=False)
