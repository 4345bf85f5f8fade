"""Random tokens, and the digests by which they are known."""

from __future__ import annotations

import hashlib
import secrets

KEY_PREFIX = "pvw_"


def new_token() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """Return the SHA-256 of a token: enough for one that nobody can guess."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
