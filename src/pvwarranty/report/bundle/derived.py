"""The members of a bundle that are made of a judged site."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import Any

from pvwarranty.report.bundle.about import json_bytes
from pvwarranty.report.bundle.members import FACTS, README, REPORTS, RESULT
from pvwarranty.report.case import Case
from pvwarranty.report.claim import claim_report
from pvwarranty.report.pdf import render_pdf
from pvwarranty.verify import as_json


def made_of(case: Case, lang: str) -> dict[str, bytes]:
    """Return the members that are made of a judged site, in one language."""
    return {
        README: files("pvwarranty.report.bundle").joinpath(README).read_bytes(),
        FACTS: json_bytes(_plain(case.site.facts)),
        RESULT: (as_json(case.result, lang) + "\n").encode(),
        REPORTS[lang]: render_pdf(claim_report(case, lang)),
    }


def _plain(value: Any) -> Any:
    """Return facts as JSON knows them: dates as ISO text."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value
