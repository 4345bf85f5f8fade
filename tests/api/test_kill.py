"""Servers killed at any moment: what was accepted is there whole, the rest not at all."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sys
import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
from sqlalchemy import select

from api_people import admit
from api_server import PATIENCE, Process, process_on_a_port
from api_work import CORPUS, new_site
from pvwarranty_api.services.core import open_core
from pvwarranty_api.store.work import Upload

KILLS = int(os.environ.get("PVW_KILLS", "3"))
SIZE = 3 << 20


def server(data: Path) -> AbstractContextManager[tuple[str, Process]]:
    """Run ``pvwarranty serve`` as a process of its own."""
    environment = os.environ | {
        "PVWARRANTY_DATA": str(data), "PVWARRANTY_WORKER": "none", "PVWARRANTY_LOG_LEVEL": "error",
    }  # fmt: skip
    return process_on_a_port([sys.executable, "-m", "pvwarranty", "serve", "--port"], environment)


def send(url: str, place: str, key: str, body: bytes) -> str | None:
    """Send an upload under a key; return its id where it was accepted."""
    headers = {"Content-Type": "text/csv", "Idempotency-Key": key}
    try:
        got = httpx.post(f"{url}{place}", content=body, headers=headers | KEY, timeout=PATIENCE)
    except httpx.TransportError:
        return None
    assert got.status_code == 202, got.text
    return str(got.json()["id"])


KEY: dict[str, str] = {}


def test_an_upload_is_there_whole_or_not_at_all(make_settings) -> None:
    settings = make_settings()
    core = open_core(settings)
    KEY.update(admit(core).writer)
    rng = random.Random(20240401)
    accepted: dict[str, tuple[str, str]] = {}  # key of the request -> upload, digest
    bodies = {f"k{n}": f"time,a.b\n{n}\n".encode() + rng.randbytes(SIZE) for n in range(2 * KILLS)}
    with (
        server(settings.data) as (url, _),
        httpx.Client(base_url=url, headers=KEY, timeout=PATIENCE) as client,
    ):
        place = f"/v1/sites/{new_site(client, CORPUS / 'sites' / 'home')}/uploads"
    for round_ in range(KILLS):
        keys = [f"k{2 * round_}", f"k{2 * round_ + 1}"]
        with server(settings.data) as (url, process):
            threads = [
                threading.Thread(target=_send_all, args=(url, place, [k], bodies, accepted))
                for k in keys
            ]
            for thread in threads:
                thread.start()
            time.sleep(rng.uniform(0.0, 0.15))
            process.send_signal(signal.SIGKILL)
            for thread in threads:
                thread.join()
    with server(settings.data) as (url, _):
        before = dict(accepted)
        _send_all(url, place, list(bodies), bodies, accepted)  # clients send again what they can
    assert before.items() <= accepted.items()
    _check(core, accepted)
    core.close()


def _send_all(url, place, keys, bodies, accepted) -> None:
    for key in keys:
        found = send(url, place, key, bodies[key])
        if found is not None:
            accepted[key] = (found, hashlib.sha256(bodies[key]).hexdigest())


def _check(core, accepted: dict[str, tuple[str, str]]) -> None:
    """Hold what is kept against what was accepted: nothing lost, nothing doubled, nothing half."""
    with core.database.reading() as db:
        kept = {u.id: u for u in db.scalars(select(Upload))}
    assert set(kept) == {upload for upload, _ in accepted.values()}
    for upload, digest in accepted.values():
        for file in kept[upload].files:
            content = b"".join(core.objects.read(file["key"]))
            assert hashlib.sha256(content).hexdigest() == file["sha256"] == digest
    folders = [p for p in (core.settings.data / "incoming").iterdir() if any(p.rglob("0000"))]
    assert not folders
