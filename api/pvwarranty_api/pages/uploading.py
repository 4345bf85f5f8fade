"""Pages: sending monitoring files, what was understood of them, and confirming it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from pvwarranty.ingest.profiles import built_in
from pvwarranty_api.auth.actor import Actor
from pvwarranty_api.auth.sessions import check_csrf
from pvwarranty_api.errors import Refusal
from pvwarranty_api.pages.fields import filled
from pvwarranty_api.pages.people import Member, Posted, check_origin
from pvwarranty_api.pages.route import PageRoute, to
from pvwarranty_api.pages.understood import profile_title, understood_of
from pvwarranty_api.pages.view import page
from pvwarranty_api.services import jobs, sites, uploads
from pvwarranty_api.services.once import Once
from pvwarranty_api.services.uploads import Told
from pvwarranty_api.web.access import CSRF_HEADER, CoreOf
from pvwarranty_api.web.forms import ObjectId
from pvwarranty_api.web.receive import receive
from pvwarranty_api.web.wording import all_worded

router = APIRouter(route_class=PageRoute)
ENCODINGS = ("utf-8", "cp932", "euc_jp", "utf-16")


def sender(request: Request, actor: Member) -> Actor:
    """Return who sends files from one of our pages; the token of a script's request is checked.

    A plain form cannot put its token before its files, so browsers' word on its origin counts.
    """
    check_origin(request)
    sent = request.headers.get(CSRF_HEADER)
    if sent is not None:
        check_csrf(actor, sent)
    return actor


Sender = Annotated[Actor, Depends(sender)]


@router.get("/sites/{site_id}/upload")
def upload_page(core: CoreOf, actor: Member, request: Request, site_id: ObjectId) -> Response:
    """Show the form for files."""
    site = sites.get_site(core, actor, site_id)
    return page(request, "upload.html", site=site, most=core.settings.max_upload)


@router.post("/sites/{site_id}/uploads")
async def upload(core: CoreOf, actor: Sender, request: Request, site_id: ObjectId) -> Response:
    """Receive files and go to what is understood of them."""
    with core.inbox.place() as folder:
        received = await receive(request, folder, core.settings.max_upload_files)
        row = await run_in_threadpool(
            uploads.accept, core, actor, site_id, received, Told({}), Once()
        )
    return to(f"/uploads/{row.id}")


@router.get("/uploads/{upload_id}")
def show_upload(core: CoreOf, actor: Member, request: Request, upload_id: ObjectId) -> Response:
    """Show how far an upload is, and what was understood of it."""
    row = uploads.get_upload(core, actor, upload_id)
    job = jobs.get_job(core, actor, row.job_id) if row.job_id else None
    is_busy = job is not None and not jobs.is_ended(job)
    found = understood_of(row.found, actor.language) if row.found else None
    return page(
        request, "preview.html", upload=row, site=sites.get_site(core, actor, row.site_id),
        job=job if is_busy else None, found=found, encodings=ENCODINGS,
        problems=all_worded(row.problems, actor.language),
        profiles=[(p.id, profile_title(p.id, actor.language)) for p in built_in()],
    )  # fmt: skip


@router.post("/uploads/{upload_id}/confirm")
def confirm(core: CoreOf, actor: Member, form: Posted, upload_id: ObjectId) -> Response:
    """Let what was understood be stored."""
    uploads.confirm(core, actor, upload_id)
    return to(f"/uploads/{upload_id}")


@router.post("/uploads/{upload_id}/options")
def change_options(core: CoreOf, actor: Member, form: Posted, upload_id: ObjectId) -> Response:
    """Read the files anew, in another way."""
    told: dict[str, object] = {
        name: value for name in ("profile", "zone", "label", "encoding")
        if (value := filled(form, name))
    }  # fmt: skip
    if interval := filled(form, "interval"):
        if not interval.isdigit():
            raise Refusal("malformed")
        told["interval"] = int(interval)
    for name in ("map", "unit"):
        rows = [line.strip() for line in filled(form, name).splitlines() if line.strip()]
        if rows:
            told[name] = rows
    uploads.change_options(core, actor, upload_id, Told(told))
    return to(f"/uploads/{upload_id}")


@router.post("/uploads/{upload_id}/discard")
def discard(core: CoreOf, actor: Member, form: Posted, upload_id: ObjectId) -> Response:
    """Remove an upload."""
    row = uploads.get_upload(core, actor, upload_id)
    uploads.discard(core, actor, upload_id)
    return to(f"/sites/{row.site_id}")
