"""The organisation's key."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bundles import KEY, OTHER_KEY
from pvwarranty.errors import DataError
from pvwarranty.report.bundle.keys import (
    create_key,
    fingerprint,
    is_locked,
    is_signed,
    public_key_of,
    public_pem,
    read_private_key,
    read_public_key,
)


def test_a_key_is_its_owners_alone_and_signs(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    made = create_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert public_pem(read_public_key(tmp_path / "key.pem.pub")) == public_pem(made)
    assert not is_locked(path)
    assert is_signed(b"x", read_private_key(path).sign(b"x"), made)
    assert not is_signed(b"y", read_private_key(path).sign(b"x"), made)


def test_a_locked_key_opens_with_its_passphrase_alone(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    create_key(path, "合言葉")
    assert is_locked(path)
    assert read_private_key(path, "合言葉").sign(b"x")
    with pytest.raises(DataError, match="locked with a passphrase"):
        read_private_key(path)
    with pytest.raises(DataError, match="does not open"):
        read_private_key(path, "wrong")


def test_a_passphrase_for_a_key_that_has_none_is_told(tmp_path: Path) -> None:
    create_key(tmp_path / "key.pem")
    with pytest.raises(DataError, match="not encrypted"):
        read_private_key(tmp_path / "key.pem", "x")


@pytest.mark.parametrize("there", ["key.pem", "key.pem.pub"])
def test_a_key_is_never_written_over(there: str, tmp_path: Path) -> None:
    (tmp_path / there).write_text("mine")
    with pytest.raises(DataError, match="exists already"):
        create_key(tmp_path / "key.pem")
    assert [p.name for p in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


def test_files_that_hold_no_such_key_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.pem"
    with pytest.raises(DataError, match="cannot be read"):
        read_private_key(path)
    path.write_bytes(public_pem(KEY.public_key()))
    with pytest.raises(DataError, match="is no private key"):
        read_private_key(path)
    other = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(DataError, match="is not an Ed25519 key"):
        read_private_key(path)
    with pytest.raises(DataError, match="is no Ed25519 public key"):
        read_public_key(path)
    assert public_key_of(b"") is None
    with pytest.raises(DataError, match="cannot be read"):
        read_public_key(tmp_path / "no")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be written"):
        create_key(tmp_path / "no" / "key.pem")


def test_fingerprints_tell_keys_apart() -> None:
    assert fingerprint(KEY.public_key()) != fingerprint(OTHER_KEY.public_key())
    assert fingerprint(KEY.public_key()).startswith("sha256:")
