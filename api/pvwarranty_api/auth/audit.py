"""The audit log: who did what to which object, in the same transaction as the deed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from pvwarranty_api.auth.actor import Actor
from pvwarranty_api.store.people import AuditEntry


def note(db: Session, actor: Actor, action: str, target: str, **detail: Any) -> None:
    """Keep that an actor did something; `detail` holds no secrets and no personal data."""
    db.add(
        AuditEntry(
            organisation_id=actor.organisation, actor=actor.label, action=action, target=target,
            detail=detail, request_id=actor.request,
        )
    )  # fmt: skip
