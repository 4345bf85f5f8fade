"""Routes: fleet runs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from fastapi.responses import StreamingResponse

from pvwarranty_api.routes.shapes import ListOf
from pvwarranty_api.routes.work_shapes import FleetIn, FleetOut, FleetWithJob, JobOut
from pvwarranty_api.services import fleets
from pvwarranty_api.store.types import today
from pvwarranty_api.web.access import CoreOf, Reader, Writer
from pvwarranty_api.web.forms import ObjectId, OnceOf, WantedPiece

router = APIRouter(prefix="/v1/fleets", tags=["fleets"])
TableName = Annotated[
    Literal["verdicts.parquet", "failures.parquet", "sites.parquet", "manifest.json"], Path()
]
BINARY: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": {}}}}


@router.post("", status_code=202)
def create_run(
    core: CoreOf, actor: Writer, once: OnceOf, body: FleetIn, response: Response
) -> FleetOut:
    """Have many sites judged on a day, by the batch engine."""
    run = fleets.create_run(core, actor, body.on or today(), body.site_ids, once)
    response.headers["Location"] = f"/v1/fleets/{run.id}"
    return FleetOut.model_validate(run)


@router.get("")
def list_runs(core: CoreOf, actor: Reader, wanted: WantedPiece) -> ListOf[FleetOut]:
    """Return the fleet runs of the organisation."""
    return ListOf[FleetOut].model_validate(fleets.list_runs(core, actor, wanted))


@router.get("/{run_id}")
def get_run(core: CoreOf, actor: Reader, run_id: ObjectId) -> FleetWithJob:
    """Return a fleet run and how far it is."""
    run, job = fleets.get_run(core, actor, run_id)
    about = FleetOut.model_validate(run).model_dump()
    return FleetWithJob(
        **about, names=fleets.names_of(run), job=JobOut.model_validate(job)
    )  # fmt: skip


@router.get("/{run_id}/tables/{name}", response_class=StreamingResponse, responses=BINARY)
def get_table(core: CoreOf, actor: Reader, run_id: ObjectId, name: TableName) -> StreamingResponse:
    """Return a table that a run wrote, as `pvwarranty batch` writes them."""
    pieces = fleets.table_of(core, actor, run_id, name)
    return StreamingResponse(pieces, media_type="application/octet-stream")
