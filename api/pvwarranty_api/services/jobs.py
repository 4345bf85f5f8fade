"""Jobs as those see them who wait for them: how far they are, and ending them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pvwarranty.model import Text
from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.auth.audit import note
from pvwarranty_api.errors import not_found
from pvwarranty_api.jobs.states import ENDED, cancel
from pvwarranty_api.services.core import Core
from pvwarranty_api.store.work import Job, Upload


def get_job(core: Core, actor: Actor, job_id: str) -> Job:
    """Return a job."""
    with core.database.reading() as db:
        return _job_row(db, actor, job_id)


def cancel_job(core: Core, actor: Actor, job_id: str) -> Job:
    """Ask for the end of a job; one that has ended stays as it is."""
    actor.need(Role.WRITE)
    with core.database.writing() as db:
        job = _job_row(db, actor, job_id, lock=True)
        cancel(job)
        if job.state == "cancelled" and job.kind in ("understand", "store"):
            upload = db.get(Upload, job.target)
            if upload is not None:
                upload.state, upload.confirmed = "failed", False
        note(db, actor, "job.cancel", job.id)
        return job


def is_ended(job: Job) -> bool:
    """Tell whether a job changes no more."""
    return job.state in ENDED


def _job_row(db: Session, actor: Actor, job_id: str, *, lock: bool = False) -> Job:
    row = db.get(Job, job_id, with_for_update=lock or None)
    if row is None or row.organisation_id != actor.organisation:
        raise not_found(Text("ジョブ", "job"))
    return row
