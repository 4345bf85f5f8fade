"""``pvwarranty fleet``: what to do with a fleet beside judging it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from cyclopts import App

app = App(
    name="fleet",
    help="Pack a fleet's sites; tell what a judged fleet holds and what is due.",
    result_action="return_value",
)
app.command(
    "pvwarranty.cli.deadlines:deadlines", name="deadlines",
    help="Tell which claims, steps and covers end soon, the nearest first.",
)  # fmt: skip
app.command(
    "pvwarranty.cli.pack:pack", name="pack",
    help="Write site folders into a fleet laid out for scale, under hash prefixes.",
)  # fmt: skip


@app.command
def summary(folder: Path, *, report: Path | None = None, lang: Literal["en", "ja"] = "en") -> int:
    """Tell what a batch found: claims by value, deadlines ahead, causes, where the sites are.

    Parameters
    ----------
    folder
        The folder that ``pvwarranty batch`` wrote.
    report
        Write the summary to this file, PDF or HTML by its ending, instead of the screen.
    lang
        Language of texts: en or ja.
    """
    from pvwarranty.report.fleet import summary as summarise
    from pvwarranty.report.plain import render_text
    from pvwarranty.report.writing import check_ending, write_report

    if report is not None:
        check_ending(report)
    found = summarise(folder, lang)
    if report is None:
        sys.stdout.write(render_text(found))
    else:
        write_report(found, report)
    return 0
