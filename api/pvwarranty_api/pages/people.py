"""Who looks at a page and what their forms say, as dependencies: ``Member``, ``Posted``."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData

from pvwarranty_api.auth.actor import Actor
from pvwarranty_api.auth.sessions import check_csrf
from pvwarranty_api.errors import Refusal
from pvwarranty_api.web.access import identify
from pvwarranty_api.web.language import language_of

FIELDS = 2000  # of a form


def visitor(request: Request) -> Actor | None:
    """Return who looks, or None; a session that is over counts as none."""
    try:
        actor = identify(request)
    except Refusal:
        return None
    return actor if actor is not None and actor.kind == "user" else None


def member(request: Request) -> Actor:
    """Return the user who looks; others are sent to sign in."""
    actor = visitor(request)
    if actor is None:
        raise Refusal("not_signed_in")
    request.app.state.rates.check_actor(actor, request)
    told = replace(
        actor, language=language_of(request), request=getattr(request.state, "request_id", "")
    )
    request.state.actor = told
    return told


async def form_of(request: Request) -> FormData:
    """Return the fields of a posted form; refuses one that another site's page sends."""
    check_origin(request)
    return await request.form(max_files=0, max_fields=FIELDS)


def posted(
    actor: Annotated[Actor, Depends(member)], form: Annotated[FormData, Depends(form_of)]
) -> FormData:
    """Return a form that a user has posted from one of our pages."""
    check_csrf(actor, text_of(form, "csrf"))
    return form


Member = Annotated[Actor, Depends(member)]
Form = Annotated[FormData, Depends(form_of)]
Posted = Annotated[FormData, Depends(posted)]


def text_of(form: FormData, name: str) -> str:
    """Return a field of a form as text without blanks around it; empty where there is none."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def check_origin(request: Request) -> None:
    """Refuse what a page of another site has sent, by what browsers say of where it comes from."""
    site = request.headers.get("sec-fetch-site")
    if site in ("same-origin", "none"):
        return
    origin = request.headers.get("origin", "")
    if site is not None or not origin or urlsplit(origin).netloc != request.headers.get("host"):
        raise Refusal("csrf")


def asked_by_script(request: Request) -> bool:
    """Tell whether a script of our pages asks, for a part of a page."""
    return request.headers.get("hx-request") == "true"
