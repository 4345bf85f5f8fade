"""Bodies: not more than allowed, not slower than allowed, whatever the headers promise."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pvwarranty_api.errors import Refusal
from pvwarranty_api.settings import Settings
from pvwarranty_api.web.problems import respond

UPLOADS = ("/uploads", "/curves")


@dataclass(slots=True)
class _Body:
    """A body as it comes in."""

    most: int
    began: float
    size: int = 0
    is_whole: bool = False


class BodyGuard:
    """Counts the bytes and the time of each body; refuses what is too large or too slow."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its body guarded."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _Body(self._most(scope["path"]), time.monotonic())
        sent = False

        async def guarded() -> Message:
            return await self._receive(receive, body)

        async def noting(message: Message) -> None:
            nonlocal sent
            sent = True
            await send(message)

        try:
            self._check_length(scope, body.most)
            await self.app(scope, guarded, noting)
        except _Refused as refused:
            if not sent:
                response = respond(refused.refusal, HTTPConnection(scope))
                response.headers["Connection"] = "close"
                await response(scope, receive, send)

    def _most(self, path: str) -> int:
        is_upload = path.startswith(("/v1/", "/sites/")) and path.endswith(UPLOADS)
        return self.settings.max_upload if is_upload else self.settings.max_body

    def _check_length(self, scope: Scope, most: int) -> None:
        for name, value in scope["headers"]:
            if name == b"content-length" and (not value.isdigit() or int(value) > most):
                raise _Refused(too_large(most) if value.isdigit() else Refusal("malformed"))

    async def _receive(self, receive: Receive, body: _Body) -> Message:
        if body.is_whole:  # what is awaited now is that the client leaves
            return await receive()
        limit = self.settings.body_timeout
        try:
            async with asyncio.timeout(limit):
                message = await receive()
        except TimeoutError:
            raise _Refused(Refusal("timeout")) from None
        if message["type"] != "http.request":
            return message
        body.size += len(message.get("body", b""))
        body.is_whole = not message.get("more_body", False)
        if body.size > body.most:
            raise _Refused(too_large(body.most))
        spent = time.monotonic() - body.began
        is_slow = spent > limit and body.size < self.settings.slowest_body * spent
        if is_slow and not body.is_whole:
            raise _Refused(Refusal("timeout"))
        return message


class _Refused(BaseException):
    """Not an Exception: nothing between the guard and the reader of a body may take it for one."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.code)


def too_large(most: int) -> Refusal:
    """Return the refusal of a body beyond a size."""
    from pvwarranty.model import Text

    size = f"{most / (1 << 20):g} MiB"
    return Refusal("too_large", Text(f"上限は {size} です", f"The limit is {size}"))
