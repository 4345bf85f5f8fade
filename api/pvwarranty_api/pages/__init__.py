"""The web pages.

How they plug in:

- `router` here is included by `pvwarranty_api.app.create_app`; put the pages' routes on it, or on
  routers that it includes. Static files: mount them in `install_pages`, which the app calls once.
- A page calls the functions of `pvwarranty_api.services` with ``core`` (`CoreOf`) and the actor,
  as the API's routes do; what they refuse (`Refusal`, `PvWarrantyError`) becomes a page in
  the pages' own handler or is caught where a form shows it.
- `web.access.identify(request)` gives the actor of the session, or None; `auth.login.sign_in`
  checks a password and returns the user and the cookie's value; `auth.sessions.close_session`
  signs out; `web.access.cookie_name(core)` names the cookie (HttpOnly, SameSite=Lax, Secure
  unless `settings.insecure_cookies`).
- Forms carry the session's `actor.csrf`; check it with `auth.sessions.check_csrf`. Requests made
  by scripts to the API send it as ``X-CSRF-Token``.
- `web.language.language_of(request)` is the language; the cookie ``pvw_language`` switches it.
"""

from fastapi import APIRouter, FastAPI

router = APIRouter(include_in_schema=False)


def install_pages(app: FastAPI) -> None:
    """Add the pages to the app."""
    app.include_router(router)
