from __future__ import annotations

import threading
import time

import pytest

import api_children
from pvwarranty_api.jobs.queue import Work, add_job
from pvwarranty_api.jobs.states import Claim, cancel, claim_next
from pvwarranty_api.services.core import Core, open_core
from pvwarranty_api.store.work import Job
from pvwarranty_api.worker.settling import settle
from pvwarranty_api.worker.supervisor import Supervisor


def claimed(core: Core) -> Claim:
    with core.database.writing() as db:
        add_job(db, core.queue, Work("purge", "", None, {}, 3))
    with core.database.writing() as db:
        claim = claim_next(db, "w", 30)
    assert claim is not None
    return claim


def run(core: Core, child, claim: Claim, stop: threading.Event | None = None) -> Job:
    supervisor = Supervisor(core, child)
    try:
        settle(core, claim, supervisor.run(claim, stop or threading.Event()))
    finally:
        supervisor.end()
    with core.database.reading() as db:
        return db.get_one(Job, claim.job)


def test_a_job_that_takes_too_much_memory_is_ended(make_settings) -> None:
    core = open_core(make_settings(job_memory=256 << 20))
    job = run(core, api_children.hoards, claimed(core))
    assert (job.state, job.attempt) == ("failed", 1)
    assert "256 MiB" in job.problems[0]["what"]
    core.close()


def test_a_job_that_takes_too_long_is_ended(make_settings) -> None:
    core = open_core(make_settings(job_time_limit=1))
    job = run(core, api_children.sleeps, claimed(core))
    assert job.state == "failed"
    assert "longer" in job.problems[0]["what"]
    core.close()


def test_a_job_whose_process_dies_is_tried_again(core) -> None:
    job = run(core, api_children.dies, claimed(core))
    assert (job.state, job.attempt) == ("queued", 1)


def test_a_worker_that_ends_gives_its_job_back_untouched(core) -> None:
    stop = threading.Event()
    threading.Timer(1.0, stop.set).start()
    job = run(core, api_children.sleeps, claimed(core), stop)
    assert (job.state, job.attempts - job.attempt) == ("queued", 3)


def test_a_job_that_is_cancelled_stops(core) -> None:
    claim = claimed(core)

    def ask() -> None:
        time.sleep(0.5)
        with core.database.writing() as db:
            cancel(db.get_one(Job, claim.job))

    asking = threading.Thread(target=ask)
    asking.start()
    job = run(core, api_children.sleeps, claim)
    asking.join()
    assert job.state == "cancelled"


def test_a_lost_lease_changes_nothing(core) -> None:
    claim = claimed(core)
    with core.database.writing() as db:
        db.get_one(Job, claim.job).attempt = 2  # another worker has it
    job = run(core, api_children.dies, claim)
    assert (job.state, job.attempt) == ("running", 2)


@pytest.mark.parametrize("times", [3])
def test_one_child_does_many_jobs(core, times: int) -> None:
    supervisor = Supervisor(core, api_children.works)
    for _ in range(times):
        assert supervisor.run(claimed(core), threading.Event()).kind == "done"
    supervisor.end()


def test_the_real_child_does_a_real_job(core) -> None:
    claim = claimed(core)
    supervisor = Supervisor(core)
    assert supervisor.run(claim, threading.Event()).kind == "done"
    supervisor.end()
    with core.database.reading() as db:
        assert db.get_one(Job, claim.job).state == "done"
