"""Purging: what is over by its own date or an organisation's retention, and what nobody names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from pvwarranty_api.jobs.outcome import Tell
from pvwarranty_api.jobs.states import ENDED, Claim, finish
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.fleets import clear_ended
from pvwarranty_api.store.people import AuditEntry, LoginFailure, Organisation, WebSession
from pvwarranty_api.store.traffic import Answered, Delivery
from pvwarranty_api.store.types import now
from pvwarranty_api.store.work import Assessment, Document, FleetRun, Job, SiteRow, Upload

GRACE = timedelta(hours=6)  # of an object that nothing names: it may be about to be named
JOBS = timedelta(days=30)
JOBBED = (Assessment, Document, FleetRun, Upload)
RETAINED: dict[str, tuple[Any, str]] = {  # kinds that an organisation may keep for some days only
    "uploads": (Upload, "created_at"),
    "assessments": (Assessment, "created_at"),
    "audit": (AuditEntry, "created_at"),
}


def purge(core: Core, claim: Claim, tell: Tell) -> None:
    """Remove what is over."""
    moment = now()
    with core.database.writing() as db:
        _purge_own(db, moment, core.settings.login_window)
        for organisation in db.scalars(select(Organisation)):
            _purge_retained(db, organisation, moment)
    sweep(core, moment - GRACE)
    clear_ended(core)
    with core.database.writing() as db:
        finish(db, claim)


def _purge_own(db: Session, moment: datetime, window: int) -> None:
    ended = Job.state.in_(ENDED) & (Job.finished_at < moment - JOBS)
    used = [select(t.job_id).where(t.job_id.is_not(None)) for t in JOBBED]
    conditions: list[tuple[Any, ColumnElement[bool]]] = [
        (WebSession, WebSession.expires_at < moment),
        (LoginFailure, LoginFailure.created_at < moment - timedelta(seconds=window)),
        (Answered, Answered.expires_at < moment),
        (Delivery, (Delivery.state != "waiting") & (Delivery.created_at < moment - JOBS)),
        (Job, ended & and_(*(Job.id.not_in(u) for u in used))),
    ]
    for table, condition in conditions:
        db.execute(delete(table).where(condition))


def _purge_retained(db: Session, organisation: Organisation, moment: datetime) -> None:
    for kind, (table, column) in RETAINED.items():
        days = organisation.retention.get(kind)
        if days is not None:
            old = getattr(table, column) < moment - timedelta(days=days)
            mine = table.organisation_id == organisation.id
            db.execute(delete(table).where(mine & old))


def sweep(core: Core, before: datetime) -> int:
    """Remove the objects older than an instant that nothing names, and return how many."""
    old = [
        held.key
        for place in ("uploads/", "measurements/", "curves/", "reports/", "fleets/")
        for held in core.objects.held(place)
        if held.modified < before
    ]
    with core.database.reading() as db:
        named = set(named_keys(db))
    left = [key for key in old if key not in named]
    for key in left:
        core.objects.delete(key)
    return len(left)


def named_keys(db: Session) -> Iterator[str]:
    """Yield the keys of all objects that some row names."""
    for table in (SiteRow, Assessment):
        for row in db.execute(select(table.measurements, table.curves)):
            yield from (key for key in row if key)
    for files in db.scalars(select(Upload.files)):
        yield from (file["key"] for file in files)
    for key in db.scalars(select(Document.key)):
        if key:
            yield key
    for tables in db.scalars(select(FleetRun.tables)):
        yield from tables.values()
