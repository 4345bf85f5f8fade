"""Doing all waiting jobs in the test's own process, and small things to send."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from pvwarranty_api.jobs.states import claim_next
from pvwarranty_api.services.core import Core
from pvwarranty_api.store.types import now
from pvwarranty_api.store.work import Job
from pvwarranty_api.worker.child import try_once
from pvwarranty_api.worker.settling import settle

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "site_data" / "failed-modules"
CORPUS = ROOT / "tests" / "ingest" / "corpus"


def drain(core: Core) -> list[str]:
    """Do all jobs that wait, those that wait for later too; return their kinds."""
    kinds = []
    for _ in range(200):
        with core.database.writing() as db:
            later = Job.run_at > now()
            db.execute(update(Job).where(Job.state == "queued", later).values(run_at=_past()))
            claim = claim_next(db, "test", 60)
        if claim is None:
            return kinds
        kinds.append(claim.kind)
        settle(core, claim, try_once(core, claim, lambda part, stage: None))
    raise AssertionError("the jobs have no end")


def _past() -> object:
    return now() - timedelta(seconds=1)
