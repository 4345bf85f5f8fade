"""Routes: measurements come in, are understood, confirmed and stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from pvwarranty_api.routes.shapes import ListOf, SiteOut
from pvwarranty_api.routes.work_shapes import OptionsIn, RowsIn, ToldIn, UploadOut
from pvwarranty_api.services import sites, uploads
from pvwarranty_api.services.once import Once, fingerprint
from pvwarranty_api.services.rows import file_of_rows
from pvwarranty_api.web.access import CoreOf, Reader, Writer
from pvwarranty_api.web.forms import IdempotencyKey, ObjectId, OnceOf, WantedPiece
from pvwarranty_api.web.receive import NAMES, receive

router = APIRouter(prefix="/v1", tags=["uploads"])

BINARY = {"schema": {"type": "string", "format": "binary"}}
FILES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"files": {"type": "array", "items": BINARY["schema"]}},
                }
            },
            **dict.fromkeys(NAMES, BINARY),
        },
    }
}
CONTENT: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": BINARY}}}
CURVES: dict[str, Any] = {"requestBody": {"required": True, "content": {"text/csv": BINARY}}}


class _Query(OptionsIn):
    """Options of an import as a query string."""

    confirm: bool = False
    kind: Annotated[str, Query(pattern="^(auto|export|canonical)$")] = "auto"

    def told(self) -> uploads.Told:
        """Return what the sender says."""
        options = self.model_dump(exclude={"confirm", "kind"}, exclude_defaults=True)
        return uploads.Told(options, self.confirm, self.kind)


@router.post("/sites/{site_id}/uploads", status_code=202, openapi_extra=FILES)
async def upload(
    core: CoreOf, actor: Writer, site_id: ObjectId, request: Request, response: Response,
    told: Annotated[_Query, Query()], idempotency_key: IdempotencyKey = "",
) -> UploadOut:  # fmt: skip
    """Receive files of a site: a maker's exports, or canonical Parquet or CSV.

    They are kept when this is answered. What was understood comes with the job; `confirm` lets it
    be stored without asking again. The same request sent again with its Idempotency-Key answers the
    same upload.
    """
    with core.inbox.place() as folder:
        received = await receive(request, folder, core.settings.max_upload_files)
        once = Once(
            idempotency_key, fingerprint(request.url.path, received.digest, told.model_dump_json())
        )
        row = await run_in_threadpool(
            uploads.accept, core, actor, site_id, received, told.told(), once
        )
    response.headers["Location"] = f"/v1/uploads/{row.id}"
    return UploadOut.model_validate(row)


@router.post("/sites/{site_id}/measurements", status_code=202)
def send_rows(
    core: CoreOf, actor: Writer, once: OnceOf, site_id: ObjectId, body: RowsIn
) -> UploadOut:
    """Receive measurements as JSON; they are stored without asking again."""
    with core.inbox.place() as folder:
        received = file_of_rows(folder, body.time, body.columns)
        told = uploads.Told({}, confirmed=True, kind="canonical")
        row = uploads.accept(core, actor, site_id, received, told, once)
    return UploadOut.model_validate(row)


@router.put("/sites/{site_id}/curves", openapi_extra=CURVES)
async def curves(core: CoreOf, actor: Writer, site_id: ObjectId, request: Request) -> SiteOut:
    """Receive the I-V curves of a site, an ivcurves.csv, in the place of those before."""
    with core.inbox.place() as folder:
        received = await receive(request, folder, 1)
        row = await run_in_threadpool(
            sites.set_curves, core, actor, site_id, received.files[0].path
        )
    return SiteOut.model_validate(row)


@router.get("/sites/{site_id}/uploads")
def list_uploads(
    core: CoreOf, actor: Reader, site_id: ObjectId, wanted: WantedPiece
) -> ListOf[UploadOut]:
    """Return the uploads of a site."""
    found = uploads.list_uploads(core, actor, site_id, wanted)
    return ListOf[UploadOut].model_validate(found)


@router.get("/uploads/{upload_id}")
def get_upload(core: CoreOf, actor: Reader, upload_id: ObjectId) -> UploadOut:
    """Return an upload: what was understood of it, or why it is refused."""
    return UploadOut.model_validate(uploads.get_upload(core, actor, upload_id))


@router.get("/uploads/{upload_id}/files/{number}", response_class=StreamingResponse,
            responses=CONTENT)  # fmt: skip
def get_file(
    core: CoreOf, actor: Reader, upload_id: ObjectId, number: Annotated[int, Path(ge=0, le=9999)]
) -> StreamingResponse:
    """Return a file of an upload as it was sent; the first is 0."""
    return _file(uploads.file_of(core, actor, upload_id, number))


@router.get("/sites/{site_id}/measurements", response_class=StreamingResponse, responses=CONTENT)
def get_measurements(core: CoreOf, actor: Reader, site_id: ObjectId) -> StreamingResponse:
    """Return the measurements that are held of a site, as canonical Parquet."""
    return _file(sites.measurements_of(core, actor, site_id))


def _file(pieces: Iterator[bytes]) -> StreamingResponse:
    # never shown by a browser: it is another's content, under our name
    headers = {"Content-Disposition": "attachment"}
    return StreamingResponse(pieces, media_type="application/octet-stream", headers=headers)


@router.put("/uploads/{upload_id}/options", status_code=202)
def change_options(core: CoreOf, actor: Writer, upload_id: ObjectId, body: ToldIn) -> UploadOut:
    """Have an upload understood anew, with other options."""
    options = body.options.model_dump(exclude_defaults=True)
    told = uploads.Told(options, body.confirm, body.kind)
    return UploadOut.model_validate(uploads.change_options(core, actor, upload_id, told))


@router.post("/uploads/{upload_id}/confirm", status_code=202)
def confirm(core: CoreOf, actor: Writer, upload_id: ObjectId) -> UploadOut:
    """Let what was understood be stored."""
    return UploadOut.model_validate(uploads.confirm(core, actor, upload_id))


@router.delete("/uploads/{upload_id}", status_code=204)
def discard(core: CoreOf, actor: Writer, upload_id: ObjectId) -> Response:
    """Remove an upload; what it has put into the measurements stays."""
    uploads.discard(core, actor, upload_id)
    return Response(status_code=204)
