from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from fastapi.testclient import TestClient

from api_people import admit
from api_work import drain
from pvwarranty_api.app import create_app
from pvwarranty_api.errors import Refusal
from pvwarranty_api.services.addresses import check_url, is_public, resolve
from pvwarranty_api.services.delivering import pause


class Receiver(HTTPServer):
    """A receiver on the loopback that answers what it is told to, and keeps what it gets."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.answers: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []


class Answer(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_event_is_signed_and_told_until_it_is_heard(make_settings, receiver: Receiver) -> None:
    app = create_app(make_settings(webhook_private=True))
    receiver.answers = [500, 302]
    with TestClient(app) as client:
        client.headers.update(admit(app.state.core).owner)
        url = f"http://localhost:{receiver.server_port}/hook?x=1"
        made = client.post("/v1/webhooks", json={"url": url, "events": ["ping"]}).json()
        asked = client.post(f"/v1/webhooks/{made['id']}/test").json()
        assert drain(app.state.core) == ["deliver"] * 3
        told = client.get(f"/v1/webhooks/{made['id']}/deliveries").json()["items"]
        assert [(d["state"], d["attempt"], d["last"]) for d in told] == [("delivered", 3, "200")]
        assert made["secret"] not in client.get("/v1/webhooks").text
    headers, body = receiver.got[-1]
    assert headers["host"] == f"localhost:{receiver.server_port}"
    assert {h["webhook-id"] for h, _ in receiver.got} == {asked["id"]}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(made["secret"].encode(), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert json.loads(body)["type"] == "ping"


def test_a_receiver_that_never_hears_is_given_up(make_settings, receiver: Receiver) -> None:
    app = create_app(make_settings(webhook_private=True, webhook_attempts=3))
    receiver.answers = [500] * 9
    with TestClient(app) as client:
        client.headers.update(admit(app.state.core).owner)
        url = f"http://127.0.0.1:{receiver.server_port}/"
        hook = client.post("/v1/webhooks", json={"url": url, "events": ["ping"]}).json()["id"]
        client.post(f"/v1/webhooks/{hook}/test")
        drain(app.state.core)
        told = client.get(f"/v1/webhooks/{hook}/deliveries").json()["items"][0]
    assert (told["state"], told["attempt"], told["last"]) == ("failed", 3, "500")
    assert len(receiver.got) == 3


def test_a_receiver_that_trickles_is_left(make_settings) -> None:
    app = create_app(make_settings(webhook_private=True, webhook_timeout=1.0, webhook_attempts=1))
    ended = threading.Event()

    def trickle(listener: socket.socket) -> None:
        near, _ = listener.accept()
        with near, suppress(OSError):
            for letter in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000:
                near.sendall(bytes([letter]))
                if ended.wait(0.1):
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener, TestClient(app) as client:
        thread = threading.Thread(target=trickle, args=(listener,))
        thread.start()
        client.headers.update(admit(app.state.core).owner)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        hook = client.post("/v1/webhooks", json={"url": url, "events": ["ping"]}).json()["id"]
        client.post(f"/v1/webhooks/{hook}/test")
        drain(app.state.core)
        told = client.get(f"/v1/webhooks/{hook}/deliveries").json()["items"][0]
        ended.set()
        thread.join()
    assert (told["state"], told["last"]) == ("failed", "TimeoutError")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "::1",
     "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "224.0.0.1",
     "255.255.255.255", "fe80::1%eth0", "localhost"],
)  # fmt: skip
def test_addresses_of_private_networks_are_told(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["203.104.128.1", "2001:240::1", "8.8.8.8"])
def test_addresses_of_the_internet_are_told(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    ["http://example.jp/", "https://127.0.0.1/", "https://[::1]/", "https://u:p@example.jp/",
     "ftp://example.jp/", "https:///x", "https://example.jp/#a", "https://exa mple.jp/",
     "https://example.jp:99999/", "https://[bad/", "https://例え.jp/"],
)  # fmt: skip
def test_urls_that_are_refused(url: str) -> None:
    with pytest.raises(Refusal):
        check_url(url, private=False)


@pytest.mark.parametrize("url", ["https://localhost/", "https://2130706433/", "https://0x7f.1/"])
def test_names_that_lead_inside_are_refused(url: str) -> None:
    with pytest.raises(Refusal):
        resolve(url, private=False)


def test_pauses_grow() -> None:
    assert [pause(n) for n in range(1, 5)] == [5.0, 20.0, 80.0, 320.0]
    assert pause(30) == 6 * 3600
