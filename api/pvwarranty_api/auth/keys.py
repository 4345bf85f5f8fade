"""API keys: made, known by their digest, revoked."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.orm import Session

from pvwarranty_api.auth.actor import ROLES, Actor
from pvwarranty_api.auth.secrets import KEY_PREFIX, digest_of, new_token
from pvwarranty_api.store.people import ApiKey
from pvwarranty_api.store.types import now

USED = timedelta(minutes=10)  # how exactly the last use is kept


def make_key(
    db: Session, organisation: str, name: str, scope: str, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """Return a new key's row and the key itself, which is not kept and cannot be shown again."""
    token = KEY_PREFIX + new_token()
    row = ApiKey(
        organisation_id=organisation, name=name, digest=digest_of(token), scope=scope,
        hint=token[: len(KEY_PREFIX) + 4], expires_at=expires_at,
    )  # fmt: skip
    db.add(row)
    db.flush()
    return row, token


_COLUMNS = (
    ApiKey.id, ApiKey.organisation_id, ApiKey.name, ApiKey.scope, ApiKey.expires_at,
    ApiKey.used_at,
)  # fmt: skip


_QUERY = select(*_COLUMNS).where(ApiKey.digest == bindparam("digest"), ApiKey.revoked_at.is_(None))


def actor_of_key(connection: Connection, token: str) -> tuple[Actor, bool] | None:
    """Return who a key stands for and whether its use is to be noted; None where it is not valid.

    It is looked up by the digest of the whole token, so that timing tells nothing of it.
    """
    found = connection.execute(_QUERY, {"digest": digest_of(token)}).one_or_none()
    moment = now()
    if found is None or (found.expires_at is not None and found.expires_at <= moment):
        return None
    actor = Actor(found.organisation_id, found.id, "key", found.name, ROLES[found.scope])
    return actor, found.used_at is None or moment - found.used_at > USED


def note_use(db: Session, key: str) -> None:
    """Keep when a key was last used."""
    db.execute(update(ApiKey).where(ApiKey.id == key).values(used_at=now()))
