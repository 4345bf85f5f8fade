"""The account: who is signed in, the organisation's API keys, the password."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from pvwarranty.errors import Problem
from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.errors import Refusal
from pvwarranty_api.pages.people import Member, Posted, text_of
from pvwarranty_api.pages.route import PageRoute, said, to
from pvwarranty_api.pages.texts import say
from pvwarranty_api.pages.view import page
from pvwarranty_api.services import keys, people
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.pages import MOST, Wanted
from pvwarranty_api.web.access import CoreOf, forget_cookie
from pvwarranty_api.web.forms import ObjectId
from pvwarranty_api.web.wording import all_worded

router = APIRouter(route_class=PageRoute)
LEAST_PASSWORD, MOST_PASSWORD = 12, 256


@router.get("/account")
def account(core: CoreOf, actor: Member, request: Request) -> Response:
    """Show the account."""
    return _page(core, actor, request)


@router.post("/account/keys")
def make_key(core: CoreOf, actor: Member, form: Posted, request: Request) -> Response:
    """Make a key and show it, for the only time."""
    name = text_of(form, "name")
    if not name or len(name) > 200 or not name.isprintable():
        return _page(core, actor, request, problems=[_of(actor, "account.key_name_wrong")])
    _, token = keys.create_key(core, actor, name, text_of(form, "scope"), None)
    return _page(core, actor, request, new_key=token, new_name=name)


@router.post("/account/keys/{key_id}/revoke")
def revoke_key(core: CoreOf, actor: Member, form: Posted, key_id: ObjectId) -> Response:
    """End a key."""
    keys.revoke_key(core, actor, key_id)
    return to("/account")


@router.post("/account/password")
def change_password(core: CoreOf, actor: Member, form: Posted, request: Request) -> Response:
    """Change the password; all sessions end, this one too."""
    new = str(form.get("new", ""))
    if not LEAST_PASSWORD <= len(new) <= MOST_PASSWORD:
        return _page(core, actor, request, problems=[_of(actor, "account.new_help")])
    try:
        people.change_password(core, actor, str(form.get("old", "")), new)
    except Refusal as refusal:
        return _page(core, actor, request, problems=all_worded(refusal.problems, actor.language))
    response = to("/login?next=/account")
    forget_cookie(response, core)
    return response


def _of(actor: Actor, name: str) -> Problem:
    return said(say(actor.language, name))


def _page(core: Core, actor: Actor, request: Request, **given: Any) -> Response:
    held = None
    if actor.role >= Role.ADMIN:
        held = keys.list_keys(core, actor, Wanted(limit=MOST)).items
    told: dict[str, Any] = {"new_key": "", "new_name": "", "problems": [], **given}
    organisation = people.organisation_of(core, actor)
    status = 422 if told["problems"] else 200
    return page(
        request, "account.html", status=status, keys=held, organisation=organisation, **told
    )
