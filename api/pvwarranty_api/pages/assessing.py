"""Pages: having a site judged, the result as pictures, questions answered in place, downloads."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from pvwarranty.report.document import Report
from pvwarranty_api.auth.actor import Actor
from pvwarranty_api.errors import Refusal, invalid
from pvwarranty_api.pages import facts, pictures
from pvwarranty_api.pages.fields import filled, with_problems
from pvwarranty_api.pages.judged import asset_rows, missing_of
from pvwarranty_api.pages.people import Member, Posted
from pvwarranty_api.pages.route import PageRoute, to
from pvwarranty_api.pages.site_editing import asked
from pvwarranty_api.pages.view import page
from pvwarranty_api.services import assessments, documents, jobs, sites
from pvwarranty_api.services.assessments import Asked
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.once import Once
from pvwarranty_api.store.types import today
from pvwarranty_api.store.work import Assessment, SiteRow
from pvwarranty_api.web.access import CoreOf
from pvwarranty_api.web.forms import ObjectId
from pvwarranty_api.web.language import Language
from pvwarranty_api.web.wording import all_worded

router = APIRouter(route_class=PageRoute)
OPEN = 3  # sections of a report shown open: evidence, causes, dates
KINDS = {"pdf": "application/pdf", "html": "text/html; charset=utf-8"}


@router.post("/sites/{site_id}/assess")
def assess(core: CoreOf, actor: Member, form: Posted, site_id: ObjectId) -> Response:
    """Have a site judged on a day, today where none is told."""
    row = _judge(core, actor, site_id, _day(filled(form, "on")))
    return to(f"/assessments/{row.id}")


def _judge(core: Core, actor: Actor, site_id: str, on: date) -> Assessment:
    wanted = Asked(site_id, on, actor.language, report=True)
    return assessments.create_assessment(core, actor, wanted, Once())


def _day(text: str) -> date:
    if not text:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid("on", f"'{text}' is not a date", "write it as 2024-02-29") from None


@dataclass(frozen=True, slots=True)
class _Shown:
    """An assessment as its page shows it; the report is None until it is made."""

    row: Assessment
    site: SiteRow
    report: Report | None
    result: Mapping[str, Any]


@router.get("/assessments/{assessment_id}")
def show(core: CoreOf, actor: Member, request: Request, assessment_id: ObjectId) -> Response:
    """Show how far an assessment is, or its result."""
    row, job = assessments.get_assessment(core, actor, assessment_id)
    site = sites.get_site(core, actor, row.site_id)
    if job.state != "done":
        running = None if jobs.is_ended(job) else job
        problems = all_worded(job.problems, actor.language)
        return page(
            request, "judging.html", row=row, site=site, job=running, problems=problems,
            state=job.state,
        )  # fmt: skip
    return _result(core, actor, request, row, site)


def _result(core: Core, actor: Actor, request: Request, row: Assessment, site: SiteRow) -> Response:
    report = _report(core, actor, row.id, actor.language)
    result = json.loads(assessments.result_of(core, actor, row.id))
    shown = _Shown(row, site, report, result)
    making = request.query_params.get("job", "")
    making = making if making.isalnum() else ""
    job = jobs.get_job(core, actor, making) if making and report is None else None
    return page(
        request, "result.html", row=row, site=site, result=result, has_report=report is not None,
        job=None if job is None or jobs.is_ended(job) else job, **_pieces(shown),
        **_questions(core, shown, actor.language),
        assets=asset_rows(core, site, result, actor.language),
    )  # fmt: skip


def _report(core: Core, actor: Actor, assessment_id: str, lang: str) -> Report | None:
    try:
        return assessments.report_of(core, actor, assessment_id, lang)
    except Refusal as refusal:
        if refusal.code != "conflict":
            raise
        return None


def _pieces(shown: _Shown) -> dict[str, Any]:
    report = shown.report
    if report is None:
        return {"front": "", "opened": [], "closed": []}
    named = [(f"part-{n}", s) for n, s in enumerate(report.sections)]
    return {
        "front": pictures.front_of(report),
        "opened": [pictures.section_html(s, name) for name, s in named[:OPEN]],
        "closed": [(s.title, pictures.body_html(s, name)) for name, s in named[OPEN:]],
    }


def _questions(core: Core, shown: _Shown, lang: str) -> dict[str, Any]:
    """Return what is missing as fields, those that the maker alone can answer apart."""
    document = tomllib.loads(shown.site.toml)
    vocabulary, _ = asked(core, document)
    owner, maker = missing_of(shown.result, vocabulary)
    told = document.get("facts", {})
    ours, _ = with_problems(facts.fields_of(owner, vocabulary, told, lang), ())
    theirs, _ = with_problems(facts.fields_of(maker, vocabulary, told, lang), ())
    return {"ours": ours, "theirs": theirs}


@router.post("/assessments/{assessment_id}/answers")
def answer(core: CoreOf, actor: Member, form: Posted, assessment_id: ObjectId) -> Response:
    """Add answers to the facts of the site, and have it judged anew on the same day."""
    row, _ = assessments.get_assessment(core, actor, assessment_id)
    site = sites.get_site(core, actor, row.site_id)
    document = tomllib.loads(site.toml)
    vocabulary, _ = asked(core, document)
    told = facts.answered(form, vocabulary)
    if told:
        document["facts"] = document.get("facts", {}) | told
        sites.change_site(core, actor, site.id, sites.toml_of(document), site.version)
    return to(f"/assessments/{_judge(core, actor, site.id, row.on).id}")


@router.post("/assessments/{assessment_id}/report")
def make_report(core: CoreOf, actor: Member, form: Posted, assessment_id: ObjectId) -> Response:
    """Have the pictures and the claim report made for an assessment that came without them."""
    job = assessments.ask_report(core, actor, assessment_id)
    return to(f"/assessments/{assessment_id}?job={job.id}")


@router.get("/assessments/{assessment_id}/report.{kind}")
def download(
    core: CoreOf, actor: Member, assessment_id: ObjectId, kind: str, lang: Language = "ja"
) -> Response:
    """Return the claim report as a file."""
    if kind not in KINDS:
        raise Refusal("not_found")
    report = assessments.report_of(core, actor, assessment_id, lang)
    if kind == "pdf":
        from pvwarranty.report.pdf import render_pdf

        body = render_pdf(report)
    else:
        from pvwarranty.report.html import render_html

        body = render_html(report).encode()
    row, _ = assessments.get_assessment(core, actor, assessment_id)
    site = sites.get_site(core, actor, row.site_id)
    return _file(body, f"{site.name}-{row.on}-{lang}.{kind}", KINDS[kind])


@router.post("/assessments/{assessment_id}/bundle")
def make_bundle(core: CoreOf, actor: Member, form: Posted, assessment_id: ObjectId) -> Response:
    """Have the evidence bundle made."""
    documents.ask_document(core, actor, assessment_id, "bundle", actor.language)
    return to(f"/assessments/{assessment_id}/bundle")


@router.get("/assessments/{assessment_id}/bundle")
def show_bundle(core: CoreOf, actor: Member, request: Request, assessment_id: ObjectId) -> Response:
    """Show how far the evidence bundle is, or where it is."""
    row, _ = assessments.get_assessment(core, actor, assessment_id)
    found = documents.find_document(core, actor, assessment_id, "bundle", actor.language)
    job = jobs.get_job(core, actor, found.job_id) if found and found.key is None else None
    return page(
        request, "bundle.html", row=row, found=found,
        job=None if job is None or jobs.is_ended(job) else job,
    )  # fmt: skip


@router.get("/assessments/{assessment_id}/bundle.zip")
def bundle_file(
    core: CoreOf, actor: Member, assessment_id: ObjectId, lang: Language = "ja"
) -> Response:
    """Return the evidence bundle as a file."""
    content = documents.content_of(core, actor, assessment_id, "bundle", lang)
    row, _ = assessments.get_assessment(core, actor, assessment_id)
    name = f"{sites.get_site(core, actor, row.site_id).name}-{row.on}-{lang}.zip"
    return StreamingResponse(content, media_type="application/zip", headers=_as_file(name))


@router.get("/assessments/{assessment_id}/result.json")
def result_file(core: CoreOf, actor: Member, assessment_id: ObjectId) -> Response:
    """Return the result as JSON, a file."""
    body = assessments.result_of(core, actor, assessment_id)
    row, _ = assessments.get_assessment(core, actor, assessment_id)
    site = sites.get_site(core, actor, row.site_id)
    return _file(body, f"{site.name}-{row.on}.json", "application/json")


def _file(body: bytes, name: str, mime: str) -> Response:
    return Response(body, media_type=mime, headers=_as_file(name))


def _as_file(name: str) -> dict[str, str]:
    told = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Disposition": told, "Cache-Control": "no-store"}
