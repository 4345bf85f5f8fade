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
from dataclasses import dataclass
from typing import Any

from pvwarranty.batch.engine import Item
from pvwarranty.errors import DataError, Problem

AHEAD = 3  # items waiting for each worker thread
PATIENCE = 300.0  # how long a scheduler or the last worker may be away [s]
LOOK = 2.0  # how often the connection is looked at [s]


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
            return max(1, sum(client.nthreads().values()))
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
            except ConnectionError:
                waiting = itertools.chain(session.running.values(), waiting)
            finally:
                session.close()
