"""Children of a supervisor that misbehave, for tests."""

from __future__ import annotations

import os
import time
from multiprocessing.connection import Connection

from pvwarranty_api.jobs.outcome import Outcome
from pvwarranty_api.settings import Settings


def hoards(settings: Settings, pipe: Connection, parent: int) -> None:
    """Take more and more memory."""
    pipe.recv()
    held = []
    while True:
        held.append(bytearray(os.urandom(1 << 20)) * 8)


def sleeps(settings: Settings, pipe: Connection, parent: int) -> None:
    """Never end."""
    pipe.recv()
    time.sleep(600)


def dies(settings: Settings, pipe: Connection, parent: int) -> None:
    """End in the middle of a job."""
    pipe.recv()
    os._exit(9)


def works(settings: Settings, pipe: Connection, parent: int) -> None:
    """Tell how far it is, and end well."""
    while True:
        pipe.recv()
        pipe.send((0.5, "half"))
        pipe.send(Outcome("done"))
