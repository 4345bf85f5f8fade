"""API keys of an organisation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from pvwarranty.model import Text
from pvwarranty_api.auth.actor import ROLES, Actor, Role
from pvwarranty_api.auth.audit import note
from pvwarranty_api.auth.keys import make_key
from pvwarranty_api.errors import invalid, not_found
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.pages import Piece, Wanted, piece_of
from pvwarranty_api.store.people import ApiKey
from pvwarranty_api.store.types import now


def create_key(
    core: Core, actor: Actor, name: str, scope: str, expires_at: datetime | None
) -> tuple[ApiKey, str]:
    """Make a key and return it with its secret, for the only time."""
    actor.need(Role.ADMIN)
    if scope not in ROLES:
        raise invalid("scope", f"is not one of {', '.join(ROLES)}")
    if expires_at is not None and (expires_at.tzinfo is None or expires_at <= now()):
        raise invalid("expires_at", "is no instant to come, with its zone")
    with core.database.writing() as db:
        row, token = make_key(db, actor.organisation, name, scope, expires_at)
        row.made_by = actor.label
        note(db, actor, "key.create", row.id, scope=scope)
        return row, token


def list_keys(core: Core, actor: Actor, wanted: Wanted) -> Piece[ApiKey]:
    """Return the keys of the actor's organisation, without their secrets."""
    actor.need(Role.ADMIN)
    query = select(ApiKey).where(ApiKey.organisation_id == actor.organisation)
    with core.database.reading() as db:
        return piece_of(db, query, ApiKey.id, wanted)


def revoke_key(core: Core, actor: Actor, key_id: str) -> None:
    """End a key, at once and everywhere."""
    actor.need(Role.ADMIN)
    with core.database.writing() as db:
        row = db.get(ApiKey, key_id)
        if row is None or row.organisation_id != actor.organisation:
            raise not_found(Text("APIキー", "key"))
        row.revoked_at = row.revoked_at or now()
        note(db, actor, "key.revoke", row.id)
