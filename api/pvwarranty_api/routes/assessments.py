"""Routes: assessments and the jobs that make them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from pvwarranty_api.errors import Refusal
from pvwarranty_api.routes.shapes import ListOf
from pvwarranty_api.routes.work_shapes import (
    AssessmentIn,
    AssessmentOut,
    AssessmentWithJob,
    JobOut,
)
from pvwarranty_api.services import assessments, jobs
from pvwarranty_api.services.assessments import Asked
from pvwarranty_api.store.types import today
from pvwarranty_api.store.work import Job
from pvwarranty_api.web.access import CoreOf, Reader, Writer
from pvwarranty_api.web.forms import ObjectId, OnceOf, WantedPiece

router = APIRouter(prefix="/v1", tags=["assessments"])

LOOK, LONGEST = 0.5, 3600.0  # s between two looks at a job, and of one stream


@router.post("/assessments", status_code=202)
def create_assessment(
    core: CoreOf, actor: Writer, once: OnceOf, body: AssessmentIn, response: Response
) -> AssessmentOut:
    """Have a site judged on a day. The job tells how far it is."""
    asked = Asked(body.site_id, body.on or today(), body.language)
    row = assessments.create_assessment(core, actor, asked, once)
    response.headers["Location"] = f"/v1/assessments/{row.id}"
    return AssessmentOut.model_validate(row)


@router.get("/assessments")
def list_assessments(
    core: CoreOf, actor: Reader, wanted: WantedPiece,
    site_id: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$")] = None,
) -> ListOf[AssessmentOut]:  # fmt: skip
    """Return the assessments of the organisation, or of one site."""
    found = assessments.list_assessments(core, actor, site_id, wanted)
    return ListOf[AssessmentOut].model_validate(found)


@router.get("/assessments/{assessment_id}")
def get_assessment(core: CoreOf, actor: Reader, assessment_id: ObjectId) -> AssessmentWithJob:
    """Return an assessment and how far it is."""
    row, job = assessments.get_assessment(core, actor, assessment_id)
    about = AssessmentOut.model_validate(row).model_dump()
    return AssessmentWithJob(**about, job=JobOut.model_validate(job))


@router.get("/assessments/{assessment_id}/result", response_class=Response,
            responses={200: {"content": {"application/json": {}}}})  # fmt: skip
def get_result(core: CoreOf, actor: Reader, assessment_id: ObjectId) -> Response:
    """Return the result: the bytes that `pvwarranty verify --json` prints for the same site."""
    found = assessments.result_of(core, actor, assessment_id)
    return Response(found, media_type="application/json")


@router.get("/jobs/{job_id}")
def get_job(core: CoreOf, actor: Reader, job_id: ObjectId) -> JobOut:
    """Return a job: how far it is, or how it ended."""
    return JobOut.model_validate(jobs.get_job(core, actor, job_id))


@router.post("/jobs/{job_id}/cancel", status_code=202)
def cancel_job(core: CoreOf, actor: Writer, job_id: ObjectId) -> JobOut:
    """Ask for a job's end; one that has ended stays as it is."""
    return JobOut.model_validate(jobs.cancel_job(core, actor, job_id))


def present_job(core: CoreOf, actor: Reader, job_id: ObjectId) -> Job:
    """Return the job to be told of, before the stream begins."""
    return jobs.get_job(core, actor, job_id)


@router.get("/jobs/{job_id}/events", response_class=EventSourceResponse)
async def job_events(
    core: CoreOf, actor: Reader, job: Annotated[Job, Depends(present_job)], request: Request
) -> AsyncIterable[ServerSentEvent]:
    """Tell of a job as it goes on, by server-sent events named `job`, until it has ended."""
    told, ends = None, time.monotonic() + LONGEST
    while not request.app.state.stopping.is_set():
        shown = JobOut.model_validate(job)
        if shown != told:
            told = shown
            yield ServerSentEvent(event="job", data=shown.model_dump(mode="json"))
        if jobs.is_ended(job) or time.monotonic() > ends:
            return
        await asyncio.sleep(LOOK)
        try:
            job = await run_in_threadpool(jobs.get_job, core, actor, job.id)
        except (Refusal, SQLAlchemyError):  # removed, or the database is away: ask again
            return
