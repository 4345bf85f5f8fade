"""Checking the signature and the time stamp of a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pvwarranty.model import Text
from pvwarranty.report.bundle import texts
from pvwarranty.report.bundle.faults import Fault
from pvwarranty.report.bundle.keys import fingerprint, is_signed, public_key_of
from pvwarranty.report.bundle.members import MANIFEST, PUBLIC_KEY, SIGNATURE, STAMPS
from pvwarranty.report.bundle.stamp import read_stamp

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.x509 import Certificate


@dataclass(frozen=True, slots=True)
class Trust:
    """What a checker trusts: the organisation's public key, certificates of authorities."""

    public_key: Ed25519PublicKey | None = None
    authorities: Sequence[Certificate] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of the check found: faults, or what is good in words; whether all was checked."""

    faults: tuple[Fault, ...] = ()
    told: tuple[Text, ...] = ()
    complete: bool = True


def _fault(member: str, text: Text) -> Part:
    return Part((Fault(member, text),))


def check_signature(members: Mapping[str, bytes], trust: Trust) -> Part:
    """Check the signature of the manifest, with the key given or else the one that is included."""
    signature, included = members.get(SIGNATURE), members.get(PUBLIC_KEY)
    if signature is None and included is None:
        if trust.public_key is not None:
            return _fault(SIGNATURE, texts.UNSIGNED_ASKED)
        return Part(told=(texts.UNSIGNED,), complete=False)
    if signature is None:
        return _fault(SIGNATURE, texts.NO_SIGNATURE)
    if included is None:
        return _fault(PUBLIC_KEY, texts.NO_KEY)
    key = public_key_of(included)
    if key is None:
        return _fault(PUBLIC_KEY, texts.NOT_A_KEY)
    return _check_key(members, signature, key, trust)


def _check_key(
    members: Mapping[str, bytes], signature: bytes, key: Ed25519PublicKey, trust: Trust
) -> Part:
    faults: list[Fault] = []
    actual, due = fingerprint(key), fingerprint(trust.public_key or key)
    if actual != due:
        faults.append(Fault(PUBLIC_KEY, texts.OTHER_KEY.filled(actual=actual, due=due)))
    if not is_signed(members.get(MANIFEST, b""), signature, key):
        faults.append(Fault(SIGNATURE, texts.BAD_SIGNATURE))
    if faults:
        return Part(tuple(faults))
    told = texts.SIGNED_BY_SOME if trust.public_key is None else texts.SIGNED_BY
    return Part(told=(told.filled(key=actual),), complete=trust.public_key is not None)


def check_stamps(members: Mapping[str, bytes], trust: Trust) -> Part:
    """Check the time stamp of the signature, or of the manifest of an unsigned bundle."""
    held = [(what, stamp) for what, stamp in STAMPS.items() if stamp in members]
    if not held:
        return Part(told=(texts.NO_STAMP,))
    faults: list[Fault] = []
    told: list[Text] = []
    complete = True
    for what, stamp in held:
        if what not in members:
            faults.append(Fault(stamp, texts.STAMP_WITHOUT.filled(what=what)))
            continue
        found = read_stamp(members[stamp], members[what], trust.authorities)
        if found.fault is not None:
            faults.append(Fault(stamp, found.fault))
            continue
        said = texts.STAMPED if found.verified else texts.STAMPED_SOMEHOW
        told.append(
            said.filled(time=f"{found.time:%Y-%m-%d %H:%M:%S} UTC", authority=found.authority)
        )
        complete = complete and found.verified
    return Part(tuple(faults), tuple(told), complete)
