"""Reports as HTML: one file, readable by machines and people."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser

import pytest

from pvwarranty.report.case import Case
from pvwarranty.report.claim import claim_report
from pvwarranty.report.document import Cell, Column, Paragraph, Report, Section, Table
from pvwarranty.report.labels import LANGUAGES

pytest.importorskip("matplotlib", reason="the extra 'report' is not installed")

from pvwarranty.report.html import render_html

Reported = Callable[[Case, str], Report]

VOID = {"meta", "link", "br", "img", "path", "use", "rect"}


class Page(HTMLParser):
    """Collects ids and references, and checks that elements are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.refers: list[str] = []
        self.outside: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self._look(attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def _look(self, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "xlink:href", "src") and value:
                inside = value.startswith("#")
                (self.refers if inside else self.outside).append(value)
            self.refers += re.findall(r"url\((#[^)]+)\)", value or "")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_one_well_formed_file_that_needs_no_other(
    reported: Reported, case: Case, lang: str
) -> None:
    text = render_html(reported(case, lang))
    page = Page(text)
    assert not page.open
    assert len(page.ids) == len(set(page.ids))
    assert {r[1:] for r in page.refers} <= set(page.ids)
    assert all(o.startswith("data:") for o in page.outside)
    assert f'<html lang="{lang}">' in text
    assert len(text.encode()) < 3e6


def test_every_picture_speaks(reported: Reported, failed: Case) -> None:
    text = render_html(reported(failed, "ja"))
    assert text.count("<svg ") == text.count('<svg role="img" aria-label="')


def test_what_was_written_stays_text() -> None:
    odd = "<script>alert('x')</script> & \"y\""
    table = Table(odd, (Column(odd),), ((Cell(odd),),), odd)
    front = (Paragraph(odd), table)
    report = Report(odd, odd, "en", date(2024, 1, 1), front, (Section(odd, ()),), odd)
    text = render_html(report)
    assert "<script>" not in text
    assert not Page(text).open


def test_the_same_report_gives_the_same_page(failed: Case) -> None:
    assert render_html(claim_report(failed, "en")) == render_html(claim_report(failed, "en"))
