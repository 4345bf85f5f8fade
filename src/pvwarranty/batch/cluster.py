"""Workers of a Dask cluster: the scheduler sees names of sites, never their data.

Each item is one Dask task: its arguments are keys and cheap marks of a few sites, its result is
nothing. Workers read the sites and write the records themselves. The scheduler gives the items of
a worker that it lost to others; when the scheduler itself comes back after a restart, what had not
ended is handed out again. Both are harmless, since a record depends on its site alone.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pvwarranty.batch.engine import Item
from pvwarranty.errors import DataError, Problem

AHEAD = 2  # items waiting for each worker thread
PATIENCE = 300.0  # how long a scheduler or the last worker may be away [s]
LOOK = 2.0  # how often the connection is looked at [s]
HINT = "install the extra 'batch' (pip install 'pvwarranty[batch]')"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The workers behind a scheduler's address, as ``tcp://10.0.0.1:8786``."""

    address: str
    patience: float = PATIENCE
    most: int = 32

    @property
    def workers(self) -> int:
        """How many items the cluster works on at a time."""
        client = _connect(self.address, self.patience)
        try:
            return _threads(client, self.patience)
        finally:
            client.close()

    def run(self, work: Callable[[Item], object], items: Iterable[Item]) -> Iterator[Item]:
        """Yield every item once it is done, or lost with its workers; see `Engine`."""
        waiting: Iterator[Item] = iter(items)
        while True:
            session = _Session(self, work)
            try:
                yield from session.run(waiting)
                return
            except ConnectionError:  # the scheduler is gone: its tasks are handed out anew
                waiting = itertools.chain(list(session.running.values()), waiting)
            finally:
                session.close()


class _Session:
    """One connection to a scheduler, and what runs on it."""

    def __init__(self, cluster: Cluster, work: Callable[[Any], object]) -> None:
        self.cluster, self.work = cluster, work
        self.client = _connect(cluster.address, cluster.patience)
        self.running: dict[Any, Any] = {}
        self.room = 0
        self.looked = 0.0

    def run(self, waiting: Iterator[Any]) -> Iterator[Any]:
        """Yield items as they end; raises ConnectionError where the scheduler is lost."""
        while True:
            self._look()
            for item in itertools.islice(waiting, max(0, self.room - len(self.running))):
                future = self.client.submit(self.work, item, pure=False)
                self.running[future] = item
            if not self.running:
                return
            for future in self._ended():
                _raise_from(future)
                yield self.running.pop(future)

    def _look(self) -> None:
        """See now and then how many workers there are, and whether the scheduler is."""
        if self.client.status != "running":
            raise ConnectionError
        if time.monotonic() - self.looked > LOOK:
            self.room = AHEAD * _threads(self.client, self.cluster.patience)
            self.looked = time.monotonic()

    def _ended(self) -> list[Any]:
        from concurrent.futures import CancelledError

        from distributed import wait as untyped

        wait: Any = untyped

        try:
            with self.client.as_current():
                ended = wait(list(self.running), LOOK, return_when="FIRST_COMPLETED")
            return list(ended.done)
        except TimeoutError:
            return []
        except (CancelledError, OSError) as error:
            raise ConnectionError from error

    def close(self) -> None:
        """Let go of what still runs, and of the scheduler."""
        with suppress(Exception):
            self.client.cancel(list(self.running), force=True)
        with suppress(Exception):
            self.client.close(timeout=5)


def _raise_from(future: Any) -> None:
    """Raise what the work raised; nothing where it ended, or its workers died."""
    from distributed import KilledWorker

    if future.status in ("cancelled", "lost"):
        raise ConnectionError
    error = future.exception() if future.status == "error" else None
    if error is not None and not isinstance(error, KilledWorker):
        raise error


def _connect(address: str, patience: float) -> Any:
    """Return a client; waits for the scheduler for a while. Raises DataError."""
    try:
        from distributed import Client as untyped
    except ImportError:
        raise DataError(Problem("--scheduler", "needs Dask", HINT)) from None
    client: Any = untyped
    until = time.monotonic() + patience
    while True:
        try:
            return client(address, set_as_default=False, timeout=min(10.0, patience))
        except (OSError, TimeoutError) as error:
            if time.monotonic() >= until:
                what = f"no scheduler answers: {error}"
                raise DataError(Problem(address, what, "start one: dask scheduler")) from None
            time.sleep(1.0)
        except ValueError as error:
            raise DataError(Problem(address, f"is no address: {error}")) from None


def _threads(client: Any, patience: float) -> int:
    """Return how many threads the workers have together; waits for a first worker for a while."""
    until = time.monotonic() + patience
    while True:
        try:
            found = sum(client.nthreads().values())
        except (OSError, TimeoutError) as error:
            raise ConnectionError from error
        if found:
            return int(found)
        if time.monotonic() >= until:
            what, hint = "has no workers", "start some: dask worker ADDRESS --nthreads 1"
            raise DataError(Problem(client.scheduler.address, what, hint))
        time.sleep(1.0)
