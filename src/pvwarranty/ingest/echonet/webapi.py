"""Client of the ECHONET Lite Web API: devices, their properties, and histories where served.

Servers differ in what they serve as numbers: any number may come as a string, and nothing is taken
for granted about what an answer holds. Requests are repeated with growing pauses where the server
is busy or away; a redirect is refused, since it would carry the key along. Source: ECHONET Lite Web
API Guideline, API specification 1.1.4 and device specifications 1.6.1.
"""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, NoReturn
from urllib.parse import quote, urlencode, urlsplit

from pvwarranty.errors import DataError, Problem

KEY, TOKEN = "PVWARRANTY_ELAPI_KEY", "PVWARRANTY_ELAPI_TOKEN"

_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_LIMIT = 16 << 20  # bytes of an answer
_PAGES = 1000
_LONGEST = 60.0  # s between two tries
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Client:
    """A server of the Web API and how to talk to it.

    url : with its version, no slash at the end
    headers : sent with each request; never shown
    tries, pause : requests before giving up, and the first pause between two [s], doubled each time
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    timeout: float = 10.0
    tries: int = 5
    pause: float = 1.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)


@dataclass(frozen=True, slots=True)
class ApiDevice:
    """A device that a server speaks for."""

    id: str
    device_type: str
    protocol: str = ""
    manufacturer: str = ""


def client_from_environment(url: str, environment: Mapping[str, str] | None = None) -> Client:
    """Return a client with the key of the environment.

    Raises
    ------
    DataError
        Where the address is not https, or the key is missing or cannot be sent.
    """
    environment = os.environ if environment is None else environment
    key, token = environment.get(KEY, ""), environment.get(TOKEN, "")
    problems = list(_url_problems(url))
    if not key and not token:
        problems.append(Problem("environment", f"holds neither {KEY} nor {TOKEN}"))
    for name, secret in ((KEY, key), (TOKEN, token)):
        if not secret.isascii() or not secret.isprintable() or " " in secret:
            problems.append(Problem(f"environment, {name}", "holds characters no key has"))
    if problems:
        raise DataError(problems)
    headers = {"X-Elapi-key": key} if key else {"Authorization": f"Bearer {token}"}
    return Client(url.rstrip("/"), headers)


def devices(client: Client) -> Iterator[ApiDevice]:
    """Yield the devices of a server, page after page."""
    for served in _pages(client, "/devices", "devices"):
        identity, kind = served.get("id"), served.get("deviceType")
        if isinstance(identity, (str, int)) and isinstance(kind, str):
            yield ApiDevice(
                id=str(identity),
                device_type=kind,
                protocol=_text(served.get("protocol"), "type"),
                manufacturer=_text(served.get("manufacturer"), "code"),
            )


def properties(client: Client, device: str) -> dict[str, Any]:
    """Return all properties of a device: name -> what is served, number or string or object."""
    return _object(client, f"/devices/{quote(device, safe='')}/properties")


def property_(client: Client, device: str, name: str) -> Any:
    """Return one property of a device."""
    path = f"/devices/{quote(device, safe='')}/properties/{quote(name, safe='')}"
    found = _object(client, path)
    if name not in found:
        raise DataError(Problem(path, f"is served without '{name}'"))
    return found[name]


def services(client: Client) -> tuple[str, ...]:
    """Return the names of what a server serves: ``devices``, ``groups``, ``histories`` …"""
    listed = next(iter(_object(client, "").values()), None)
    rows = listed if isinstance(listed, list) else []
    return tuple(_text(row, "name") for row in rows if _text(row, "name"))


def histories(client: Client) -> Iterator[Any]:
    """Yield the properties of each history that a server keeps; nothing where it keeps none."""
    if "histories" not in services(client):
        return
    for served in _pages(client, "/histories", "histories"):
        identity = served.get("id")
        if isinstance(identity, (str, int)):
            yield _object(client, f"/histories/{quote(str(identity), safe='')}/properties")


def get(client: Client, path: str, query: Mapping[str, int] | None = None) -> Any:
    """Return the JSON under a path; DataError where the server refuses, or stays away."""
    url = f"{client.url}{path}" + (f"?{urlencode(query)}" if query else "")
    request = urllib.request.Request(url, headers={**client.headers, "Accept": "application/json"})
    where, wait = f"{client.url}{path}", client.pause
    for left in range(client.tries - 1, -1, -1):
        try:
            with _OPENER.open(request, timeout=client.timeout) as answer:
                return _json(where, answer.read(_LIMIT + 1))
        except urllib.error.HTTPError as error:
            with error:
                if error.code not in _BUSY or not left:
                    _refused(where, error.code)
                asked = error.headers.get("Retry-After", "")
            wait = max(wait, float(asked)) if asked.isdecimal() else wait
        except (OSError, HTTPException) as error:  # URLError and time-outs are OSErrors
            if not left:
                reason = getattr(error, "reason", error)
                raise DataError(Problem(where, f"cannot be reached: {reason}")) from None
        client.sleep(min(wait, _LONGEST))
        wait *= 2
    raise DataError(Problem(where, "is never asked", "allow at least one try"))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str,
        headers: HTTPMessage, newurl: str,
    ) -> None:  # fmt: skip
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def _refused(where: str, code: int) -> NoReturn:
    hints = {
        401: f"check {KEY} or {TOKEN}",
        403: f"check {KEY} or {TOKEN}",
        404: "check the address and its version",
    }
    hint = "redirects are not followed" if 300 <= code < 400 else hints.get(code, "")
    raise DataError(Problem(where, f"was refused with status {code}", hint)) from None


def _url_problems(url: str) -> Iterator[Problem]:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        yield Problem(f"--url {url}", str(error))
        return
    if parts.username or parts.password:
        yield Problem("--url", "carries a password", f"put the key into {KEY}")
    elif parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        yield Problem(f"--url {url}", "is no address of an API", "https://SERVER/elapi/v1")
    elif parts.scheme == "http" and host not in _LOOPBACK:
        yield Problem(f"--url {url}", "would send the key unencrypted", "use https")


def _pages(client: Client, path: str, name: str) -> Iterator[Mapping[str, Any]]:
    offset = 0
    for _ in range(_PAGES):
        page = get(client, path, {"offset": offset} if offset else None)
        rows = page.get(name) if isinstance(page, dict) else None
        if not isinstance(rows, list):
            raise DataError(Problem(f"{client.url}{path}", f"is served without a list '{name}'"))
        yield from (row for row in rows if isinstance(row, dict))
        offset += len(rows)
        if page.get("hasMore") not in (True, "true") or not rows:
            return
    raise DataError(Problem(f"{client.url}{path}", f"has no end after {_PAGES} pages"))


def _object(client: Client, path: str) -> dict[str, Any]:
    found = get(client, path)
    if not isinstance(found, dict):
        raise DataError(Problem(f"{client.url}{path}", "is served as no object"))
    return found


def _json(where: str, body: bytes) -> Any:
    if len(body) > _LIMIT:
        raise DataError(Problem(where, f"is longer than {_LIMIT >> 20} MB"))
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise DataError(Problem(where, "is served as no JSON")) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _text(served: Any, name: str) -> str:
    return str(served.get(name, "")) if isinstance(served, dict) else ""
