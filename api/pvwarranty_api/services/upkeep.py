"""Upkeep: seeing to it, now and then, that what is over is removed and nothing is left behind."""

from __future__ import annotations

from sqlalchemy import func, select

from pvwarranty_api.services.core import Core, Work, add_job
from pvwarranty_api.store.work import Job


def keep_up(core: Core) -> None:
    """Add a job that purges, unless one waits already."""
    waiting = select(func.count()).where(Job.kind == "purge", Job.state.in_(("queued", "running")))
    with core.database.writing() as db:
        if not db.scalar(waiting):
            add_job(db, core.queue, Work("purge", "", None, {}, core.settings.job_attempts))
