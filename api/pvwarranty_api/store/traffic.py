"""Tables of what comes and goes: requests once answered, webhooks, devices and their pushes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pvwarranty_api.store.base import Base, Identified
from pvwarranty_api.store.people import CASCADE


class Answered(Base):
    """What a request with an idempotency key made: the same request gives the same again."""

    __tablename__ = "answered"
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisations.id", ondelete=CASCADE), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    target: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Webhook(Identified, Base):
    """An address that is told of events, with the secret that signs what it is told."""

    __tablename__ = "webhooks"
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisations.id", ondelete=CASCADE), index=True
    )
    url: Mapped[str] = mapped_column(String(1000))
    secret: Mapped[str] = mapped_column(String(100))
    events: Mapped[list[Any]]
    active: Mapped[bool] = mapped_column(default=True)


class Delivery(Identified, Base):
    """One event told to one webhook: `attempt` tries so far, and what the last one met."""

    __tablename__ = "deliveries"
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete=CASCADE), index=True)
    event: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempt: Mapped[int] = mapped_column(default=0)
    last: Mapped[str] = mapped_column(String(200), default="")
    job_id: Mapped[str] = mapped_column(String(32))


class Device(Identified, Base):
    """A device of a home that pushes: its id at the HEMS, its class, and its channel.

    `feeds` says which property feeds each column: a counter must not change its side. Pushes before
    `gathered_to` are rows already, and what comes late only fills what is empty.
    """

    __tablename__ = "devices"
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id", ondelete=CASCADE))
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id", ondelete=CASCADE), index=True)
    name: Mapped[str] = mapped_column(String(100))
    device_type: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(64))
    interval: Mapped[int] = mapped_column(default=1800)
    feeds: Mapped[dict[str, Any]] = mapped_column(default=dict)
    gathered_to: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)


class Push(Identified, Base):
    """Properties as they were pushed, until they are rows of the site's measurements."""

    __tablename__ = "pushes"
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id", ondelete=CASCADE))
    at: Mapped[datetime]
    properties: Mapped[dict[str, Any]]
    __table_args__ = (Index("ix_pushes_device_id_at", "device_id", "at"),)
