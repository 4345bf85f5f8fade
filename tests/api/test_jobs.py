"""The states of a job as a machine, on both databases: one result, whatever dies in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import delete, update

from pvwarranty.errors import Problem
from pvwarranty_api.jobs.queue import Work, add_job
from pvwarranty_api.jobs.states import (
    ENDED,
    Claim,
    Lost,
    again,
    cancel,
    claim_next,
    claim_this,
    fail,
    finish,
    release,
    renew,
    stop,
)
from pvwarranty_api.services.core import open_core
from pvwarranty_api.store.types import now
from pvwarranty_api.store.work import Job

TRIES = 3


class Machine(RuleBasedStateMachine):
    """Workers claim, tell, die and come back in any order; `held` are all claims ever given."""

    core = None

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Claim] = []
        self.results = 0
        self.ended: str | None = None
        with self.core.database.writing() as db:
            db.execute(delete(Job))
            self.job = add_job(db, self.core.queue, Work("purge", "", None, {}, TRIES)).id

    def row(self) -> Job:
        with self.core.database.reading() as db:
            return db.get_one(Job, self.job)

    @rule(by_id=st.booleans())
    def claims(self, by_id: bool) -> None:
        with self.core.database.writing() as db:
            claim = claim_this(db, self.job, "w", 60) if by_id else claim_next(db, "w", 60)
        if claim is not None:
            assert claim.attempt > max((c.attempt for c in self.held), default=0)
            self.held.append(claim)

    @rule()
    def lease_runs_out(self) -> None:
        past = now() - timedelta(seconds=1)
        with self.core.database.writing() as db:
            db.execute(update(Job).where(Job.state == "running").values(lease_until=past))
            db.execute(update(Job).where(Job.state == "queued").values(run_at=past))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), what=st.sampled_from(["finish", "fail", "again", "release", "renew"]))
    def tells(self, data: st.DataObject, what: str) -> None:
        claim = data.draw(st.sampled_from(self.held))
        deeds = {
            "finish": lambda db: finish(db, claim),
            "fail": lambda db: fail(db, claim, [Problem("", "wrong")]),
            "again": lambda db: again(db, claim, 0.0),
            "release": lambda db: release(db, claim),
            "renew": lambda db: renew(db, claim, 60, 0.5, "half"),
        }
        before = self.row()
        is_mine = before.state == "running" and before.attempt == claim.attempt
        try:
            with self.core.database.writing() as db:
                deeds[what](db)
        except Lost:
            assert not is_mine
        else:
            assert is_mine
            self.results += what == "finish"

    @rule()
    def is_cancelled(self) -> None:
        with self.core.database.writing() as db:
            cancel(db.get_one(Job, self.job))

    @precondition(lambda self: self.held)
    @rule()
    def worker_hears_of_it(self) -> None:
        row, claim = self.row(), self.held[-1]
        if row.cancel_asked and row.state == "running":
            with self.core.database.writing() as db:
                assert not renew(db, claim, 60, 0.5, "")
                stop(db, claim)

    @invariant()
    def an_end_is_an_end(self) -> None:
        state = self.row().state
        if self.ended is not None:
            assert state == self.ended
        self.ended = state if state in ENDED else None
        assert self.results == (state == "done")


def test_a_job_has_one_result_whatever_dies(database: str, make_settings) -> None:
    core = open_core(make_settings(database=database))
    machine = type("Machine", (Machine,), {"core": core})
    steps = settings(
        max_examples=20, stateful_step_count=20, deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(machine, settings=steps)
    core.close()


def test_a_job_that_kills_its_workers_ends(core) -> None:
    with core.database.writing() as db:
        job = add_job(db, core.queue, Work("purge", "", None, {}, TRIES)).id
    for _ in range(TRIES):
        with core.database.writing() as db:
            assert claim_next(db, "w", -1) is not None
    with core.database.writing() as db:
        assert claim_next(db, "w", 60) is None
        row = db.get_one(Job, job)
        assert row.state == "failed"
        assert "too often" in row.problems[0]["what"]


@pytest.mark.parametrize("kept", [True, False])
def test_a_job_comes_with_its_transaction(database: str, make_settings, kept: bool) -> None:
    core = open_core(make_settings(database=database))
    with pytest.raises(RuntimeError) if not kept else _nothing(), core.database.writing() as db:
        add_job(db, core.queue, Work("purge", "", None, {}, TRIES))
        if not kept:
            raise RuntimeError
    with core.database.writing() as db:
        assert (claim_next(db, "w", 60) is not None) == kept
        if not core.database.is_embedded:
            count = db.connection().exec_driver_sql("SELECT count(*) FROM procrastinate_jobs")
            assert count.scalar() == int(kept)
    core.close()


def _nothing():
    from contextlib import nullcontext

    return nullcontext()
