"""Routes: terms, their vocabulary, and what they give."""

from __future__ import annotations

from json import dumps
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from pvwarranty.entitle import to_json
from pvwarranty_api.auth.actor import Role
from pvwarranty_api.services import terms
from pvwarranty_api.web.access import CoreOf, Reader, core_of, needed
from pvwarranty_api.web.forms import etag, is_unchanged
from pvwarranty_api.web.language import language_of

router = APIRouter(prefix="/v1", tags=["terms"])

QUERY = {
    "maker": "toshiba", "coverage": "tos_module_output",
    "facts": {"module_model": "SPR-X21-345", "completion_date": "2013-11-27",
              "as_of": "2024-11-26", "warranty_certified": True},
}  # fmt: skip
SCHEMA = {
    "type": "object",
    "required": ["maker", "facts"],
    "properties": {
        "maker": {"type": "string"},
        "coverage": {"type": "string"},
        "facts": {"type": "object", "additionalProperties": True},
    },
}
ONE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": SCHEMA, "example": QUERY}},
    }
}
MANY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"oneOf": [SCHEMA, {"type": "array", "items": SCHEMA}]},
                "examples": {"one": {"value": QUERY}, "several": {"value": [QUERY, QUERY]}},
            },
            "application/x-ndjson": {
                "schema": {"type": "string"},
                "example": f"{dumps(QUERY)}\n{dumps(QUERY)}",
            },
        },
    }
}
JSON: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {}}}}


@router.post("/entitlements", response_class=Response, responses=JSON, openapi_extra=MANY)
async def entitlements(request: Request) -> Response:
    """Say what the makers' terms give for a query of facts, or for several.

    One query that names a coverage answers an object, one that names none a list, the most specific
    first. An array or JSON Lines answers a list in the same order; a wrong query among several
    has an error in its place.
    """
    body = await request.body()
    return Response(
        await run_in_threadpool(_entitlements, request, body), media_type="application/json"
    )


def _entitlements(request: Request, body: bytes) -> str:
    # who asks is looked up here, not by a dependency: the route is asked most of all, and going to
    # another thread a second time costs as much as the answer
    needed(request, Role.READ)
    answers, many = terms.entitlements(core_of(request).library, body)
    return to_json(answers if many else answers[0])


@router.post("/timelines", response_class=Response, responses=JSON, openapi_extra=ONE)
async def timelines(core: CoreOf, actor: Reader, request: Request) -> Response:
    """Tell every cover, step, deadline and end of service of a query's facts, in order."""
    body = await request.body()
    found = await run_in_threadpool(terms.timelines, core.library, body, language_of(request))
    return Response(to_json(found), media_type="application/json")


@router.get("/terms")
def list_terms(core: CoreOf, actor: Reader) -> list[dict[str, Any]]:
    """Return the editions of terms that are known."""
    return terms.list_terms(core.library)


@router.get("/terms/{maker}/{edition}", response_model=None)
def show_terms(
    core: CoreOf, actor: Reader, maker: str, edition: str, request: Request, response: Response
) -> dict[str, Any] | Response:
    """Return an edition: its document, coverages and clauses."""
    found = terms.show_terms(core.library, f"{maker}/{edition}")
    tag = etag(found["sha256"])
    if is_unchanged(request, tag):
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return found


@router.get("/vocabulary")
def vocabulary(
    core: CoreOf, actor: Reader, maker: Annotated[str | None, Query(max_length=100)] = None
) -> dict[str, Any]:
    """Return the facts that queries are told in, with questions in Japanese and English."""
    return terms.show_vocabulary(core.library, maker)
