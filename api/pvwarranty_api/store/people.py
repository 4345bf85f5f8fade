"""Tables of who: organisations, users, sessions, keys, failed logins, and what they did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pvwarranty_api.store.base import Base, Identified
from pvwarranty_api.store.types import now

CASCADE = "CASCADE"


class Organisation(Identified, Base):
    """A customer of the service; every object belongs to one. `retention` in days by kind."""

    __tablename__ = "organisations"
    name: Mapped[str] = mapped_column(String(200))
    retention: Mapped[dict[str, Any]] = mapped_column(default=dict)


class User(Identified, Base):
    """A person with a password; `role` is read, write or admin."""

    __tablename__ = "users"
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisations.id", ondelete=CASCADE), index=True
    )
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(2), default="ja")
    password: Mapped[str] = mapped_column(String(200))
    disabled_at: Mapped[datetime | None]


class WebSession(Base):
    """A browser signed in; the id is the SHA-256 of the cookie."""

    __tablename__ = "sessions"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete=CASCADE), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ApiKey(Identified, Base):
    """A key of a machine; only its SHA-256 is kept. `scope` is read, write or admin."""

    __tablename__ = "api_keys"
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisations.id", ondelete=CASCADE), index=True
    )
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(16))
    scope: Mapped[str] = mapped_column(String(8))
    made_by: Mapped[str] = mapped_column(String(80), default="")
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class LoginFailure(Identified, Base):
    """A login that failed, of an account and from an address, both as digests."""

    __tablename__ = "login_failures"
    account: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    __table_args__ = (
        Index("ix_login_failures_account", "account", "created_at"),
        Index("ix_login_failures_address", "address", "created_at"),
    )


class AuditEntry(Identified, Base):
    """Who did what to which object; kept when the object is gone."""

    __tablename__ = "audit"
    organisation_id: Mapped[str] = mapped_column(String(32), index=True)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60))
    target: Mapped[str] = mapped_column(String(120))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    request_id: Mapped[str] = mapped_column(String(64), default="")
