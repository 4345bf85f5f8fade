"""Documents of an assessment: the claim report as PDF or HTML, and the evidence bundle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import undefer

from pvwarranty.model import Text
from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.auth.audit import note
from pvwarranty_api.errors import Refusal, invalid, not_found
from pvwarranty_api.jobs.outcome import Tell
from pvwarranty_api.jobs.states import Claim, Lost, finish
from pvwarranty_api.services.assessments import NOT_YET, assessment_row, case_of, lay_out
from pvwarranty_api.services.bundles import bundle_of
from pvwarranty_api.services.core import Core, Work, add_job
from pvwarranty_api.store.types import new_id
from pvwarranty_api.store.work import Assessment, Document

if TYPE_CHECKING:
    from pvwarranty.report.case import Case

KINDS = {"pdf": "application/pdf", "html": "text/html; charset=utf-8", "bundle": "application/zip"}
DOCUMENT = Text("書類", "document")


def ask_document(
    core: Core, actor: Actor, assessment_id: str, kind: str, language: str
) -> Document:
    """Have a document made, unless it is there or being made already."""
    actor.need(Role.WRITE)
    if kind not in KINDS:
        raise invalid("kind", "is no kind of document", f"one of {', '.join(KINDS)}")
    known = find_document(core, actor, assessment_id, kind, language)
    if known is not None:
        return known
    try:
        with core.database.writing() as db:
            assessment = assessment_row(db, actor, assessment_id)
            if db.scalar(select(Assessment.result.is_(None)).where(Assessment.id == assessment.id)):
                raise Refusal("conflict", NOT_YET)
            row = Document(
                organisation_id=actor.organisation, assessment_id=assessment_id, kind=kind,
                language=language,
            )  # fmt: skip
            db.add(row)
            db.flush()
            work = Work("document", row.id, actor.organisation, {}, core.settings.job_attempts)
            row.job_id = add_job(db, core.queue, work).id
            note(db, actor, "document.create", row.id, kind=kind)
            return row
    except IntegrityError:  # asked for twice at once
        known = find_document(core, actor, assessment_id, kind, language)
        if known is None:
            raise
        return known


def find_document(
    core: Core, actor: Actor, assessment_id: str, kind: str, language: str
) -> Document | None:
    """Return a document of an assessment, or None where nobody asked for it."""
    with core.database.reading() as db:
        assessment_row(db, actor, assessment_id)
        query = select(Document).where(
            Document.assessment_id == assessment_id, Document.kind == kind,
            Document.language == language,
        )  # fmt: skip
        return db.scalar(query)


def content_of(
    core: Core, actor: Actor, assessment_id: str, kind: str, language: str
) -> Iterator[bytes]:
    """Return a document's bytes; refuses where it is not made yet."""
    row = find_document(core, actor, assessment_id, kind, language)
    if row is None:
        raise not_found(DOCUMENT)
    if row.key is None:
        raise Refusal("conflict", NOT_YET)
    return core.objects.read(row.key)


def make_document(core: Core, claim: Claim, tell: Tell) -> None:
    """Make a document of an assessment's own data, as they were judged."""
    with core.database.reading() as db:
        row = db.get(Document, claim.target)
        if row is None:
            raise Lost(claim.job)
        about = db.get_one(
            Assessment, row.assessment_id, options=[undefer(Assessment.toml)]
        )  # fmt: skip
    with core.inbox.place() as folder:
        site = folder / "site"
        site.mkdir()
        lay_out(core, about, site)
        tell(0.1, "judge")
        case = case_of(site, about.on)
        tell(0.6, "write")
        file = folder / "document"
        file.write_bytes(_content(core, row, case, site))
        key = f"reports/{about.id}/{new_id()}"
        core.objects.put(key, file)
    with core.database.writing() as db:
        kept = db.get(Document, row.id)
        if kept is None:
            raise Lost(claim.job)
        kept.key = key
        finish(db, claim)


def _content(core: Core, row: Document, case: Case, site: Path) -> bytes:
    from pvwarranty.report.claim import claim_report
    from pvwarranty.report.html import render_html
    from pvwarranty.report.pdf import render_pdf

    if row.kind == "bundle":
        return bundle_of(core.settings, site, case, row.language)
    report = claim_report(case, row.language)
    return render_pdf(report) if row.kind == "pdf" else render_html(report).encode()
