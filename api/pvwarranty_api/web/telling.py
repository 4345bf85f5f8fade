"""Each request with an id, a line in the log, a count, and headers that guard browsers."""

from __future__ import annotations

import re
import secrets
import time
from itertools import count

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pvwarranty import __version__
from pvwarranty_api.web.metrics import Metrics

LOG = structlog.get_logger("pvwarranty.request")
API_VERSION = "1"
GIVEN = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "PVWarranty-Version": __version__,
    "API-Version": API_VERSION,
}


class Telling:
    """The outermost part of the app."""

    def __init__(self, app: ASGIApp, metrics: Metrics, secure: bool) -> None:
        self.app, self.metrics = app, metrics
        self.headers = dict(HEADERS)
        # a number, not chance: asking the system for it would give way to another thread each time
        self._start, self._numbers = secrets.token_hex(4), count()
        if secure:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and tell what became of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500
        request_id = _given_id(scope) or f"{self._start}{next(self._numbers):08x}"
        scope.setdefault("state", {})["request_id"] = request_id

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(message, scope, request_id)
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            self._tell(scope, status, time.perf_counter() - began, request_id)

    def _add_headers(self, message: Message, scope: Scope, request_id: str) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        headers["X-Request-Id"] = request_id
        if scope["path"].startswith("/v1/"):
            headers.setdefault("Cache-Control", "no-store")

    def _tell(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        route = getattr(scope.get("route"), "path", "")
        self.metrics.count(scope["method"], route, status, seconds)
        actor = scope["state"].get("actor")
        LOG.info(
            "request", method=scope["method"], route=route or "-", status=status,
            ms=round(1000 * seconds, 1), request_id=request_id,
            actor=actor.label if actor else "-",
        )  # fmt: skip


def _given_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and GIVEN.match(value):
            return str(value.decode("ascii"))
    return ""
