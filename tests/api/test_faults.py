"""Clients and surroundings that fail: clear answers, and the service stays up."""

from __future__ import annotations

import socket
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api_people import Headers, People, admit
from api_server import PATIENCE, serving
from api_work import CORPUS, document, drain, new_site
from pvwarranty_api.server import server_config
from pvwarranty_api.services.core import open_core
from pvwarranty_api.services.sites import create_site, toml_of
from pvwarranty_api.settings import Settings

SMALL = {"max_upload": 4 << 20, "max_body": 64 << 10}
HASTY = {"head_timeout": 2.0, "body_timeout": 2.0}  # s: for those who are slow on purpose


@pytest.fixture
def served(make_settings) -> Iterator[tuple[str, People]]:
    with _served(make_settings(**SMALL, port=0)) as found:
        yield found


@pytest.fixture
def hasty(make_settings) -> Iterator[tuple[str, People, str]]:
    """Return a server that does not wait long, and the place that takes uploads of a site."""
    settings = make_settings(**SMALL, **HASTY, port=0)
    core = open_core(settings)
    people = admit(core)
    site = create_site(core, people.admin, toml_of(document(CORPUS / "sites" / "home"))).id
    core.close()
    with serving(server_config(settings)) as url:
        yield url, people, f"/v1/sites/{site}/uploads"


@contextmanager
def _served(settings: Settings) -> Iterator[tuple[str, People]]:
    config = server_config(settings)
    with serving(config) as url:
        yield url, admit(config.app.state.core)


def client_of(url: str, headers: Headers) -> httpx.Client:
    return httpx.Client(base_url=url, headers=headers, timeout=PATIENCE)


@pytest.fixture
def sender(served: tuple[str, People]) -> Iterator[tuple[httpx.Client, str]]:
    """Return a client that may write, and the place that takes uploads of a site."""
    url, people = served
    with client_of(url, people.writer) as client:
        yield client, f"/v1/sites/{new_site(client, CORPUS / 'sites' / 'home')}/uploads"


def opened(url: str) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def head(people: People, path: str, *more: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: x", "Content-Type: text/csv", *more]
    lines += [f"{name}: {value}" for name, value in people.writer.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(connection: socket.socket) -> bytes:
    got = b""
    while piece := connection.recv(65536):
        got += piece
    return got


def is_up(url: str) -> bool:
    return httpx.get(f"{url}/healthz", timeout=PATIENCE).status_code == 200


def test_a_client_that_stalls_is_told_so(hasty) -> None:
    url, people, place = hasty
    with opened(url) as connection:
        connection.sendall(head(people, place, "Content-Length: 1000") + b"time,")
        got = answer(connection)
    assert got.startswith(b"HTTP/1.1 408")
    assert b"application/problem+json" in got
    assert is_up(url)


def shuts(connection: socket.socket, drops: Iterator[bytes], pause: float) -> bool:
    """Send drop after drop; tell whether the server shuts the connection before they are spent."""
    try:
        for drop in drops:
            connection.sendall(drop)
            time.sleep(pause)
    except OSError:
        return True
    return False


def test_a_body_that_trickles_is_refused(hasty) -> None:
    url, people, _ = hasty
    with opened(url) as connection:
        connection.sendall(head(people, "/v1/entitlements", "Content-Length: 60000"))
        assert shuts(connection, (b" " for _ in range(1500)), 0.2)
    assert is_up(url)


def test_a_head_that_trickles_is_shut_out(hasty) -> None:
    url, _, _ = hasty
    slow = [opened(url) for _ in range(20)]
    for connection in slow:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
    assert is_up(url)
    for connection in slow:
        with connection:
            assert shuts(connection, (f"X-{n}: 1\r\n".encode() for n in range(3000)), 0.1)


@pytest.mark.parametrize("told", [True, False])
def test_a_body_too_large_is_refused_early(sender, told: bool) -> None:
    client, place = sender
    body = b"x" * (5 << 20)
    content = body if told else iter([body[i : i + 65536] for i in range(0, len(body), 65536)])
    got = client.post(place, content=content, headers={"Content-Type": "text/csv"})
    assert got.status_code == 413, got.text
    assert "4 MiB" in got.json()["detail"]
    small = client.post("/v1/entitlements", content=b"x" * (80 << 10))
    assert small.status_code == 413


def test_a_multipart_body_that_is_cut_leaves_nothing(sender, make_settings) -> None:
    client, place = sender
    cut = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\ntime,a.b\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    for body in (cut, b"", b"--b--\r\n", b"garbage", cut[:40]):
        got = client.post(place, content=body, headers=headers)
        assert got.status_code in (400, 422), got.text
    assert client.get(place).json()["items"] == []
    assert not [p for p in make_settings().data.joinpath("incoming").rglob("0000")]
    assert not list(make_settings().data.joinpath("objects").rglob("*.part"))


def test_names_of_files_are_shown_and_never_paths(sender) -> None:
    client, place = sender
    name = "../../etc/発電\U00059691\u202e.csv"
    part = f'--b\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\n\r\ntime,a.b\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    got = client.post(place, content=f"{part}\r\n--b--\r\n".encode(), headers=headers)
    assert got.status_code == 202, got.text
    assert got.json()["files"][0]["name"] == "発電.csv"


def test_an_archive_that_would_fill_the_disk_is_refused(client, app, people, tmp_path) -> None:
    client.headers.update(people.writer)
    site = new_site(client, CORPUS / "sites" / "home")
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * (64 << 20))
    client.post(f"/v1/sites/{site}/uploads", files={"files": ("bomb.zip", bomb.read_bytes())})
    drain(app.state.core)
    upload = client.get(f"/v1/sites/{site}/uploads").json()["items"][0]
    assert upload["state"] == "refused"
    assert "almost nothing" in upload["problems"][0]["what"]


def test_a_full_disk_is_told_and_survived(make_settings, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode()}")
    try:
        settings: Settings = make_settings(data=disk / "data", port=0)
        with serving(server_config(settings)) as url:
            _fill(url, settings)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _fill(url: str, settings: Settings) -> None:
    core = open_core(settings)
    headers = admit(core).writer
    core.close()
    with client_of(url, headers) as client:
        _overfill(client)


def _overfill(client: httpx.Client) -> None:
    place = f"/v1/sites/{new_site(client, CORPUS / 'sites' / 'home')}/uploads"
    large = client.post(place, files={"files": ("a.csv", b"x" * (12 << 20))})
    assert large.status_code == 507, large.text
    assert client.get("/readyz").status_code == 200
    assert client.get(place).json()["items"] == []
    small = client.post(place, files={"files": ("a.csv", b"time,a.b\n")})
    assert small.status_code == 202, small.text
