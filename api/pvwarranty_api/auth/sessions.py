"""Sessions of browsers: kept by the server, known by the digest of a cookie."""

from __future__ import annotations

import hmac
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pvwarranty_api.auth.actor import ROLES, Actor
from pvwarranty_api.auth.secrets import digest_of, new_token
from pvwarranty_api.errors import Refusal
from pvwarranty_api.store.people import User, WebSession
from pvwarranty_api.store.types import now


def open_session(db: Session, user: User, hours: int) -> str:
    """Return the cookie of a new session."""
    token = new_token()
    db.execute(delete(WebSession).where(WebSession.expires_at <= now()))
    db.add(
        WebSession(
            id=digest_of(token), user_id=user.id, csrf=new_token(),
            expires_at=now() + timedelta(hours=hours),
        )
    )  # fmt: skip
    return token


def close_session(db: Session, session: str) -> None:
    """End a session; its cookie is worth nothing from now on."""
    db.execute(delete(WebSession).where(WebSession.id == session))


def close_all(db: Session, user: str) -> None:
    """End all sessions of a user."""
    db.execute(delete(WebSession).where(WebSession.user_id == user))


def actor_of_cookie(db: Session, token: str) -> Actor | None:
    """Return who a cookie stands for, or None where the session is over or the user disabled."""
    query = (
        select(WebSession, User)
        .join(User, User.id == WebSession.user_id)
        .where(WebSession.id == digest_of(token), WebSession.expires_at > now())
        .where(User.disabled_at.is_(None))
    )
    found = db.execute(query).one_or_none()
    if found is None:
        return None
    session, user = found
    return Actor(
        user.organisation_id, user.id, "user", user.name, ROLES[user.role],
        language=user.language, session=session.id, csrf=session.csrf,
    )  # fmt: skip


def check_csrf(actor: Actor, sent: str) -> None:
    """Refuse a change asked for by another page than ours; keys need no token."""
    if actor.kind == "user" and not hmac.compare_digest(actor.csrf.encode(), sent.encode()):
        raise Refusal("csrf")
