"""The claim report: what stands in it, in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from pvwarranty.report.case import Case
from pvwarranty.report.claim import claim_report
from pvwarranty.report.claim.front import answer, front
from pvwarranty.report.document import Paragraph, Picture, Report, Table
from pvwarranty.report.labels import LANGUAGES, label, say
from pvwarranty.verify.result import JudgedCause

pytest.importorskip("matplotlib", reason="the extra 'report' is not installed")

Reported = Callable[[Case, str], Report]


def tables(report: Report) -> list[Table]:
    blocks = [*report.front, *(b for s in report.sections for b in s.blocks)]
    return [b for b in blocks if isinstance(b, Table)]


def pictures(report: Report) -> list[Picture]:
    return [b for s in report.sections for b in s.blocks if isinstance(b, Picture)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_answer_stands_first_and_says_how_each_asset_fares(
    reported: Reported, case: Case, lang: str
) -> None:
    lead = reported(case, lang).front[0]
    assert isinstance(lead, Paragraph)
    assert lead.kind == "lead"
    supported = [v for v in case.result.verdicts if v.standing == "supported"]
    if len(supported) == 1:
        verdict = supported[0]
        assert verdict.asset in lead.text
        assert f"{verdict.estimate.value:.1%}" in lead.text
        assert f"{float(verdict.threshold.ratio):.1%}" in lead.text
    assert lead.tone == (
        "supported" if supported else
        "undecided" if any(v.standing == "undecided" for v in case.result.verdicts)
        else "not_supported"
    )  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_asset_stands_in_a_table_with_interval_threshold_and_step(
    reported: Reported, case: Case, lang: str
) -> None:
    rows = {r[0].text: [c.text for c in r] for r in tables(reported(case, lang))[0].rows}
    for verdict in case.result.verdicts:
        row = " ".join(rows[verdict.asset])
        assert f"{verdict.estimate.low:.1%}–{verdict.estimate.high:.1%}" in row
        assert f"{float(verdict.threshold.ratio):.1%}" in row
        assert verdict.threshold.until.isoformat() in row
        assert label("claim", verdict.standing, lang) in row


def test_all_clauses_are_quoted_in_the_original(reported: Reported, case: Case) -> None:
    for lang in LANGUAGES:
        quoted = {
            r[0].text: r[2].text
            for t in tables(reported(case, lang))
            if t.title == say(lang, "terms.table")
            for r in t.rows
        }
        clauses = next(case.editions()).clauses
        for verdict in case.result.verdicts:
            for clause in verdict.clauses:
                assert quoted[clause] == clauses[clause].quote


def test_everything_missing_is_asked_of_someone(reported: Reported, failed: Case) -> None:
    asked = next(t for t in tables(reported(failed, "en")) if t.title == say("en", "front.next"))
    assert {r[0].text for r in asked.rows} == {"owner", "maker"}
    assert any("measurement" in r[1].text for r in asked.rows)


def test_the_evidence_goes_with_the_report(reported: Reported, case: Case) -> None:
    attached = reported(case, "ja").attachments[0]
    told = json.loads(attached.data)
    assert [v["asset"] for v in told["verdicts"]] == [v.asset for v in case.result.verdicts]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_picture_has_a_text_with_its_figures(
    reported: Reported, case: Case, lang: str
) -> None:
    found = pictures(reported(case, lang))
    assert found
    for picture in found:
        assert len(picture.alt) > 20
        assert any(c.isdigit() for c in picture.alt)
        assert picture.caption


def test_the_same_case_gives_the_same_report(failed: Case) -> None:
    assert claim_report(failed, "ja") == claim_report(failed, "ja")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_loss_of_an_excluded_cause_is_told_as_such(failed: Case, lang: str) -> None:
    verdict = next(v for v in failed.result.verdicts if v.asset == "S1M04")
    cause = replace(verdict.causes[0].cause, cause="salt_corrosion")
    judged = JudgedCause(cause, False, ("TOS-3.9",))
    refused = replace(
        verdict, decision="excluded", standing="not_supported", causes=(judged,), deadline=None
    )
    case = Case(replace(failed.result, verdicts=(refused,)), failed.site)
    text = answer(case, lang)
    assert label("cause", "salt_corrosion", lang) in text
    assert refused.asset in text


def test_many_assets_leave_the_first_page_to_those_that_ask_for_something(failed: Case) -> None:
    sound = next(v for v in failed.result.verdicts if v.standing == "not_supported")
    loud = next(v for v in failed.result.verdicts if v.standing == "supported")
    verdicts = (*[replace(sound) for _ in range(40)], loud)
    case = Case(replace(failed.result, verdicts=verdicts), failed.site)
    first = next(b for b in front(case, "en") if isinstance(b, Table))
    assert [r[0].text for r in first.rows] == [loud.asset]
    assert "40 more" in first.note
