"""Personal data: the record of deeds, retention, export of everything, erasure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, inspect, select
from sqlalchemy.orm import Session

from pvwarranty.model import Text
from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.auth.audit import note
from pvwarranty_api.auth.sessions import close_all
from pvwarranty_api.errors import invalid, not_found
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.pages import Piece, Wanted, piece_of
from pvwarranty_api.services.people import refuse_last_admin, user_of
from pvwarranty_api.services.purging import RETAINED, sweep
from pvwarranty_api.store.people import ApiKey, AuditEntry, Organisation, User
from pvwarranty_api.store.traffic import Device, Webhook
from pvwarranty_api.store.types import now
from pvwarranty_api.store.work import Assessment, FleetRun, SiteRow, Upload

ERASED = Text("（消去済み）", "(erased)")
LONGEST = 36_500  # days
SECRET = frozenset({"password", "digest", "secret", "csrf", "result"})


def list_audit(core: Core, actor: Actor, wanted: Wanted) -> Piece[AuditEntry]:
    """Return who did what in the actor's organisation."""
    actor.need(Role.ADMIN)
    query = select(AuditEntry).where(AuditEntry.organisation_id == actor.organisation)
    with core.database.reading() as db:
        return piece_of(db, query, AuditEntry.id, wanted)


def set_retention(core: Core, actor: Actor, days: Mapping[str, int | None]) -> Organisation:
    """Say for how many days each kind is kept; for ever where nothing is said."""
    actor.need(Role.ADMIN)
    for kind, count in days.items():
        if kind not in RETAINED:
            raise invalid(kind, "is no kind", f"one of {', '.join(RETAINED)}")
        if count is not None and not 1 <= count <= LONGEST:
            raise invalid(kind, f"{count} is not within 1..{LONGEST} days")
    with core.database.writing() as db:
        organisation = db.get_one(Organisation, actor.organisation)
        kept = {**organisation.retention, **days}
        organisation.retention = {k: v for k, v in kept.items() if v is not None}
        note(db, actor, "retention.set", organisation.id, **organisation.retention)
        return organisation


def export_user(core: Core, actor: Actor, user_id: str) -> dict[str, Any]:
    """Return all that is kept of a person: of oneself, or as an administrator of any user."""
    if user_id != actor.id:
        actor.need(Role.ADMIN)
    with core.database.reading() as db:
        user = user_of(db, actor, user_id)
        deeds = db.scalars(
            select(AuditEntry).where(
                AuditEntry.organisation_id == actor.organisation,
                AuditEntry.actor == f"user:{user_id}",
            )
        )
        return {"user": columns(user), "deeds": [columns(d) for d in deeds]}


def erase_user(core: Core, actor: Actor, user_id: str) -> None:
    """Erase a person: name, address and password go; what was done stays, by an id alone."""
    actor.need(Role.ADMIN)
    with core.database.writing() as db:
        user = user_of(db, actor, user_id)
        refuse_last_admin(db, user)
        user.email, user.name = f"erased-{user.id}@invalid", ERASED.ja
        user.password, user.disabled_at = "", user.disabled_at or now()
        close_all(db, user.id)
        note(db, actor, "user.erase", user.id)


def columns(row: Any) -> dict[str, Any]:
    """Return a row's columns, without its secrets."""
    found = {}
    for attribute in inspect(type(row)).column_attrs:
        if attribute.key not in SECRET and attribute.key in inspect(row).dict:
            value = getattr(row, attribute.key)
            found[attribute.key] = value.isoformat() if hasattr(value, "isoformat") else value
    return found


EXPORTED = {
    "users": User, "keys": ApiKey, "sites": SiteRow, "uploads": Upload,
    "assessments": Assessment, "fleet_runs": FleetRun, "devices": Device, "webhooks": Webhook,
    "audit": AuditEntry,
}  # fmt: skip


def export_organisation(core: Core, actor: Actor) -> dict[str, Any]:
    """Return all that is kept of the actor's organisation, but for files, which have routes."""
    actor.need(Role.ADMIN)
    with core.database.reading() as db:
        organisation = db.get_one(Organisation, actor.organisation)
        tables = {n: rows_of(db, t, organisation.id) for n, t in EXPORTED.items()}
        return {"organisation": columns(organisation), **tables}


def erase_organisation(core: Core, organisation_id: str) -> None:
    """Remove an organisation with all that is kept of it; for the command line alone."""
    with core.database.writing() as db:
        organisation = db.get(Organisation, organisation_id)
        if organisation is None:
            raise not_found(Text("組織", "organisation"))
        db.execute(delete(AuditEntry).where(AuditEntry.organisation_id == organisation_id))
        db.delete(organisation)
    sweep(core, now())


def rows_of(db: Session, table: Any, organisation: str) -> list[dict[str, Any]]:
    """Return the rows of a table that are an organisation's."""
    found = db.scalars(select(table).where(table.organisation_id == organisation))
    return [columns(row) for row in found]
