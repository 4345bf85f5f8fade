"""Tables of the work: sites, uploads, assessments, fleet runs, and the jobs that do it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from pvwarranty_api.store.base import Base, Identified
from pvwarranty_api.store.people import CASCADE
from pvwarranty_api.store.types import now


class SiteRow(Identified, Base):
    """A site: its file as text, and the objects that hold its measurements and curves."""

    __tablename__ = "sites"
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id", ondelete=CASCADE))
    name: Mapped[str] = mapped_column(String(200))
    document: Mapped[dict[str, Any]]
    toml: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    measurements: Mapped[str | None] = mapped_column(String(200))
    curves: Mapped[str | None] = mapped_column(String(200))
    held: Mapped[dict[str, Any]] = mapped_column(default=dict)
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)


class Upload(Identified, Base):
    """Files received for a site: what they are, what was understood, what became of them."""

    __tablename__ = "uploads"
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisations.id", ondelete=CASCADE), index=True
    )
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id", ondelete=CASCADE), index=True)
    state: Mapped[str] = mapped_column(String(12), default="received")
    kind: Mapped[str] = mapped_column(String(12), default="export")
    files: Mapped[list[Any]]
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    confirmed: Mapped[bool] = mapped_column(default=False)
    found: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problems: Mapped[list[Any]] = mapped_column(default=list)
    job_id: Mapped[str | None] = mapped_column(String(32))


class Assessment(Identified, Base):
    """A site judged on a day: what it was judged on, and the bytes of the result."""

    __tablename__ = "assessments"
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisations.id", ondelete=CASCADE), index=True
    )
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id", ondelete=CASCADE), index=True)
    on: Mapped[date]
    language: Mapped[str] = mapped_column(String(2), default="ja")
    toml: Mapped[str] = deferred(mapped_column(Text))
    measurements: Mapped[str] = mapped_column(String(200))
    curves: Mapped[str | None] = mapped_column(String(200))
    job_id: Mapped[str] = mapped_column(String(32))
    summary: Mapped[list[Any]] = mapped_column(default=list)
    result: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))


class Document(Identified, Base):
    """A report or bundle of an assessment, once it is made."""

    __tablename__ = "documents"
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisations.id", ondelete=CASCADE), index=True
    )
    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessments.id", ondelete=CASCADE))
    kind: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(2))
    job_id: Mapped[str] = mapped_column(String(32), default="")
    key: Mapped[str | None] = mapped_column(String(200))
    __table_args__ = (UniqueConstraint("assessment_id", "kind", "language"),)


class FleetRun(Identified, Base):
    """Many sites judged on a day by the batch engine."""

    __tablename__ = "fleet_runs"
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisations.id", ondelete=CASCADE), index=True
    )
    on: Mapped[date]
    sites: Mapped[list[Any]]
    job_id: Mapped[str] = mapped_column(String(32))
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tables: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Job(Identified, Base):
    """A piece of work: its state is here, whichever engine brings it to a worker.

    queued → running → done | failed | cancelled; running goes back to queued when its worker dies.
    `attempt` is the number of the try: what an earlier try says of the job is not heard.
    """

    __tablename__ = "jobs"
    organisation_id: Mapped[str | None] = mapped_column(
        ForeignKey("organisations.id", ondelete=CASCADE), index=True
    )
    kind: Mapped[str] = mapped_column(String(20))
    target: Mapped[str] = mapped_column(String(32))
    arguments: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempt: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=5)
    progress: Mapped[float] = mapped_column(default=0.0)
    stage: Mapped[str] = mapped_column(String(40), default="")
    run_at: Mapped[datetime] = mapped_column(default=now)
    lease_until: Mapped[datetime | None]
    worker: Mapped[str] = mapped_column(String(80), default="")
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    problems: Mapped[list[Any]] = mapped_column(default=list)
    __table_args__ = (Index("ix_jobs_state_run_at", "state", "run_at"),)
