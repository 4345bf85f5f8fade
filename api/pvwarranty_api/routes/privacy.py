"""Routes: the audit log, retention, export and erasure of personal data."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from pvwarranty_api.routes.shapes import ListOf, OrganisationOut
from pvwarranty_api.routes.work_shapes import AuditOut, RetentionIn
from pvwarranty_api.services import privacy
from pvwarranty_api.web.access import Admin, CoreOf, Reader
from pvwarranty_api.web.forms import ObjectId, WantedPiece

router = APIRouter(prefix="/v1", tags=["privacy"])


@router.get("/audit")
def list_audit(core: CoreOf, actor: Admin, wanted: WantedPiece) -> ListOf[AuditOut]:
    """Return who did what, newest first."""
    return ListOf[AuditOut].model_validate(privacy.list_audit(core, actor, wanted))


@router.put("/organisation/retention")
def set_retention(core: CoreOf, actor: Admin, body: RetentionIn) -> OrganisationOut:
    """Say for how many days uploads, assessments and the audit log are kept."""
    found = privacy.set_retention(core, actor, body.model_dump(exclude_unset=True))
    return OrganisationOut.model_validate(found)


@router.get("/organisation/export")
def export_organisation(core: CoreOf, actor: Admin) -> dict[str, Any]:
    """Return all that is kept of the organisation, without secrets and files."""
    return privacy.export_organisation(core, actor)


@router.get("/users/{user_id}/export")
def export_user(core: CoreOf, actor: Reader, user_id: ObjectId) -> dict[str, Any]:
    """Return all that is kept of a person: of oneself, or of any user for administrators."""
    return privacy.export_user(core, actor, user_id)


@router.post("/users/{user_id}/erase", status_code=204)
def erase_user(core: CoreOf, actor: Admin, user_id: ObjectId) -> Response:
    """Erase a person's name, address and password; deeds stay, under an id alone."""
    privacy.erase_user(core, actor, user_id)
    return Response(status_code=204)
