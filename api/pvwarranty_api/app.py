"""The app: parts opened at the start and closed at the end, routes, pages, guards around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from pvwarranty import __version__
from pvwarranty_api.pages import install_pages
from pvwarranty_api.routes import (
    assessments,
    devices,
    documents,
    fleets,
    operation,
    people,
    privacy,
    sites,
    terms,
    uploads,
    webhooks,
)
from pvwarranty_api.routes.describing import install_description
from pvwarranty_api.services.core import open_core
from pvwarranty_api.settings import Settings
from pvwarranty_api.web.guard import BodyGuard
from pvwarranty_api.web.metrics import Metrics
from pvwarranty_api.web.problems import MEDIA, install_problems
from pvwarranty_api.web.rates import Rates
from pvwarranty_api.web.telling import Telling

ROUTERS = (  # looked through in this order: what is asked most of all comes first
    terms.router, devices.router, operation.router, people.router, privacy.router, sites.router,
    uploads.router, assessments.router, documents.router, fleets.router, webhooks.router,
)  # fmt: skip
REFUSED = {
    "description": "Refused: problem details in Japanese or English by Accept-Language",
    "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemShape"}}},
}


def create_app(settings: Settings) -> FastAPI:
    """Return the app for some settings; it opens its parts when it starts."""
    app = FastAPI(
        title="pvwarranty", version=__version__, lifespan=_lifespan,
        description="Solar and storage warranties, judged from monitoring data.",
        responses={"4XX": REFUSED, "5XX": REFUSED}, docs_url=None, redoc_url=None,
    )  # fmt: skip
    metrics = Metrics()
    app.state.settings, app.state.metrics = settings, metrics
    app.state.rates = Rates(settings)
    for router in ROUTERS:
        app.include_router(router)
    install_description(app)
    install_pages(app)
    install_problems(app)
    app.add_middleware(BodyGuard, settings=settings)
    app.add_middleware(Telling, metrics=metrics, secure=not settings.insecure_cookies)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.core = await run_in_threadpool(open_core, app.state.settings)
    app.state.stopping = asyncio.Event()
    try:
        yield
    finally:
        app.state.stopping.set()
        await run_in_threadpool(app.state.core.close)
