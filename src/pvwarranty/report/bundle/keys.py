"""The organisation's Ed25519 key: made, kept, read, signed with."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pvwarranty.errors import DataError, Problem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

LARGEST = 64 << 10  # bytes of a key file
_HINT = "pvwarranty bundle key create FILE makes one"


def create_key(path: Path, passphrase: str = "") -> Ed25519PublicKey:
    """Write a new private key to `path`, for its owner alone, and its public key beside it (.pub).

    Raises
    ------
    DataError
        Where one of the files exists already or cannot be written; then neither is left.
    """
    from cryptography.hazmat.primitives import serialization as pem
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    locked: pem.KeySerializationEncryption = pem.NoEncryption()
    if passphrase:
        locked = pem.BestAvailableEncryption(passphrase.encode())
    private = key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, locked)
    public = path.with_name(f"{path.name}.pub")
    _write_new(public, public_pem(key.public_key()), 0o644)
    try:
        _write_new(path, private, 0o600)
    except DataError:
        public.unlink()
        raise
    return key.public_key()


def _write_new(path: Path, content: bytes, mode: int) -> None:
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        hint = "a key is never written over: choose another name"
        raise DataError(Problem(str(path), "exists already", hint)) from None
    except OSError as error:
        raise DataError(Problem(str(path), f"cannot be written: {error.strerror}")) from None
    with os.fdopen(opened, "wb") as file:
        file.write(content)


def read_private_key(path: Path, passphrase: str = "") -> Ed25519PrivateKey:
    """Return the private key in a PEM file; DataError where there is none, or it is locked."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    content = _read(path)
    try:
        key = load_pem_private_key(content, passphrase.encode() or None)
    except TypeError as error:
        what = "is locked with a passphrase" if not passphrase else str(error)
        raise DataError(Problem(str(path), what)) from None
    except (ValueError, UnsupportedAlgorithm):
        what = "does not open with this passphrase" if passphrase else "is no private key in PEM"
        raise DataError(Problem(str(path), what, "" if passphrase else _HINT)) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise DataError(Problem(str(path), "is not an Ed25519 key", _HINT))
    return key


def is_locked(path: Path) -> bool:
    """Tell whether a private key asks for a passphrase."""
    return b"ENCRYPTED" in _read(path)


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Return the public key in a PEM file; DataError where there is none."""
    key = public_key_of(_read(path))
    if key is None:
        hint = "give the .pub file that was made beside the private key"
        raise DataError(Problem(str(path), "is no Ed25519 public key in PEM", hint))
    return key


def public_key_of(content: bytes) -> Ed25519PublicKey | None:
    """Return the public key in PEM text, or None where it holds none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Return a public key in PEM, the same bytes for the same key."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of a public key's DER form, as people compare keys."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"sha256:{hashlib.sha256(der).hexdigest()}"


def is_signed(content: bytes, signature: bytes, key: Ed25519PublicKey) -> bool:
    """Tell whether a signature is of this content by this key."""
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST)
    except OSError as error:
        raise DataError(Problem(str(path), f"cannot be read: {error.strerror}", _HINT)) from None
