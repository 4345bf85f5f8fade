"""The worker on PostgreSQL: procrastinate brings ids of jobs, stalled ones are brought again."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from queue import SimpleQueue

import structlog
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import SQLAlchemyError

from pvwarranty_api.jobs.procrastinate import NAME, TASK, worker_app
from pvwarranty_api.jobs.states import claim_this, held_until
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.upkeep import keep_up
from pvwarranty_api.worker.local import AWAY, worker_name
from pvwarranty_api.worker.settling import settle, teller
from pvwarranty_api.worker.supervisor import Supervisor

LOG = structlog.get_logger("pvwarranty.worker")
LOOK = 15.0  # s between two looks for jobs whose worker is gone


def run_procrastinate(core: Core, stop: threading.Event) -> None:
    """Do jobs until told to stop; a database that goes away is waited for."""
    idle: SimpleQueue[Supervisor] = SimpleQueue()
    supervisors = [Supervisor(core) for _ in range(core.settings.worker_processes)]
    for supervisor in supervisors:
        idle.put(supervisor)
    try:
        while not stop.is_set():
            try:
                asyncio.run(_serve(core, idle, stop))
            except (ConnectorException, OSError, SQLAlchemyError) as error:
                LOG.error("database", error=type(error).__name__, exc_info=error)
                stop.wait(AWAY)
    finally:
        for supervisor in supervisors:
            supervisor.end()


async def _serve(core: Core, idle: SimpleQueue[Supervisor], stop: threading.Event) -> None:
    app = worker_app(core.settings.database_url)

    @app.task(name=TASK, queue=NAME)
    def run(job_id: str) -> None:
        supervisor = idle.get()
        try:
            _do(core, supervisor, job_id, stop)
        finally:
            idle.put(supervisor)

    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                queues=[NAME], name=worker_name(), concurrency=core.settings.worker_processes,
                install_signal_handlers=False, delete_jobs="successful",
                update_heartbeat_interval=5, stalled_worker_timeout=core.settings.job_lease,
            )
        )  # fmt: skip
        upkeep = asyncio.create_task(_keep_up(core, app))
        stopping = asyncio.create_task(asyncio.to_thread(_wait, stop, worker))
        await asyncio.wait({worker, upkeep, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stop_now = [t for t in (worker, upkeep) if not t.done()]
        for task in stop_now:
            task.cancel()
        await asyncio.gather(*stop_now, return_exceptions=True)
        for task in (worker, upkeep):
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error


def _wait(stop: threading.Event, worker: asyncio.Task[None]) -> None:
    while not worker.done() and not stop.wait(0.2):
        pass


def _do(core: Core, supervisor: Supervisor, job_id: str, stop: threading.Event) -> None:
    with core.database.writing() as db:
        lease = core.settings.job_lease
        claim = claim_this(db, job_id, worker_name(), lease, teller(core, db))
        if claim is None and (until := held_until(db, job_id)) is not None:
            core.queue.deliver(db, job_id, until + timedelta(seconds=1))
    if claim is not None:
        settle(core, claim, supervisor.run(claim, stop))


async def _keep_up(core: Core, app: App) -> None:
    while True:
        stalled = await app.job_manager.get_stalled_jobs(
            seconds_since_heartbeat=core.settings.job_lease
        )
        for job in stalled:
            LOG.warning("stalled job brought again", job=job.task_kwargs.get("job_id"))
            await app.job_manager.retry_job(job)
        await asyncio.to_thread(keep_up, core)
        await asyncio.sleep(LOOK)
