"""Reports into files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pvwarranty.cli import run
from pvwarranty.errors import DataError
from pvwarranty.report.document import Paragraph, Report, Section
from pvwarranty.report.writing import write_report

pytest.importorskip("typst", reason="the extra 'report' is not installed")

SITE = Path(__file__).resolve().parents[2] / "site_data" / "healthy-modules"
REPORT = Report(
    "Title", "Subject", "en", date(2024, 1, 2), (Paragraph("Text"),), (Section("S", ()),), "End"
)


@pytest.mark.parametrize(("name", "start"), [("a.pdf", b"%PDF"), ("b/c.HTML", b"<!doctype html>")])
def test_the_ending_tells_the_kind_of_file(tmp_path: Path, name: str, start: bytes) -> None:
    write_report(REPORT, tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"end the name with \.pdf or \.html"):
        write_report(REPORT, tmp_path / "a.docx")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        write_report(REPORT, tmp_path / "file" / "a.pdf")


def test_the_command_refuses_a_wrong_ending_before_it_reads_anything(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["verify", "no-such-site", "--report", "claim.txt"]) == 2
    assert "claim.txt" in capsys.readouterr().err


def test_the_command_writes_the_report_and_the_chart_in_the_language_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, chart = tmp_path / "claim.html", tmp_path / "chart.png"
    asked = ["--on", "2024-10-18", "--lang", "ja", "--report", str(page), "--chart", str(chart)]
    assert run(["verify", str(SITE), *asked]) == 0
    assert "請求を裏付けない" in capsys.readouterr().out
    assert '<html lang="ja">' in page.read_text("utf-8")
    assert chart.read_bytes().startswith(b"\x89PNG")
