"""Routes for those who run the service: health, readiness, metrics."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from pvwarranty_api.errors import Refusal
from pvwarranty_api.store.migrate import is_current
from pvwarranty_api.web.access import CoreOf

router = APIRouter(tags=["operation"])


@router.get("/healthz")
def health() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def ready(core: CoreOf) -> dict[str, str]:
    """Tell whether requests can be served: the database answers and has the present form."""
    with core.database.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        if not is_current(connection):
            raise Refusal("unavailable")
    return {"status": "ready"}


@router.get("/metrics", response_class=Response,
            responses={200: {"content": {"text/plain": {}}}})  # fmt: skip
def metrics(core: CoreOf, request: Request) -> Response:
    """Return what Prometheus reads; with a token, where one is set."""
    wanted = f"Bearer {core.settings.metrics_token}".encode()
    sent = request.headers.get("authorization", "").encode("utf-8", "replace")
    if core.settings.metrics_token and not hmac.compare_digest(wanted, sent):
        raise Refusal("not_signed_in")
    body = request.app.state.metrics.text(core)
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")
