"""Pages: one site, with what is held of it, its uploads and its assessments."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request, Response

from pvwarranty_api.pages.people import Member, Posted
from pvwarranty_api.pages.route import PageRoute, to
from pvwarranty_api.pages.view import page
from pvwarranty_api.services import assessments, sites, uploads
from pvwarranty_api.services.pages import Wanted
from pvwarranty_api.store.types import today
from pvwarranty_api.web.access import CoreOf
from pvwarranty_api.web.forms import ObjectId

router = APIRouter(route_class=PageRoute)
SHOWN = 20


@router.get("/sites/{site_id}")
def show_site(core: CoreOf, actor: Member, request: Request, site_id: ObjectId) -> Response:
    """Show a site."""
    row = sites.get_site(core, actor, site_id)
    judged = assessments.list_assessments(core, actor, site_id, Wanted(limit=SHOWN))
    sent = uploads.list_uploads(core, actor, site_id, Wanted(limit=SHOWN))
    last = row.held.get("last")
    latest = min(date.fromisoformat(last[:10]), today()) if last else today()
    return page(
        request, "site.html", site=row, judged=judged.items, sent=sent.items, on=latest,
        today=today(),
    )  # fmt: skip


@router.post("/sites/{site_id}/delete")
def delete_site(core: CoreOf, actor: Member, form: Posted, site_id: ObjectId) -> Response:
    """Remove a site; its name must be written to make sure."""
    row = sites.get_site(core, actor, site_id)
    if form.get("name") != row.name:
        return to(f"/sites/{site_id}#remove")
    sites.delete_site(core, actor, site_id)
    return to("/sites")
