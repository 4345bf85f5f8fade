"""A database that goes away and comes back: requests are told so, jobs wait, nothing is lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from fastapi.testclient import TestClient

from api_people import admit
from api_server import eventually
from pvwarranty_api.app import create_app
from pvwarranty_api.jobs.queue import Work, add_job
from pvwarranty_api.store.work import Job
from pvwarranty_api.worker.procrastinate import run_procrastinate


class Wire:
    """A TCP port that leads to PostgreSQL's socket, and can be cut."""

    def __init__(self, path: str) -> None:
        self.path, self.is_cut = path, False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                if self.is_cut:
                    near.close()
                    continue
                far = socket.socket(socket.AF_UNIX)
                far.connect(self.path)
                self.ends += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=_copy, args=pair, daemon=True).start()

    def cut(self) -> None:
        self.is_cut = True
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.ends.clear()

    def close(self) -> None:
        self.cut()
        self.listener.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture
def wire(postgres_database: str) -> Iterator[tuple[Wire, str]]:
    head, _, query = postgres_database.partition("?host=")
    if not query.startswith("/"):
        pytest.skip("the PostgreSQL of the test is not behind a socket that can be led elsewhere")
    wire = Wire(f"{query}/.s.PGSQL.5432")
    yield wire, head.replace("@/", f"@127.0.0.1:{wire.port}/")
    wire.close()


def test_a_database_that_goes_away_and_comes_back(wire: tuple[Wire, str], make_settings) -> None:
    line, url = wire
    app = create_app(make_settings(database=url, job_lease=2))
    with TestClient(app, raise_server_exceptions=False) as client:
        core = app.state.core
        client.headers.update(admit(core).owner)
        stop = threading.Event()
        worker = threading.Thread(target=run_procrastinate, args=(core, stop))
        worker.start()
        try:
            assert client.get("/readyz").status_code == 200
            line.cut()
            gone = client.get("/v1/me")
            assert gone.status_code == 503
            assert gone.headers["retry-after"]
            assert "127.0.0.1" not in gone.text
            assert client.get("/readyz").status_code == 503
            assert client.get("/healthz").status_code == 200
            line.is_cut = False
            eventually(lambda: client.get("/v1/me").status_code == 200)
            with core.database.writing() as db:
                job = add_job(db, core.queue, Work("purge", "", None, {}, 3)).id
            eventually(lambda: _state(core, job) == "done")
        finally:
            stop.set()
            worker.join()


def _state(core, job: str) -> str:
    with core.database.reading() as db:
        return str(db.get_one(Job, job).state)
