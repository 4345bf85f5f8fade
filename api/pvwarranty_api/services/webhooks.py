"""Webhooks of an organisation."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pvwarranty.errors import nearest
from pvwarranty.model import Text
from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.auth.audit import note
from pvwarranty_api.auth.secrets import new_token
from pvwarranty_api.errors import invalid, not_found
from pvwarranty_api.services.addresses import check_url
from pvwarranty_api.services.announcing import EVENTS, add_delivery
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.pages import Piece, Wanted, piece_of
from pvwarranty_api.store.traffic import Delivery, Webhook

SECRET_PREFIX = "whsec_"


def create_webhook(core: Core, actor: Actor, url: str, events: Sequence[str]) -> Webhook:
    """Make a webhook; its secret is shown with it this once."""
    actor.need(Role.ADMIN)
    check_url(url, core.settings.webhook_private)
    for event in events:
        if event not in EVENTS:
            raise invalid("events", f"'{event}' is no event", nearest(event, EVENTS))
    with core.database.writing() as db:
        hook = Webhook(
            organisation_id=actor.organisation, url=url, secret=SECRET_PREFIX + new_token(),
            events=sorted(set(events)),
        )  # fmt: skip
        db.add(hook)
        db.flush()
        note(db, actor, "webhook.create", hook.id)
        return hook


def list_webhooks(core: Core, actor: Actor, wanted: Wanted) -> Piece[Webhook]:
    """Return the webhooks of the actor's organisation."""
    actor.need(Role.ADMIN)
    query = select(Webhook).where(Webhook.organisation_id == actor.organisation)
    with core.database.reading() as db:
        return piece_of(db, query, Webhook.id, wanted)


def delete_webhook(core: Core, actor: Actor, hook_id: str) -> None:
    """Remove a webhook: nothing more is told to it."""
    actor.need(Role.ADMIN)
    with core.database.writing() as db:
        hook = _row(db, actor, hook_id)
        db.delete(hook)
        note(db, actor, "webhook.delete", hook_id)


def test_webhook(core: Core, actor: Actor, hook_id: str) -> Delivery:
    """Have a webhook told of a ``ping``, to see whether it answers."""
    actor.need(Role.ADMIN)
    with core.database.writing() as db:
        return add_delivery(core, db, _row(db, actor, hook_id), "ping", {"webhook": hook_id})


def list_deliveries(core: Core, actor: Actor, hook_id: str, wanted: Wanted) -> Piece[Delivery]:
    """Return what was told to a webhook, and how it answered."""
    actor.need(Role.ADMIN)
    with core.database.reading() as db:
        _row(db, actor, hook_id)
        query = select(Delivery).where(Delivery.webhook_id == hook_id)
        return piece_of(db, query, Delivery.id, wanted)


def _row(db: Session, actor: Actor, hook_id: str) -> Webhook:
    row = db.get(Webhook, hook_id)
    if row is None or row.organisation_id != actor.organisation:
        raise not_found(Text("Webhook", "webhook"))
    return row
