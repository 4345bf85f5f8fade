"""Upkeep: seeing to it, now and then, that what is over is removed and nothing is left behind."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, or_, select

from pvwarranty_api.services.core import Core, Work, add_job
from pvwarranty_api.store.types import now
from pvwarranty_api.store.work import Job

EVERY = timedelta(minutes=10)


def keep_up(core: Core) -> None:
    """Add a job that purges, unless one goes on or was added not long ago, by any worker."""
    goes_on = Job.state.in_(("queued", "running"))
    recent = Job.created_at > now() - EVERY
    query = select(func.count()).where(Job.kind == "purge", or_(goes_on, recent))
    with core.database.reading() as db:
        if db.scalar(query):
            return
    with core.database.writing() as db:
        if not db.scalar(query):
            add_job(db, core.queue, Work("purge", "", None, {}, core.settings.job_attempts))
