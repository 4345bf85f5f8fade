"""Reports on what a maker's terms give."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pvwarranty.cli import run
from pvwarranty.condition import Context
from pvwarranty.entitle import answer_query, read_query, timeline
from pvwarranty.report.document import Paragraph, Report, Table
from pvwarranty.report.labels import LANGUAGES, say
from pvwarranty.terms import packaged_library
from pvwarranty.terms.words import label as term

pytest.importorskip("matplotlib", reason="the extra 'report' is not installed")

from pvwarranty.report.entitlement import Asked, considered, entitlement_report

BATTERY = {
    "maker": "omron", "coverage": "omr_free_battery",
    "facts": {
        "normal_use": True, "used_in_japan": True, "model": "BN75T",
        "purchase_date": "2023-06-10", "registered_on": "2023-07-10",
        "event_date": "2025-09-01", "claim_date": "2025-09-01", "trigger": "battery_lamp_lit",
    },
}  # fmt: skip
OPEN = {"maker": "apc", "coverage": "apc_standard", "facts": {
    "model": "SRT1000XLJ", "purchase_date": "2024-02-10", "event_date": "2026-08-01",
    "trigger": "failure", "failure_confirmed": True,
}}  # fmt: skip


def report_on(raw: dict[str, Any], lang: str) -> Report:
    query, context = read_query(raw, packaged_library()), Context()
    on = considered(query, date(2026, 1, 1))
    asked = Asked(query, answer_query(query, context), timeline(query, context), on)
    return entitlement_report([asked], lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_answer_stands_first_with_its_clauses_quoted(lang: str) -> None:
    report = report_on(BATTERY, lang)
    lead = report.front[0]
    assert isinstance(lead, Paragraph)
    assert term("decision", "covered", lang) in lead.text
    quoted = [
        b for s in report.sections for b in s.blocks
        if isinstance(b, Table) and b.title == say(lang, "terms.table")
    ]  # fmt: skip
    assert {"OMR-REG-1", "OMR-BAT-3"} <= {r[0].text for r in quoted[0].rows}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_missing_is_asked_for(lang: str) -> None:
    report = report_on(OPEN, lang)
    asked = [b for b in report.front if isinstance(b, Table)]
    assert [b.title for b in asked] == [say(lang, "entitlement.missing")]
    assert len(asked[0].rows) == 1


def test_its_date_is_the_day_that_the_facts_tell() -> None:
    assert report_on(BATTERY, "en").on == date(2025, 9, 1)


def test_the_command_writes_one_report_of_all_queries(tmp_path: Path) -> None:
    queries, out = tmp_path / "queries.json", tmp_path / "answer.html"
    queries.write_text(json.dumps([BATTERY, OPEN]))
    assert run(["entitle", str(queries), "--report", str(out), "--lang", "ja"]) == 0
    text = out.read_text("utf-8")
    assert "BN75T" in text
    assert "SRT1000XLJ" in text
    pdf = tmp_path / "answer.pdf"
    assert run(["entitle", str(queries), "--report", str(pdf)]) == 0
    assert pdf.read_bytes().startswith(b"%PDF")


def test_an_ending_that_is_no_report_is_refused_before_anything_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["entitle", str(tmp_path / "none.json"), "--report", "answer.doc"]) == 2
    assert "end the name with .pdf or .html" in capsys.readouterr().err
