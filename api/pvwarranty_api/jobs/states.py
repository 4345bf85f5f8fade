"""The states of a job and the steps between them, the same under every engine.

A worker holds a job by a claim: the number of the try and a lease. What is said under a claim that
is no longer the job's is not heard, so that a job has one result however many workers died on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from pvwarranty.errors import Problem
from pvwarranty_api.store.types import now
from pvwarranty_api.store.work import Job

ENDED = frozenset({"done", "failed", "cancelled"})
DIED = Problem("", "the worker died on this job, too often to try again")


def told(problem: Problem) -> dict[str, str]:
    """Return a problem as it is kept with a job."""
    return {"where": problem.where, "what": problem.what, "hint": problem.hint}


class Lost(Exception):
    """A claim that no longer holds: the job was cancelled, or is another worker's."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's hold on a job."""

    job: str
    kind: str
    target: str
    arguments: dict[str, Any]
    attempt: int
    is_last: bool


Ended = Callable[[Claim, str], None]


def _nobody(claim: Claim, state: str) -> None:
    """Tell nobody that a job has ended."""


def claim_next(db: Session, worker: str, lease: int, ended: Ended = _nobody) -> Claim | None:
    """Take the first job that is due, or whose worker is gone; None where there is none.

    `ended` is told of jobs whose worker is gone and that are not tried again, with their state.
    """
    due = and_(Job.state == "queued", Job.run_at <= now())
    query = select(Job).where(or_(due, _abandoned())).order_by(Job.run_at, Job.id).limit(1)
    while (job := db.scalar(query.with_for_update(skip_locked=True))) is not None:
        claim = _take(job, worker, lease, ended)
        if claim is not None:
            return claim
        db.flush()
    return None


def is_any_due(db: Session) -> bool:
    """Tell whether a worker has something to do, without taking any lock."""
    due = and_(Job.state == "queued", Job.run_at <= now())
    return db.scalar(select(Job.id).where(or_(due, _abandoned())).limit(1)) is not None


def held_until(db: Session, job_id: str) -> datetime | None:
    """Return until when another worker holds a job, None where nobody does."""
    query = select(Job.lease_until).where(Job.id == job_id, Job.state == "running")
    return db.scalar(query)


def claim_this(
    db: Session, job_id: str, worker: str, lease: int, ended: Ended = _nobody
) -> Claim | None:
    """Take a job that an engine brought; None where it has ended or another holds it."""
    mine = or_(Job.state == "queued", _abandoned())
    query = select(Job).where(Job.id == job_id, mine).with_for_update(skip_locked=True)
    job = db.scalar(query)
    return None if job is None else _take(job, worker, lease, ended)


def _abandoned() -> ColumnElement[bool]:
    return and_(Job.state == "running", Job.lease_until < now())


def _take(job: Job, worker: str, lease: int, ended: Ended) -> Claim | None:
    if job.cancel_asked or job.attempt >= job.attempts:
        job.state = "cancelled" if job.cancel_asked else "failed"
        job.finished_at = now()
        job.problems = [] if job.cancel_asked else [told(DIED)]
        ended(_claim(job), job.state)
        return None
    job.state, job.worker, job.attempt = "running", worker, job.attempt + 1
    job.started_at = now()
    job.lease_until = now() + timedelta(seconds=lease)
    job.progress, job.stage = 0.0, ""
    return _claim(job)


def _claim(job: Job) -> Claim:
    return Claim(
        job.id, job.kind, job.target, dict(job.arguments), job.attempt,
        job.attempt >= job.attempts,
    )  # fmt: skip


def renew(db: Session, claim: Claim, lease: int, progress: float, stage: str) -> bool:
    """Keep a job for another lease and tell how far it is; False where it is to be stopped."""
    values = {"lease_until": now() + timedelta(seconds=lease), "progress": progress, "stage": stage}
    _update(db, claim, **values)
    return not db.scalar(select(Job.cancel_asked).where(Job.id == claim.job))


def finish(db: Session, claim: Claim) -> None:
    """Mark a job done, in the transaction that keeps its result; Lost where it is not ours."""
    _update(db, claim, state="done", progress=1.0, finished_at=now(), lease_until=None)


def fail(db: Session, claim: Claim, problems: Sequence[Problem]) -> None:
    """Mark a job failed for good."""
    shown = [told(p) for p in problems]
    _update(db, claim, state="failed", finished_at=now(), lease_until=None, problems=shown)


def stop(db: Session, claim: Claim) -> None:
    """Mark a running job cancelled."""
    _update(db, claim, state="cancelled", finished_at=now(), lease_until=None)


def again(db: Session, claim: Claim, wait: float) -> None:
    """Give a job back to be tried again after some seconds."""
    later = now() + timedelta(seconds=wait)
    _update(db, claim, state="queued", run_at=later, lease_until=None)


def release(db: Session, claim: Claim) -> None:
    """Give a job back untouched: its worker ends in good order, and no try is counted."""
    _update(
        db, claim, state="queued", run_at=now(), lease_until=None, attempts=Job.attempts + 1
    )  # fmt: skip


def _update(db: Session, claim: Claim, **values: Any) -> None:
    mine = and_(Job.id == claim.job, Job.attempt == claim.attempt, Job.state == "running")
    done: CursorResult[Any] = db.execute(update(Job).where(mine).values(**values))  # type: ignore[assignment]
    if done.rowcount != 1:
        raise Lost(claim.job)


def cancel(job: Job) -> None:
    """Ask for a job's end: at once where it waits, as soon as its worker hears it where it runs."""
    if job.state == "queued":
        job.state, job.finished_at = "cancelled", now()
    if job.state not in ENDED:
        job.cancel_asked = True
