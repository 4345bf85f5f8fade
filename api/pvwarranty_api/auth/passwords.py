"""Passwords: Argon2id with the library's parameters (RFC 9106), a few at a time."""

from __future__ import annotations

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pvwarranty_api.errors import invalid

SHORTEST, LONGEST = 12, 256
_AT_ONCE = BoundedSemaphore(2)  # a hash takes 64 MB: many at once would be an attack on memory
_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the hash of a new password; refuses one too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise invalid("password", f"has not {SHORTEST} to {LONGEST} characters")
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(password: str, hashed: str | None) -> bool:
    """Tell whether a password is the one of a hash; as slow where there is no such account."""
    with _AT_ONCE:
        try:
            _HASHER.verify(hashed or _nobodys(), password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return hashed is not None


@cache
def _nobodys() -> str:
    return _HASHER.hash("no password of anybody")
