"""A route whose refusals are pages: sent to sign in, or told what is wrong in plain words."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from pvwarranty.errors import Problem, PvWarrantyError
from pvwarranty_api.errors import Refusal
from pvwarranty_api.pages.view import page
from pvwarranty_api.web.access import SAFE, core_of, forget_cookie
from pvwarranty_api.web.language import language_of
from pvwarranty_api.web.wording import worded

LOG = structlog.get_logger("pvwarranty.pages")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A route of the pages."""

    def get_route_handler(self) -> Handler:
        """Return the handler with refusals turned into pages."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except Refusal as refusal:
                return refused(request, refusal)
            except PvWarrantyError as error:
                return refused(request, Refusal("invalid", problems=error.problems))
            except RequestValidationError:
                return refused(request, Refusal("not_found"))
            except HTTPException:
                raise
            except OperationalError as error:
                LOG.error("database", error=type(error).__name__, exc_info=error)
                return refused(request, Refusal("unavailable"))
            except Exception as error:
                LOG.error("unexpected", error=type(error).__name__, exc_info=error)
                return refused(request, Refusal("internal"))

        return handler


def refused(request: Request, refusal: Refusal) -> Response:
    """Return the page for a refusal; who is not signed in is sent to sign in."""
    if refusal.code == "not_signed_in":
        return _to_sign_in(request)
    lang = language_of(request)
    response: Response = page(
        request, "refused.html", status=refusal.kind.status, title=refusal.kind.title.of(lang),
        detail=refusal.detail.of(lang) if refusal.detail else "",
        problems=[worded(p, lang) for p in refusal.problems],
    )  # fmt: skip
    response.headers.update(refusal.headers)
    return response


def _to_sign_in(request: Request) -> Response:
    there = request.url.path if request.method in SAFE else "/"
    response = RedirectResponse(f"/login?next={quote(there)}", 303)
    forget_cookie(response, core_of(request))
    return response


def to(path: str) -> RedirectResponse:
    """Send a browser that has posted a form to a page."""
    return RedirectResponse(path, 303)


def said(what: str, where: str = "") -> Problem:
    """Return a problem told in the words of a page already."""
    return Problem(where, what)
