"""Routes: sites."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from pvwarranty_api.routes.shapes import ListOf, SiteOut
from pvwarranty_api.services import sites
from pvwarranty_api.store.work import SiteRow
from pvwarranty_api.web.access import CoreOf, Reader, Writer
from pvwarranty_api.web.forms import (
    IfMatch,
    ObjectId,
    OnceOf,
    WantedPiece,
    etag,
    is_unchanged,
    matched,
)

router = APIRouter(prefix="/v1/sites", tags=["sites"])

EXAMPLE = {
    "id": "chiba-012", "latitude": 35.7, "longitude": 140.8, "timezone": "Asia/Tokyo",
    "facts": {"completion_date": "2013-11-27", "warranty_certified": True},
    "array": [{"id": "S1", "product": "SPR-X21-345", "surface_tilt": 18, "surface_azimuth": 208,
               "modules": 14}],
    "inverter": [{"id": "PCS", "p_ac0": 3200}],
    "channel": [{"id": "S1C", "kind": "string", "arrays": ["S1"], "inverter": "PCS"}],
}  # fmt: skip
Document = Annotated[
    dict[str, Any], Body(description="the content of a site.toml", examples=[EXAMPLE])
]


def _shown(row: SiteRow, response: Response) -> SiteOut:
    response.headers["ETag"] = etag(row.version)
    return SiteOut.model_validate(row)


@router.get("")
def list_sites(core: CoreOf, actor: Reader, wanted: WantedPiece) -> ListOf[SiteOut]:
    """Return the sites of the organisation."""
    return ListOf[SiteOut].model_validate(sites.list_sites(core, actor, wanted))


@router.post("", status_code=201)
def create_site(
    core: CoreOf, actor: Writer, once: OnceOf, body: Document, response: Response
) -> SiteOut:
    """Make a site. All faults of its document are told at once."""
    row = sites.create_site(core, actor, sites.toml_of(body), once)
    response.headers["Location"] = f"/v1/sites/{row.id}"
    return _shown(row, response)


@router.get("/{site_id}", response_model=SiteOut, responses={304: {"description": "unchanged"}})
def get_site(
    core: CoreOf, actor: Reader, site_id: ObjectId, request: Request, response: Response
) -> SiteOut | Response:
    """Return a site, with its ETag."""
    row = sites.get_site(core, actor, site_id)
    if is_unchanged(request, etag(row.version)):
        return Response(status_code=304, headers={"ETag": etag(row.version)})
    return _shown(row, response)


@router.get("/{site_id}/site.toml", response_class=Response,
            responses={200: {"content": {"application/toml": {}}}})  # fmt: skip
def site_toml(core: CoreOf, actor: Reader, site_id: ObjectId) -> Response:
    """Return the site's document as a site.toml, as the command line reads it."""
    row = sites.get_site(core, actor, site_id)
    return Response(row.toml, media_type="application/toml", headers={"ETag": etag(row.version)})


@router.put("/{site_id}")
def change_site(
    core: CoreOf, actor: Writer, site_id: ObjectId, body: Document, response: Response,
    if_match: IfMatch = None,
) -> SiteOut:  # fmt: skip
    """Replace a site's document. If-Match must name the present version."""
    version = matched(if_match)
    row = sites.change_site(core, actor, site_id, sites.toml_of(body), version)
    return _shown(row, response)


@router.delete("/{site_id}", status_code=204)
def delete_site(core: CoreOf, actor: Writer, site_id: ObjectId) -> Response:
    """Remove a site with all its measurements and assessments."""
    sites.delete_site(core, actor, site_id)
    return Response(status_code=204)
