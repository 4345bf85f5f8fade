"""Who asks, as dependencies of routes and pages: ``Reader``, ``Writer``, ``Admin``, ``Anyone``."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request, Response

from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.auth.keys import actor_of_key, note_use
from pvwarranty_api.auth.sessions import actor_of_cookie, check_csrf
from pvwarranty_api.errors import Refusal
from pvwarranty_api.services.core import Core
from pvwarranty_api.web.language import language_of

CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="pvwarranty"'}


def core_of(request: Request) -> Core:
    """Return the parts of the service that answers a request."""
    core: Core = request.app.state.core
    return core


CoreOf = Annotated[Core, Depends(core_of)]


def cookie_name(core: Core) -> str:
    """Return the name of the session's cookie: browsers guard one that starts with __Host-."""
    return "pvw_session" if core.settings.insecure_cookies else "__Host-pvw_session"


def forget_cookie(response: Response, core: Core) -> None:
    """Have a browser forget the session's cookie, by the attributes without which it would not."""
    secure = not core.settings.insecure_cookies
    response.delete_cookie(cookie_name(core), secure=secure, httponly=True, samesite="lax")


def identify(request: Request) -> Actor | None:
    """Return who asks, by key or by cookie; None where neither is sent.

    Refuses a key or cookie that is not valid.
    """
    core = core_of(request)
    token = _key_of(request)
    if token:
        found = _by_key(core, token)
    elif cookie := request.cookies.get(cookie_name(core)):
        with core.database.reading() as db:
            found = actor_of_cookie(db, cookie)
    else:
        return None
    if found is None:
        raise _stranger(request)
    request.state.actor = found
    return found


def _stranger(request: Request) -> Refusal:
    """Return the refusal of one who is not known; who asks too often is told that instead."""
    request.app.state.rates.check_address(address_of(request))
    return Refusal("not_signed_in", headers=CHALLENGE)


def address_of(request: Request) -> str:
    """Return the address that a request comes from."""
    return request.client.host if request.client else ""


def _key_of(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return request.headers.get("x-elapi-key", "")


def _by_key(core: Core, token: str) -> Actor | None:
    found = core.database.look(lambda connection: actor_of_key(connection, token))
    if found is None:
        return None
    actor, is_to_note = found
    if is_to_note:
        with core.database.writing() as db:
            note_use(db, actor.id)
    return actor


def needed(request: Request, role: Role) -> Actor:
    """Return who asks, who has a role; refuses others, and changes without a CSRF token."""
    actor = identify(request)
    if actor is None:
        raise _stranger(request)
    request.app.state.rates.check_actor(actor, request)
    actor.need(role)
    if request.method not in SAFE and actor.kind == "user":
        check_csrf(actor, request.headers.get(CSRF_HEADER, ""))
    return _told(actor, request)


def _told(actor: Actor, request: Request) -> Actor:
    """Return the actor with the language and the id of the request."""
    return replace(
        actor, language=language_of(request), request=getattr(request.state, "request_id", "")
    )  # fmt: skip


def reader(request: Request) -> Actor:
    """Return who asks, who may read."""
    return needed(request, Role.READ)


def writer(request: Request) -> Actor:
    """Return who asks, who may write."""
    return needed(request, Role.WRITE)


def admin(request: Request) -> Actor:
    """Return who asks, who administers the organisation."""
    return needed(request, Role.ADMIN)


Reader = Annotated[Actor, Depends(reader)]
Writer = Annotated[Actor, Depends(writer)]
Admin = Annotated[Actor, Depends(admin)]
