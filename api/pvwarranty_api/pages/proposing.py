"""Page: monitoring files of a site that is not there yet suggest its channels and batteries."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from pvwarranty.ingest.convert.propose import Proposal, propose
from pvwarranty_api.pages.route import PageRoute, to
from pvwarranty_api.pages.uploading import Sender
from pvwarranty_api.services.uploads import Received
from pvwarranty_api.web.access import CoreOf
from pvwarranty_api.web.guard import too_large
from pvwarranty_api.web.receive import receive

router = APIRouter(route_class=PageRoute)
MOST = 200  # names carried to the form
LARGEST = 16 << 20  # bytes looked into


@router.post("/sites/new/uploads")
async def suggest(core: CoreOf, actor: Sender, request: Request) -> Response:
    """Look into files, keep none of them, and go to the form with what they suggest."""
    with core.inbox.place() as folder:
        received = await receive(request, folder, core.settings.max_upload_files)
        if sum(file.size for file in received.files) > LARGEST:  # read in the server's own process
            raise too_large(LARGEST)
        found = await run_in_threadpool(_look, received, folder)
    told = [("string", n) for n in found.strings] + [("inverter", n) for n in found.inverters]
    told += [("battery", n) for n in found.batteries]
    return to(f"/sites/new?{urlencode(told[:MOST])}")


def _look(received: Received, folder: Path) -> Proposal:
    paths = []
    for number, file in enumerate(received.files):
        place = folder / f"look-{number}"
        place.mkdir()
        name = file.name.replace("/", "_").lstrip(".")[-120:] or "file"
        paths.append(file.path.rename(place / name))
    return propose(paths)
