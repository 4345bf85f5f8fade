"""Claim reports as pages hold them: made with the result in both languages, drawn when asked."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pvwarranty_api.services.core import Core
from pvwarranty_api.store.types import new_id
from pvwarranty_api.store.work import Assessment, Document

if TYPE_CHECKING:
    from pvwarranty.report.case import Case
    from pvwarranty.report.document import Report

KIND = "page"  # of documents that hold a report before it is drawn
LANGUAGES = ("ja", "en")


def put_reports(core: Core, assessment_id: str, case: Case) -> dict[str, str]:
    """Keep the claim report of a judged site in both languages; return the keys by language."""
    from pvwarranty.report.claim import claim_report

    keys = {}
    with core.inbox.place() as folder:
        for lang in LANGUAGES:
            packed = zlib.compress(_adapter().dump_json(claim_report(case, lang)))
            keys[lang] = f"reports/{assessment_id}/{new_id()}"
            (folder / lang).write_bytes(packed)
            core.objects.put(keys[lang], folder / lang)
    return keys


def name_reports(db: Session, row: Assessment, keys: Mapping[str, str]) -> None:
    """Let an assessment have its reports, in the transaction that ends their job."""
    held = {d.language: d for d in db.scalars(_reports_of(row.id))}
    for lang, key in keys.items():
        if lang in held:
            held[lang].key = key
        else:
            db.add(Document(
                organisation_id=row.organisation_id, assessment_id=row.id, kind=KIND,
                language=lang, job_id=row.job_id, key=key,
            ))  # fmt: skip


def read_report(core: Core, assessment_id: str, lang: str) -> Report | None:
    """Return the claim report of an assessment, or None where there is none."""
    with core.database.reading() as db:
        row = db.scalar(_reports_of(assessment_id).where(Document.language == lang))
    if row is None or row.key is None:
        return None
    packed = b"".join(core.objects.read(row.key))
    report: Report = _adapter().validate_json(zlib.decompress(packed))
    return report


def _reports_of(assessment_id: str) -> Any:
    return select(Document).where(Document.assessment_id == assessment_id, Document.kind == KIND)


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    from pvwarranty.report.document import Report

    return TypeAdapter(Report)
