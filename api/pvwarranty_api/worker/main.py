"""Starting a worker: the engine that goes with the database, until a signal comes."""

from __future__ import annotations

import os
import signal
import threading
import time

from pvwarranty_api.logs import install_logs
from pvwarranty_api.services.core import open_core
from pvwarranty_api.settings import Settings


def run_worker(settings: Settings, parent: int | None = None) -> int:
    """Do jobs until SIGTERM or SIGINT, or until the parent process named is gone."""
    install_logs(settings.log_level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if parent is not None:
        threading.Thread(target=_watch, args=(parent, stop), daemon=True).start()
    core = open_core(settings)
    try:
        if core.database.is_embedded:
            from pvwarranty_api.worker.local import run_local

            run_local(core, stop)
        else:
            from pvwarranty_api.worker.procrastinate import run_procrastinate

            run_procrastinate(core, stop)
    finally:
        core.close()
    return 0


def _watch(parent: int, stop: threading.Event) -> None:
    while os.getppid() == parent and not stop.is_set():
        time.sleep(0.5)
    stop.set()
