"""Assessments: a site judged on a day, as a job; the result is kept byte for byte."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from pvwarranty.model import Text
from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.auth.audit import note
from pvwarranty_api.errors import Refusal, invalid, not_found
from pvwarranty_api.jobs.outcome import Tell
from pvwarranty_api.jobs.states import Claim, Lost, finish
from pvwarranty_api.services.announcing import announce
from pvwarranty_api.services.core import Core, Work, add_job
from pvwarranty_api.services.once import Once, keep, made_before
from pvwarranty_api.services.pages import Piece, Wanted, piece_of
from pvwarranty_api.services.reports import name_reports, put_reports, read_report
from pvwarranty_api.services.sites import site_row
from pvwarranty_api.store.objects import fetch
from pvwarranty_api.store.work import Assessment, Job

if TYPE_CHECKING:
    from pvwarranty.report.case import Case
    from pvwarranty.report.document import Report

ASSESSMENT = Text("判定", "assessment")
NO_DATA = Text("測定データがまだありません", "The site has no measurements yet")
NOT_YET = Text("まだ結果がありません", "There is no result yet")
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be judged: a site, on a day, with texts in a language; with its report at once?"""

    site: str
    on: date
    language: str = "ja"
    report: bool = False


def create_assessment(core: Core, actor: Actor, asked: Asked, once: Once) -> Assessment:
    """Have a site judged as it is now: what is changed later does not change the result."""
    actor.need(Role.WRITE)
    if not EARLIEST <= asked.on <= LATEST:
        raise invalid("on", f"is not within {EARLIEST} … {LATEST}")
    with core.database.writing() as db:
        known = made_before(db, actor, once)
        if known is not None:
            return assessment_row(db, actor, known)
        site = site_row(db, actor, asked.site)
        if site.measurements is None:
            raise Refusal("conflict", NO_DATA)
        row = Assessment(
            organisation_id=actor.organisation, site_id=site.id, on=asked.on, toml=site.toml,
            language=asked.language, measurements=site.measurements, curves=site.curves, job_id="",
        )  # fmt: skip
        db.add(row)
        db.flush()
        told = {"report": asked.report}
        work = Work("assess", row.id, actor.organisation, told, core.settings.job_attempts)
        row.job_id = add_job(db, core.queue, work).id
        keep(db, actor, once, row.id, core.settings.idempotency_hours)
        note(db, actor, "assessment.create", row.id, site=site.id)
        return row


def assess(core: Core, claim: Claim, tell: Tell) -> None:
    """Judge a site, and keep the result with the end of the job: one, whatever happened before."""
    from pvwarranty.verify import as_dict, as_json

    row, case = _judged(core, claim, tell)
    keys = _reports(core, row, case, tell) if claim.arguments.get("report") else {}
    # the bytes that ``pvwarranty verify --json`` prints
    text = as_json(case.result, row.language) + "\n"
    summary = [summary_of(v) for v in as_dict(case.result, row.language)["verdicts"]]
    with core.database.writing() as db:
        kept = db.get(Assessment, row.id)
        if kept is None:
            raise Lost(claim.job)
        kept.result, kept.summary = zlib.compress(text.encode()), summary
        name_reports(db, kept, keys)
        finish(db, claim)
        data = {"assessment": row.id, "site": row.site_id, "on": row.on.isoformat()}
        announce(core, db, row.organisation_id, "assessment.done", data | {"verdicts": summary})


def make_report(core: Core, claim: Claim, tell: Tell) -> None:
    """Judge a site once more, which gives the same result, for the claim report that pages show."""
    row, case = _judged(core, claim, tell)
    keys = _reports(core, row, case, tell)
    with core.database.writing() as db:
        kept = db.get(Assessment, row.id)
        if kept is None:
            raise Lost(claim.job)
        name_reports(db, kept, keys)
        finish(db, claim)


def ask_report(core: Core, actor: Actor, assessment_id: str) -> Job:
    """Have the claim report that pages show made; `report_of` gives it when the job is done."""
    actor.need(Role.WRITE)
    with core.database.writing() as db:
        row = assessment_row(db, actor, assessment_id)
        work = Work("report", row.id, actor.organisation, {}, core.settings.job_attempts)
        return add_job(db, core.queue, work)


def report_of(core: Core, actor: Actor, assessment_id: str, lang: str) -> Report:
    """Return the claim report of an assessment in a language; refuses where there is none yet."""
    with core.database.reading() as db:
        assessment_row(db, actor, assessment_id)
    report = read_report(core, assessment_id, lang)
    if report is None:
        raise Refusal("conflict", NOT_YET)
    return report


def _judged(core: Core, claim: Claim, tell: Tell) -> tuple[Assessment, Case]:
    with core.database.reading() as db:
        row = db.get(Assessment, claim.target, options=[undefer(Assessment.toml)])
    if row is None:
        raise Lost(claim.job)
    with core.inbox.place() as folder:
        tell(0.1, "read")
        lay_out(core, row, folder)
        tell(0.2, "judge")
        return row, case_of(folder, row.on)


def _reports(core: Core, row: Assessment, case: Case, tell: Tell) -> dict[str, str]:
    tell(0.7, "report")
    return put_reports(core, row.id, case)


def lay_out(core: Core, row: Assessment, folder: Path) -> None:
    """Write an assessment's site as the folder that the command line reads."""
    (folder / "site.toml").write_bytes(row.toml.encode())
    fetch(core.objects, row.measurements, folder / "measurements.parquet")
    if row.curves is not None:
        fetch(core.objects, row.curves, folder / "ivcurves.csv")


def case_of(folder: Path, on: date) -> Case:
    """Return the judged site of a folder."""
    from pvwarranty.ingest.ivcurves import read_ivcurves
    from pvwarranty.ingest.measurements import read_measurements
    from pvwarranty.ingest.site import read_site
    from pvwarranty.report.case import Case
    from pvwarranty.verify import verify

    site = read_site(folder)
    measured = read_measurements(folder, site)
    curves = read_ivcurves(folder, site)
    return Case(verify(site, measured, on, curves=curves), site)


def summary_of(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """Return a verdict in short, for lists."""
    estimate, threshold = verdict["estimate"] or {}, verdict["threshold"] or {}
    names = ("asset", "component", "coverage", "output", "decision", "missing", "deadline")
    short = {name: verdict.get(name) for name in names}
    short |= {name: estimate.get(name) for name in ("quantity", "value", "low", "high", "p_below")}
    return short | {"threshold": threshold.get("ratio"), "until": threshold.get("until")}


def result_of(core: Core, actor: Actor, assessment_id: str) -> bytes:
    """Return the result of an assessment; refuses where there is none yet."""
    with core.database.reading() as db:
        assessment_row(db, actor, assessment_id)
        packed = db.scalar(select(Assessment.result).where(Assessment.id == assessment_id))
    if packed is None:
        raise Refusal("conflict", NOT_YET)
    return zlib.decompress(packed)


def get_assessment(core: Core, actor: Actor, assessment_id: str) -> tuple[Assessment, Job]:
    """Return an assessment and its job."""
    with core.database.reading() as db:
        row = assessment_row(db, actor, assessment_id)
        job = db.get(Job, row.job_id)
    if job is None:
        raise not_found(ASSESSMENT)
    return row, job


def list_assessments(
    core: Core, actor: Actor, site_id: str | None, wanted: Wanted
) -> Piece[Assessment]:
    """Return the assessments of a site, or of all sites of the organisation."""
    query = select(Assessment).where(Assessment.organisation_id == actor.organisation)
    if site_id is not None:
        query = query.where(Assessment.site_id == site_id)
    with core.database.reading() as db:
        return piece_of(db, query, Assessment.id, wanted)


def assessment_row(db: Session, actor: Actor, assessment_id: str) -> Assessment:
    """Return an assessment's row; not found where it is another organisation's."""
    row = db.get(Assessment, assessment_id)
    if row is None or row.organisation_id != actor.organisation:
        raise not_found(ASSESSMENT)
    return row
