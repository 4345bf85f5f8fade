"""Running the app under uvicorn, with its worker beside it."""

from __future__ import annotations

import os
import threading
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

import structlog
import uvicorn

from pvwarranty_api.app import create_app
from pvwarranty_api.logs import install_logs
from pvwarranty_api.settings import Settings
from pvwarranty_api.web.patience import patient
from pvwarranty_api.worker.main import run_worker

LOG = structlog.get_logger("pvwarranty.server")
PAUSE = 2.0  # s before a worker that ended is started again


def run_server(settings: Settings) -> int:
    """Serve until told to end; requests under way are finished first."""
    install_logs(settings.log_level)
    stop = threading.Event()
    keeper = threading.Thread(target=_keep_worker, args=(settings, stop))
    if settings.worker == "own":
        keeper.start()
    try:
        uvicorn.Server(server_config(settings)).run()
    finally:
        stop.set()
        if keeper.is_alive():
            keeper.join()
    return 0


def server_config(settings: Settings) -> uvicorn.Config:
    """Return how uvicorn runs the app."""
    return uvicorn.Config(
        create_app(settings), host=settings.host, port=settings.port, access_log=False,
        log_config=None, timeout_graceful_shutdown=settings.shutdown_timeout,
        timeout_keep_alive=10, server_header=False, limit_concurrency=settings.connections,
        http=patient(settings.head_timeout), forwarded_allow_ips=settings.proxies,
    )  # fmt: skip


def _keep_worker(settings: Settings, stop: threading.Event) -> None:
    """Have one worker running until told to stop, whatever becomes of it."""
    while not stop.is_set():
        worker = _start_worker(settings)
        while worker.is_alive() and not stop.wait(0.5):
            pass
        if stop.is_set():
            worker.terminate()
            worker.join(settings.shutdown_timeout)
            worker.kill()
        else:
            LOG.error("worker ended", code=worker.exitcode)
            stop.wait(PAUSE)


def _start_worker(settings: Settings) -> BaseProcess:
    worker = get_context("spawn").Process(target=run_worker, args=(settings, os.getpid()))
    worker.start()
    return worker
