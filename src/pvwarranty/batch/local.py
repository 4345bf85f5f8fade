"""Worker processes of this machine, each on its own: one that dies takes nothing else with it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, get_context
from multiprocessing.context import SpawnProcess
from types import FrameType
from typing import Any

from pvwarranty.batch.engine import DEATHS, Item
from pvwarranty.errors import DataError, Problem

PATIENCE = 15.0  # how long a worker may go on with its site when the run is stopped [s]
# one site at a time in each worker: libraries must not start threads of their own
ONE_THREAD = (
    "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
)  # fmt: skip


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: connection.Connection
    item: Any = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Local:
    """So many worker processes on this machine."""

    workers: int
    most: int = 16

    def run(self, work: Callable[[Item], object], items: Iterable[Item]) -> Iterator[Item]:
        """Yield every item once it is done, or lost with its worker; see `Engine`."""
        waiting = iter(items)
        crew: list[_Worker] = []
        deaths = 0
        try:
            while True:
                _hand_out(crew, waiting, work, self.workers)
                if not crew:
                    return
                for worker in _ended(crew):
                    alive = _answered(worker)
                    deaths = 0 if alive else deaths + 1
                    if deaths >= DEATHS:
                        raise DataError(_dying(deaths))
                    if not alive:
                        crew.remove(worker)
                    if worker.busy:
                        worker.busy = False
                        yield worker.item
        finally:
            _dismiss(crew)


def _hand_out(
    crew: list[_Worker], waiting: Iterator[Item], work: Callable[[Item], object], most: int
) -> None:
    """Give idle workers an item each; take on workers while there is work, let idle ones go."""
    for worker in [w for w in crew if not w.busy]:
        if not _give(worker, waiting):
            crew.remove(worker)
            _dismiss([worker])
    while len(crew) < most:
        try:
            item = next(waiting)
        except StopIteration:
            return
        worker = _start(work)
        crew.append(worker)
        worker.item, worker.busy = item, True
        with suppress(OSError):  # dead already: told by its end of the pipe
            worker.pipe.send(item)


def _give(worker: _Worker, waiting: Iterator[Item]) -> bool:
    try:
        item = next(waiting)
    except StopIteration:
        return False
    worker.item, worker.busy = item, True
    with suppress(OSError):
        worker.pipe.send(item)
    return True


def _start(work: Callable[[Item], object]) -> _Worker:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work), daemon=True)
    with _one_thread():
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let processes that start meanwhile inherit one thread each, unless told otherwise."""
    added = [name for name in ONE_THREAD if name not in os.environ]
    os.environ.update(dict.fromkeys(added, "1"))
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


def _ended(crew: list[_Worker]) -> list[_Worker]:
    """Wait, and return the workers that answered or died."""
    ready = set(connection.wait([w.pipe for w in crew]))
    return [w for w in crew if w.pipe in ready]


def _answered(worker: _Worker) -> bool:
    """Take a worker's answer; False where it died. Raises what the work raised."""
    try:
        error = worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join()
        return False
    if isinstance(error, BaseException):
        raise error
    return True


def _dismiss(crew: list[_Worker]) -> None:
    """End workers: idle ones at once, busy ones after the site at hand."""
    for worker in crew:
        worker.pipe.close()
        if worker.busy:
            worker.process.terminate()
    for worker in crew:
        worker.process.join(PATIENCE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


def _dying(deaths: int) -> Problem:
    what = f"{deaths} workers died one after the other without finishing anything"
    return Problem("batch", what, "too little memory? try fewer --workers")


class Stop(BaseException):
    """The run is being stopped: what is done is kept, the rest left."""


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stop


def _serve(pipe: connection.Connection, work: Callable[[Item], object]) -> None:
    """Work on items until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all: the parent decides
    signal.signal(signal.SIGTERM, _stop)
    with suppress(EOFError, OSError, Stop):
        while True:
            item = pipe.recv()
            try:
                work(item)
            except Exception as error:
                pipe.send(_told(error))
            else:
                pipe.send(None)


def _told(error: Exception) -> Exception:
    """Return an error as it can travel to the parent."""
    import pickle

    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
