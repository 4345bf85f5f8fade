"""The process that does jobs: one after the other, told to by its supervisor over a pipe."""

from __future__ import annotations

import os
import resource
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from pvwarranty.errors import PvWarrantyError
from pvwarranty_api.errors import Refusal
from pvwarranty_api.jobs.outcome import Again, Outcome, Tell, failed, refused
from pvwarranty_api.jobs.states import Claim, Lost
from pvwarranty_api.services.core import Core, open_core
from pvwarranty_api.settings import Settings

LOG = structlog.get_logger("pvwarranty.job")
OVERHEAD = 1 << 30  # bytes of memory taken but not used, beyond what the supervisor watches
WAIT = 5.0  # s until a job is tried again that met a database or disk that is away


def run_child(settings: Settings, pipe: Connection, parent: int) -> None:
    """Do jobs until the pipe is closed.

    Where the supervisor is killed, the job under way is ended before its lease is over: what is
    done by then is kept, and nobody else has begun it.
    """
    from pvwarranty_api.logs import install_logs

    install_logs(settings.log_level)
    _bound_memory(settings.job_memory)
    threading.Thread(target=_watch, args=(parent, settings.job_lease), daemon=True).start()
    core = open_core(settings, prepare=False)
    try:
        while (claim := pipe.recv()) is not None:
            pipe.send(try_once(core, claim, lambda part, stage: _tell(pipe, part, stage)))
    except (EOFError, OSError):
        pass
    finally:
        core.close()


def _tell(pipe: Connection, part: float, stage: str) -> None:
    with suppress(OSError):  # nobody listens any more
        pipe.send((part, stage))


def try_once(core: Core, claim: Claim, tell: Tell) -> Outcome:
    """Do a job once and return what came of it."""
    from pvwarranty_api.services.handlers import HANDLERS  # not needed by the supervisor

    try:
        HANDLERS[claim.kind](core, claim, tell)
    except Exception as error:
        if not isinstance(error, EXPECTED):
            LOG.error("job", job=claim.job, error=type(error).__name__, exc_info=error)
        return _outcome_of(error, core.settings)
    return Outcome("done")


EXPECTED = (Lost, Again, PvWarrantyError, Refusal, MemoryError)


def _outcome_of(error: Exception, settings: Settings) -> Outcome:  # noqa: PLR0911 (a table)
    match error:
        case Lost():
            return Outcome("stopped")
        case Again():
            return Outcome("again", error.problems, error.wait)
        case PvWarrantyError() | Refusal() if error.problems:
            return refused(error.problems)
        case Refusal():
            return failed(str(error))
        case MemoryError():
            return too_much(settings.job_memory)
        case DBAPIError() | PoolTimeout() | OSError():
            return Outcome("again", wait=WAIT)
    return failed("an internal error, which the log of the service tells")


def too_much(limit: int) -> Outcome:
    """Return the outcome of a job that took more memory than allowed."""
    return failed(f"needs more than {limit >> 20} MiB of memory", "give it less data at once")


def _bound_memory(limit: int) -> None:
    """Let allocations fail before the machine suffers, should the supervisor not see in time."""
    wanted = limit + OVERHEAD
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def _watch(parent: int, lease: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    time.sleep(lease / 2)  # the supervisor renewed it not longer ago than a quarter of a lease
    os._exit(1)
