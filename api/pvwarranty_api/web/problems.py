"""Problem details (RFC 9457) for all that is refused or fails; no exception's text leaves here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from pvwarranty.errors import Problem, PvWarrantyError
from pvwarranty.ingest.schema import path_of
from pvwarranty_api.errors import KINDS, Refusal
from pvwarranty_api.web.language import language_of
from pvwarranty_api.web.wording import sentence

MEDIA = "application/problem+json"
OF_STATUS = {kind.status: code for code, kind in reversed(list(KINDS.items()))}
LOG = structlog.get_logger("pvwarranty")
NO_SPACE = 28  # ENOSPC


def problem(refusal: Refusal, lang: str, request_id: str = "") -> dict[str, Any]:
    """Return what is told of a refusal."""
    told: dict[str, Any] = {
        "type": f"urn:pvwarranty:problem:{refusal.code}",
        "title": refusal.kind.title.of(lang),
        "status": refusal.kind.status,
        "code": refusal.code,
    }
    if refusal.detail is not None:
        told["detail"] = refusal.detail.of(lang)
    if refusal.problems:
        told["errors"] = [as_data(p, lang) for p in refusal.problems]
    if request_id:
        told["instance"] = f"urn:pvwarranty:request:{request_id}"
    return told


def as_data(found: Problem, lang: str) -> dict[str, str]:
    """Return one problem as data; where it is stays a path, for programs."""
    what, hint = sentence(found.what, lang), sentence(found.hint, lang)
    return {"where": found.where, "what": what, "hint": hint}


def respond(refusal: Refusal, request: HTTPConnection) -> JSONResponse:
    """Return the response for a refusal."""
    told = problem(refusal, language_of(request), getattr(request.state, "request_id", ""))
    headers = {"Content-Language": language_of(request), **refusal.headers}
    return JSONResponse(told, refusal.kind.status, headers, media_type=MEDIA)


def install_problems(app: FastAPI) -> None:
    """Let the app answer every error with problem details."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(PvWarrantyError, _product)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _database)
    app.add_exception_handler(PoolTimeout, _database)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(OSError, _disk)
    app.add_exception_handler(Exception, _unexpected)


def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return respond(error, request)


def _product(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, PvWarrantyError)
    return respond(Refusal("invalid", problems=error.problems), request)


def _validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = list(_problems(error.errors()))
    malformed = any(e["type"] == "json_invalid" for e in error.errors())
    return respond(Refusal("malformed" if malformed else "invalid", problems=found), request)


def _problems(errors: Iterable[Mapping[str, Any]]) -> Iterable[Problem]:
    for error in errors:
        loc = error["loc"][1:] if error["loc"][:1] == ("body",) else error["loc"]
        yield Problem(path_of(loc), str(error["msg"]))


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = OF_STATUS.get(error.status_code, "malformed" if error.status_code < 500 else "internal")
    return respond(Refusal(code, headers=dict(error.headers or {})), request)


def _database(request: Request, error: Exception) -> JSONResponse:
    LOG.error("database", error=type(error).__name__, exc_info=error)
    if "disk is full" in str(error) or "No space left" in str(error):
        return respond(Refusal("full", headers={"Retry-After": "60"}), request)
    gone = isinstance(error, (OperationalError, PoolTimeout))
    if gone or getattr(error, "connection_invalidated", False):
        return respond(Refusal("unavailable", headers={"Retry-After": "5"}), request)
    return respond(Refusal("internal"), request)


def _disk(request: Request, error: Exception) -> JSONResponse:
    LOG.error("disk", error=type(error).__name__, exc_info=error)
    is_full = isinstance(error, OSError) and error.errno == NO_SPACE
    return respond(Refusal("full" if is_full else "internal"), request)


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    LOG.error("unexpected", error=type(error).__name__, exc_info=error)
    return respond(Refusal("internal"), request)
