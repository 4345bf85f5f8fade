"""The web pages: rendered on the server, in Japanese and English, working without scripts.

`view` renders templates; `route` answers what is refused with a page; `people` says who looks;
each other module with a `router` holds one part of the pages. Texts stand in ``texts.toml``.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from pvwarranty_api.pages import (
    account,
    assessing,
    entering,
    entitling,
    fleet,
    proposing,
    reference,
    site,
    site_editing,
    uploading,
)

STATIC = Path(__file__).with_name("static")
PARTS = (
    entering, account, fleet, site_editing, proposing, site, uploading, assessing, entitling,
    reference,
)  # fmt: skip

router = APIRouter(include_in_schema=False)
for part in PARTS:
    router.include_router(part.router)


def install_pages(app: FastAPI) -> None:
    """Add the pages to the app."""
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
