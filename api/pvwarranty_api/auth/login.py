"""Signing in: the password, and a limit on guesses for each account and each address."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from pvwarranty.model import Text
from pvwarranty_api.auth.passwords import is_password
from pvwarranty_api.auth.secrets import digest_of
from pvwarranty_api.auth.sessions import open_session
from pvwarranty_api.errors import Refusal
from pvwarranty_api.settings import Settings
from pvwarranty_api.store.engine import Database
from pvwarranty_api.store.people import LoginFailure, User
from pvwarranty_api.store.types import now

WRONG = Text("メールアドレスまたはパスワードが違います", "The address or the password is wrong")


def sign_in(
    database: Database, settings: Settings, email: str, password: str, address: str
) -> tuple[User, str]:
    """Return the user and the cookie of a new session.

    Refuses a wrong password, a disabled user, and more guesses than the settings allow. A guess
    counts from its beginning, so that many at once are no more than one after the other. The hash
    is worked out outside of any transaction.
    """
    email = normal_email(email)
    email = email if email.isprintable() else ""  # PostgreSQL keeps no NUL: nobody's
    with database.writing() as db:
        _throttle(db, settings, email, address)
        db.add(LoginFailure(account=digest_of(email), address=digest_of(address)))
        user = db.scalar(select(User).where(User.email == email, User.disabled_at.is_(None)))
    if not is_password(password, user.password if user else None) or user is None:
        raise Refusal("not_signed_in", WRONG)
    with database.writing() as db:
        db.execute(delete(LoginFailure).where(LoginFailure.account == digest_of(email)))
        return user, open_session(db, user, settings.session_hours)


def normal_email(email: str) -> str:
    """Return an address as it is kept."""
    return email.strip().lower()


def _throttle(db: Session, settings: Settings, email: str, address: str) -> None:
    since = now() - timedelta(seconds=settings.login_window)
    limits: list[tuple[InstrumentedAttribute[str], str, int]] = [
        (LoginFailure.account, email, settings.login_failures),
        (LoginFailure.address, address, settings.login_failures_address),
    ]
    for column, value, most in limits:
        query = select(func.count()).where(column == digest_of(value))
        if (db.scalar(query.where(LoginFailure.created_at > since)) or 0) >= most:
            wait = {"Retry-After": str(settings.login_window)}
            raise Refusal("too_many", headers=wait)
