"""A supervisor and its child: limits of time and memory, the lease, and what came of a job."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from pvwarranty_api.jobs.outcome import Outcome, failed
from pvwarranty_api.jobs.states import Claim, Lost, renew
from pvwarranty_api.services.core import Core
from pvwarranty_api.settings import Settings
from pvwarranty_api.worker.child import run_child, too_much

LOG = structlog.get_logger("pvwarranty.worker")
PAGE = os.sysconf("SC_PAGE_SIZE")
Child = Callable[[Settings, Connection, int], None]
LOOK = 0.1  # s between two looks at a child
JOBS = 200  # of a child before a fresh one takes its place


@dataclass(slots=True)
class _Heard:
    """How far a job is, and when its lease was renewed."""

    part: float = 0.0
    stage: str = ""
    renewed: float = 0.0


class Supervisor:
    """Does jobs in a child process that can be ended at any moment."""

    def __init__(self, core: Core, target: Child = run_child) -> None:
        self.core, self.target = core, target
        self._child: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._done = 0

    def run(self, claim: Claim, stop: Event) -> Outcome:
        """Do a job and return what came of it; `stop` gives it back."""
        pipe = self._ready()
        settings, heard = self.core.settings, _Heard(renewed=time.monotonic())
        limit = settings.fleet_time_limit if claim.kind == "fleet" else settings.job_time_limit
        until = time.monotonic() + limit
        try:
            pipe.send(claim)
            while True:
                if pipe.poll(LOOK):
                    told = pipe.recv()
                    if isinstance(told, Outcome):
                        return self._settled(told)
                    heard.part, heard.stage = told
                ended = self._ended(claim, heard, until, stop)
                if ended is not None:
                    self.end()
                    return ended
        except (EOFError, OSError):
            code = self._exit_code()
            LOG.warning("child died", job=claim.job, code=code)
            self.end()
            return Outcome("again")

    def _ended(self, claim: Claim, heard: _Heard, until: float, stop: Event) -> Outcome | None:
        settings = self.core.settings
        if stop.is_set():
            return Outcome("released")
        if time.monotonic() > until:
            return failed("takes longer than is allowed", "give it less data at once")
        if self._memory() > settings.job_memory:
            return too_much(settings.job_memory)
        return self._renew(claim, heard)

    def _renew(self, claim: Claim, heard: _Heard) -> Outcome | None:
        settings = self.core.settings
        if time.monotonic() - heard.renewed < min(settings.job_lease / 4, 2.0):
            return None
        heard.renewed = time.monotonic()
        try:
            with self.core.database.writing() as db:
                goes_on = renew(db, claim, settings.job_lease, heard.part, heard.stage)
        except Lost:
            return None  # the child has just finished, or will hear it when it does
        except (DBAPIError, SQLAlchemyError) as error:
            LOG.warning("lease not renewed", job=claim.job, error=type(error).__name__)
            return None
        return None if goes_on else Outcome("stopped")

    def _settled(self, outcome: Outcome) -> Outcome:
        self._done += 1
        if self._done >= JOBS or self._memory() > self.core.settings.job_memory // 2:
            self.end()
        return outcome

    def _ready(self) -> Connection:
        if self._pipe is not None and self._child is not None and self._child.is_alive():
            return self._pipe
        self.end()
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._child = context.Process(
            target=self.target, args=(self.core.settings, theirs, os.getpid()), name="job"
        )
        self._child.start()
        theirs.close()
        self._done = 0
        return self._pipe

    def _memory(self) -> int:
        """Return the resident memory of the child [bytes]; 0 where the system does not tell."""
        try:
            pid = self._child.pid if self._child else 0
            return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
        except (OSError, IndexError, ValueError):
            return 0

    def _exit_code(self) -> int | None:
        if self._child is None:
            return None
        self._child.join(1.0)
        return self._child.exitcode

    def end(self) -> None:
        """End the child, whatever it does."""
        if self._pipe is not None:
            self._pipe.close()
        if self._child is not None:
            self._child.kill()
            self._child.join()
        self._child = self._pipe = None
