"""The worker of the embedded engine: looks into the table of jobs and does what is due."""

from __future__ import annotations

import os
import socket
import threading
import time

import structlog
from sqlalchemy.exc import SQLAlchemyError

from pvwarranty_api.jobs.states import claim_next, is_any_due
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.upkeep import keep_up
from pvwarranty_api.worker.settling import settle, teller
from pvwarranty_api.worker.supervisor import Supervisor

LOG = structlog.get_logger("pvwarranty.worker")
IDLE = 0.2  # s between two looks into the table
AWAY = 2.0  # s where the database is away
UPKEEP = 60.0  # s between two looks whether upkeep is due


def run_local(core: Core, stop: threading.Event) -> None:
    """Do jobs, in as many processes as the settings say, until told to stop."""
    threads = [
        threading.Thread(target=work, args=(core, stop, f"{worker_name()}:{n}"))
        for n in range(core.settings.worker_processes)
    ]
    for thread in threads:
        thread.start()
    due = 0.0
    while not stop.wait(1.0):
        if time.monotonic() >= due:
            due = time.monotonic() + UPKEEP
            _keep_up(core)
    for thread in threads:
        thread.join()


def worker_name() -> str:
    """Return a name that tells workers apart."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def work(core: Core, stop: threading.Event, name: str) -> None:
    """Do one job after the other."""
    supervisor = Supervisor(core)
    try:
        while not stop.is_set():
            try:
                if not _step(core, supervisor, stop, name):
                    stop.wait(IDLE)
            except SQLAlchemyError as error:
                LOG.error("database", error=type(error).__name__, exc_info=error)
                stop.wait(AWAY)
    finally:
        supervisor.end()


def _step(core: Core, supervisor: Supervisor, stop: threading.Event, name: str) -> bool:
    with core.database.reading() as db:
        if not is_any_due(db):
            return False
    with core.database.writing() as db:
        claim = claim_next(db, name, core.settings.job_lease, teller(core, db))
    if claim is None:
        return False
    settle(core, claim, supervisor.run(claim, stop))
    return True


def _keep_up(core: Core) -> None:
    try:
        keep_up(core)
    except SQLAlchemyError as error:
        LOG.error("database", error=type(error).__name__, exc_info=error)
