"""Time stamps of RFC 3161: asked of an authority, and verified."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pvwarranty.errors import DataError, Problem
from pvwarranty.model import Text
from pvwarranty.report.bundle import texts
from pvwarranty.report.bundle.der import in_order
from pvwarranty.report.bundle.faults import shown

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

LARGEST = 1 << 20  # bytes of an answer
PATIENCE = 30.0  # s
_TYPE = "application/timestamp-query"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a time stamp says: when, who, whether its authority was verified, or what is wrong."""

    time: datetime | None = None
    authority: str = ""
    verified: bool = False
    fault: Text | None = None


def ask(url: str, content: bytes, authorities: Sequence[Certificate] = ()) -> bytes:
    """Return an authority's time stamp of content: its whole answer, as it came.

    Raises
    ------
    DataError
        Where the server cannot be reached or refuses, where what it sends is no stamp of this
        content, or where it does not verify against the authorities given.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.build()
    answer = _post(url, request.as_bytes())
    found = read_stamp(answer, content, authorities, request.nonce)
    if found.fault is not None:
        raise DataError(Problem(url, f"its answer {found.fault.en}", "the bundle was not written"))
    return answer


def read_stamp(
    answer: bytes, content: bytes, authorities: Sequence[Certificate] = (),
    nonce: int | None = None,
) -> Stamp:  # fmt: skip
    """Return what a time stamp of content says; with authorities, whether one of them made it."""
    from rfc3161_client import PKIStatus, decode_timestamp_response

    try:
        found = decode_timestamp_response(in_order(answer))
        status = PKIStatus(found.status)
    except ValueError as error:
        return Stamp(fault=texts.STAMP_UNREADABLE.filled(reason=shown(error)))
    if status not in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
        reason = " ".join([status.name.lower(), *found.status_string])
        return Stamp(fault=texts.STAMP_REFUSED.filled(reason=shown(reason)))
    try:
        return _read_granted(found, content, authorities, nonce)
    except ValueError as error:
        return Stamp(fault=texts.STAMP_UNREADABLE.filled(reason=shown(error)))


def _read_granted(
    found: TimeStampResponse, content: bytes, authorities: Sequence[Certificate], nonce: int | None
) -> Stamp:
    info = found.tst_info
    hashed = _hashed(content, info.message_imprint.hash_algorithm.dotted_string)
    if info.message_imprint.message != hashed:
        return Stamp(fault=texts.STAMP_OTHER)
    if nonce is not None and info.nonce != nonce:
        return Stamp(fault=texts.STAMP_NONCE)
    if authorities and (reason := _unverified(found, hashed, authorities)):
        return Stamp(fault=texts.STAMP_BAD.filled(reason=shown(reason)))
    return Stamp(info.gen_time.astimezone(UTC), _signer(found), bool(authorities))


def _hashed(content: bytes, algorithm: str) -> bytes:
    from rfc3161_client.verify import SHA256_OID, SHA384_OID, SHA512_OID

    known = {SHA256_OID: "sha256", SHA384_OID: "sha384", SHA512_OID: "sha512"}
    if algorithm not in known:
        raise ValueError(f"unknown hash algorithm {algorithm}")
    return hashlib.new(known[algorithm], content).digest()


def _unverified(found: TimeStampResponse, hashed: bytes, authorities: Sequence[Certificate]) -> str:
    """Return why a stamp does not verify against the authorities' certificates, or ''."""
    from rfc3161_client import VerificationError, VerifierBuilder

    roots = [c for c in authorities if c.subject == c.issuer]
    others = [c for c in authorities if c.subject != c.issuer]
    if not roots:
        return "no root certificate (one that signs itself) is among those given"
    try:
        VerifierBuilder(roots=roots, intermediates=others).build().verify(found, hashed)
    except (VerificationError, ValueError) as error:
        return str(error)
    return ""


def _signer(found: TimeStampResponse) -> str:
    """Return the name of the authority that signed, as its certificate or the stamp names it."""
    from cryptography.x509 import load_der_x509_certificate

    signers = {(s.issuer, s.serial_number) for s in found.signed_data.signer_infos}
    for raw in found.signed_data.certificates:
        certificate = load_der_x509_certificate(raw)
        if (certificate.issuer, certificate.serial_number) in signers:
            return shown(certificate.subject.rfc4514_string())
    return shown(", ".join(sorted(issuer.rfc4514_string() for issuer, _ in signers)))


def read_authorities(path: Path) -> tuple[Certificate, ...]:
    """Return the certificates in a PEM file; DataError where there are none."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        with path.open("rb") as file:
            return tuple(load_pem_x509_certificates(file.read(LARGEST)))
    except OSError as error:
        raise DataError(Problem(str(path), f"cannot be read: {error.strerror}")) from None
    except ValueError:
        hint = "give the authority's root certificate"
        raise DataError(Problem(str(path), "holds no certificate in PEM", hint)) from None


def _post(url: str, request: bytes) -> bytes:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise DataError(Problem(f"--timestamp {url}", "is no address of a time stamp server"))
    asked = urllib.request.Request(url, request, {"Content-Type": _TYPE})
    hint = "the bundle was not written; try again, or leave --timestamp out"
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            content: bytes = answer.read(LARGEST + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise DataError(Problem(url, f"refused with status {error.code}", hint)) from None
    except (OSError, HTTPException, ValueError) as error:  # URLError and time-outs are OSErrors
        reason = getattr(error, "reason", error) or type(error).__name__
        raise DataError(Problem(url, f"cannot be reached: {reason}", hint)) from None
    if len(content) > LARGEST:
        raise DataError(Problem(url, f"answers with more than {LARGEST >> 20} MiB", hint))
    return content
