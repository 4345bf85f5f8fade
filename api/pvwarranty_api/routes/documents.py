"""Routes: reports and bundles of assessments."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse

from pvwarranty_api.routes.work_shapes import DocumentIn, DocumentOut
from pvwarranty_api.services import documents
from pvwarranty_api.web.access import CoreOf, Reader, Writer
from pvwarranty_api.web.forms import ObjectId

router = APIRouter(prefix="/v1/assessments/{assessment_id}/documents", tags=["documents"])
CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {}, "text/html": {}, "application/zip": {}}}
}
KindWord = Annotated[Literal["pdf", "html", "bundle"], Path()]
LanguageWord = Annotated[Literal["ja", "en"], Query()]


@router.post("", status_code=202)
def ask_document(
    core: CoreOf, actor: Writer, assessment_id: ObjectId, body: DocumentIn, response: Response
) -> DocumentOut:
    """Have a document made: the claim report as PDF or HTML, or the evidence bundle."""
    row = documents.ask_document(core, actor, assessment_id, body.kind, body.language)
    place = f"/v1/assessments/{assessment_id}/documents/{row.kind}?language={row.language}"
    response.headers["Location"] = place
    return DocumentOut.model_validate(row)


@router.get("/{kind}", response_class=StreamingResponse, responses=CONTENT)
def get_document(
    core: CoreOf, actor: Reader, assessment_id: ObjectId, kind: KindWord,
    language: LanguageWord = "ja",
) -> StreamingResponse:  # fmt: skip
    """Return a document that was made."""
    pieces = documents.content_of(core, actor, assessment_id, kind, language)
    ending = "zip" if kind == "bundle" else kind
    headers = {"Content-Disposition": f'attachment; filename="{assessment_id}.{ending}"'}
    return StreamingResponse(pieces, media_type=documents.KINDS[kind], headers=headers)
