"""Reports as PDF: archivable, accessible, searchable, the same bytes every time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest

from pvwarranty.report.case import Case
from pvwarranty.report.claim import claim_report
from pvwarranty.report.document import Attachment, Paragraph, Picture, Report, Section
from pvwarranty.report.labels import LANGUAGES, say

pytest.importorskip("typst", reason="the extra 'report' is not installed")
pdfium = pytest.importorskip("pypdfium2", reason="the extra 'test' is not installed")

from pvwarranty.report.pdf import render_pdf  # noqa: E402

Reported = Callable[[Case, str], Report]

NAMES = "𠮷田 髙橋 山﨑 ㎾ ㎡ ① ～ −"


def text_of(data: bytes) -> str:
    document = pdfium.PdfDocument(data)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return re.sub(r"\s+", "", "".join(pages))


def small(text: str, lang: str = "ja", blocks: tuple = ()) -> Report:
    front = (Paragraph(text), *blocks)
    evidence = Attachment("evidence.json", "application/json", b'{"a": 1}', "evidence")
    return Report(
        "題名", "対象", lang, date(2024, 11, 4), front, (Section("節", ()),), "脚注", (evidence,)
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_report_says_can_be_read_from_the_file(
    reported: Reported, case: Case, lang: str
) -> None:
    report = reported(case, lang)
    data = render_pdf(report)
    assert len(data) < 3e6
    found = text_of(data)
    for section in report.sections:
        assert section.title.replace(" ", "") in found
    lead = report.front[0]
    assert isinstance(lead, Paragraph)
    assert lead.text.replace(" ", "") in found
    clauses = {c for v in case.result.verdicts for c in v.clauses}
    assert all(c in found for c in clauses)


def test_the_same_report_gives_the_same_bytes(failed: Case) -> None:
    first = render_pdf(claim_report(failed, "ja"))
    assert first == render_pdf(claim_report(failed, "ja"))


def test_it_says_to_be_archivable_and_accessible_and_when_it_was_made() -> None:
    data = render_pdf(small("本文"))
    assert b"<pdfaid:part>3</pdfaid:part>" in data
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in data
    assert b"<pdfuaid:part>1</pdfuaid:part>" in data
    assert b"2024-11-04" in data


def test_the_evidence_is_inside() -> None:
    document = pdfium.PdfDocument(render_pdf(small("本文")))
    attached = document.get_attachment(0)
    assert attached.get_name() == "evidence.json"
    assert bytes(attached.get_data()) == b'{"a": 1}'
    document.close()


def test_names_and_signs_of_the_trade_come_out_as_they_went_in() -> None:
    assert text_of(render_pdf(small(NAMES))) == text_of(render_pdf(small(NAMES)))
    assert NAMES.replace(" ", "") in text_of(render_pdf(small(NAMES)))


def test_text_of_a_picture_is_text() -> None:
    from pvwarranty.report.figures import style

    figure = style.canvas(1.0)
    figure.subplots().set_xlabel("出力比（髙）")
    picture = Picture(style.svg(figure), "alternative", "説明")
    assert "出力比（髙）" in text_of(render_pdf(small("本文", blocks=(picture,))))


def test_words_that_typst_would_read_as_commands_stay_words() -> None:
    odd = r"#let x = 1 $a^2$ *b* _c_ @d <e> \f [g] // h `i`"
    assert odd.replace(" ", "") in text_of(render_pdf(small(odd)))


def test_all_languages_have_the_words_of_the_template() -> None:
    for lang in LANGUAGES:
        assert say(lang, "report.page")
