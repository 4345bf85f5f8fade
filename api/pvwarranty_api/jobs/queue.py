"""Bringing jobs to workers: the one interface over both engines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from pvwarranty_api.settings import Settings
from pvwarranty_api.store.engine import Database
from pvwarranty_api.store.types import now
from pvwarranty_api.store.work import Job


class Queue(Protocol):
    """An engine that brings jobs to workers."""

    def deliver(self, db: Session, job_id: str, at: datetime) -> None:
        """See to it that a worker gets a job, if and only if the transaction is kept."""


class TableQueue:
    """The embedded engine: the table of jobs is the queue, and its worker looks into it."""

    def deliver(self, db: Session, job_id: str, at: datetime) -> None:
        """Do nothing: the job's row is enough."""


@dataclass(frozen=True, slots=True)
class Work:
    """A job to be done: what kind, on which object, for which organisation."""

    kind: str
    target: str
    organisation: str | None
    arguments: dict[str, Any]
    attempts: int
    wait: float = 0.0


def add_job(db: Session, queue: Queue, work: Work) -> Job:
    """Add a job, kept with the transaction it is added in."""
    job = Job(
        kind=work.kind, target=work.target, organisation_id=work.organisation,
        arguments=work.arguments, attempts=work.attempts,
        run_at=now() + timedelta(seconds=work.wait),
    )  # fmt: skip
    db.add(job)
    db.flush()
    queue.deliver(db, job.id, job.run_at)
    return job


def open_queue(database: Database, settings: Settings) -> Queue:
    """Return the engine that goes with a database."""
    if database.is_embedded:
        return TableQueue()
    from pvwarranty_api.jobs.procrastinate import ProcrastinateQueue

    return ProcrastinateQueue(settings.database_url)
