"""Signing in and out, the first page, and the switch of languages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from pvwarranty_api.auth.actor import Actor
from pvwarranty_api.auth.login import sign_in
from pvwarranty_api.auth.sessions import close_session
from pvwarranty_api.errors import Refusal
from pvwarranty_api.pages.people import Form, Member, Posted, text_of, visitor
from pvwarranty_api.pages.route import PageRoute, to
from pvwarranty_api.pages.view import page
from pvwarranty_api.web.access import CoreOf, cookie_name, forget_cookie
from pvwarranty_api.web.language import COOKIE, language_of

router = APIRouter(route_class=PageRoute)
YEAR = 31_536_000  # s

Visitor = Annotated[Actor | None, Depends(visitor)]


@router.get("/")
def first(actor: Visitor) -> Response:
    """Send to the sites, or to sign in."""
    return to("/sites" if actor else "/login")


@router.get("/login")
def login_page(request: Request, actor: Visitor, next: str = "/sites") -> Response:
    """Show the form to sign in."""
    if actor:
        return to(_inside(next))
    return page(request, "login.html", next=_inside(next), email="", wrong="")


@router.post("/login")
async def login(core: CoreOf, request: Request, form: Form) -> Response:
    """Sign in."""
    email, there = text_of(form, "email"), _inside(text_of(form, "next"))
    address = request.client.host if request.client else ""
    password = str(form.get("password", ""))
    try:
        request.app.state.rates.check_address(address)
        user, cookie = await run_in_threadpool(
            sign_in, core.database, core.settings, email, password, address
        )
    except Refusal as refusal:
        return _again(request, refusal, email, there)
    response = to(there)
    response.set_cookie(
        cookie_name(core), cookie, max_age=3600 * core.settings.session_hours, httponly=True,
        secure=not core.settings.insecure_cookies, samesite="lax",
    )  # fmt: skip
    if COOKIE not in request.cookies:
        _remember(response, user.language, secure=not core.settings.insecure_cookies)
    return response


def _again(request: Request, refusal: Refusal, email: str, there: str) -> Response:
    lang = language_of(request)
    wrong = (refusal.detail or refusal.kind.title).of(lang)
    response = page(
        request, "login.html", status=refusal.kind.status, next=there, email=email, wrong=wrong
    )
    response.headers.update(refusal.headers)
    return response


@router.post("/logout")
def logout(core: CoreOf, actor: Member, form: Posted) -> Response:
    """Sign out."""
    with core.database.writing() as db:
        close_session(db, actor.session)
    response = to("/login")
    forget_cookie(response, core)
    return response


@router.post("/language")
def switch(core: CoreOf, form: Form) -> Response:
    """Show all pages in another language from now on."""
    response = to(_inside(text_of(form, "next")))
    chosen = "en" if text_of(form, "language") == "en" else "ja"
    _remember(response, chosen, secure=not core.settings.insecure_cookies)
    return response


def _remember(response: Response, language: str, *, secure: bool) -> None:
    response.set_cookie(COOKIE, language, max_age=YEAR, secure=secure, samesite="lax")


def _inside(path: str) -> str:
    """Return a path of ours; anything else becomes the list of sites."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours else "/sites"
