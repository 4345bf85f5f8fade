"""Keeping what came of a job, the same under every engine."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from pvwarranty_api.jobs.outcome import Outcome
from pvwarranty_api.jobs.states import DIED, Claim, Ended, Lost, again, fail, release, stop
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.ends import on_failure
from pvwarranty_api.store.types import now

LOG = structlog.get_logger("pvwarranty.worker")


def settle(core: Core, claim: Claim, outcome: Outcome) -> None:
    """Keep the outcome of a try, unless the job is no longer ours."""
    try:
        _settle(core, claim, outcome)
    except Lost:
        LOG.info("job not ours", job=claim.job, outcome=outcome.kind)
        return
    LOG.info("job", job=claim.job, kind=claim.kind, attempt=claim.attempt, outcome=outcome.kind)


def teller(core: Core, db: Session) -> Ended:
    """Return what tells the object of a job, within a transaction, that its workers have died."""

    def tell(claim: Claim, state: str) -> None:
        LOG.warning("job given up", job=claim.job, kind=claim.kind, state=state)
        on_failure(core, db, claim, state, () if state == "cancelled" else (DIED,))

    return tell


def _settle(core: Core, claim: Claim, outcome: Outcome) -> None:
    if outcome.kind == "done":
        return  # kept with the result
    with core.database.writing() as db:
        match outcome.kind:
            case "stopped":
                stop(db, claim)
                on_failure(core, db, claim, "cancelled", ())
            case "released":
                release(db, claim)
                core.queue.deliver(db, claim.job, now())
            case "again" if not claim.is_last:
                again(db, claim, outcome.wait)
                core.queue.deliver(db, claim.job, now() + timedelta(seconds=outcome.wait))
            case _:
                problems = outcome.problems or (DIED,)
                fail(db, claim, problems)
                on_failure(core, db, claim, "failed", problems)
