"""Reports into files: the kind of file is told by the name's ending."""

from __future__ import annotations

from pathlib import Path

from pvwarranty.errors import DataError, Problem
from pvwarranty.report.document import Report

ENDINGS = (".pdf", ".html")


def check_ending(path: Path) -> None:
    """Refuse a file whose ending tells no kind of report, before any work is done.

    Raises
    ------
    DataError
        The name ends neither with .pdf nor with .html.
    """
    if path.suffix.lower() not in ENDINGS:
        what = f"'{path.suffix}' is no kind of report"
        raise DataError(Problem(str(path), what, "end the name with .pdf or .html"))


def write_report(report: Report, path: Path) -> None:
    """Write a report as PDF or HTML.

    Raises
    ------
    DataError
        The name tells no kind of report, or the file cannot be written.
    """
    check_ending(path)
    if path.suffix.lower() == ".pdf":
        from pvwarranty.report.pdf import render_pdf

        data = render_pdf(report)
    else:
        from pvwarranty.report.html import render_html

        data = render_html(report).encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise DataError(Problem(str(path), f"cannot be written: {error}")) from None
