"""Doing a thing once: a request sent again with its key finds what it made the first time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from pvwarranty.model import Text
from pvwarranty_api.auth.actor import Actor
from pvwarranty_api.errors import Refusal
from pvwarranty_api.store.traffic import Answered
from pvwarranty_api.store.types import now

OTHER = Text(
    "同じ Idempotency-Key が別の要求に使われています",
    "This Idempotency-Key was sent with another request",
)


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotency key and the fingerprint of the request it came with; no key: no promise."""

    key: str = ""
    request: str = ""


def fingerprint(*parts: bytes | str) -> str:
    """Return a digest of what makes two requests the same."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


def made_before(db: Session, actor: Actor, once: Once) -> str | None:
    """Return the id of what the same request made before, or None; refuses a key used otherwise."""
    if not once.key:
        return None
    found = db.get(Answered, (actor.organisation, once.key))
    if found is None or found.expires_at <= now():
        if found is not None:
            db.delete(found)
            db.flush()
        return None
    if found.request != once.request:
        raise Refusal("conflict", OTHER)
    return found.target


def keep(db: Session, actor: Actor, once: Once, target: str, hours: int) -> None:
    """Keep what a request made, in the transaction that makes it."""
    if once.key:
        until = now() + timedelta(hours=hours)
        db.add(
            Answered(
                organisation_id=actor.organisation, key=once.key, request=once.request,
                target=target, expires_at=until,
            )
        )  # fmt: skip
        db.flush()
