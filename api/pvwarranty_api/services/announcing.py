"""Announcing events to the webhooks of an organisation, in the transaction that makes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pvwarranty_api.services.core import Core, Work, add_job
from pvwarranty_api.store.traffic import Delivery, Webhook
from pvwarranty_api.store.types import new_id, now

EVENTS = (
    "assessment.done", "assessment.failed", "fleet.done", "fleet.failed", "ping",
    "upload.failed", "upload.refused", "upload.stored", "upload.understood",
)  # fmt: skip


def announce(
    core: Core, db: Session, organisation: str, event: str, data: Mapping[str, Any]
) -> None:
    """Have every webhook that asks for an event told of it, if the transaction is kept."""
    hooks = db.scalars(
        select(Webhook).where(Webhook.organisation_id == organisation, Webhook.active)
    )
    for hook in hooks:
        if event in hook.events:
            add_delivery(core, db, hook, event, data)


def add_delivery(
    core: Core, db: Session, hook: Webhook, event: str, data: Mapping[str, Any]
) -> Delivery:
    """Have one webhook told of one event."""
    delivery_id = new_id()
    payload = {"type": event, "timestamp": now().isoformat(), "data": dict(data)}
    work = Work(
        "deliver", delivery_id, hook.organisation_id, {}, core.settings.webhook_attempts
    )  # fmt: skip
    job = add_job(db, core.queue, work)
    delivery = Delivery(
        id=delivery_id, webhook_id=hook.id, event=event, payload=payload, job_id=job.id
    )
    db.add(delivery)
    db.flush()
    return delivery
