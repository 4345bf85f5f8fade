"""``pvwarranty verify``: the verdicts on one site."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from pvwarranty.cli.bundle import Bundling, prepare, write

if TYPE_CHECKING:
    from pvwarranty.report.case import Case

_NONE = Bundling()


def verify(
    site_dir: Path,
    *,
    on: datetime | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    chart: Path | None = None,
    report: Path | None = None,
    bundling: Annotated[Bundling, Parameter(name="*")] = _NONE,
    lang: Literal["en", "ja"] = "en",
) -> int:
    """Judge the channels and batteries of a site against their maker's terms.

    Parameters
    ----------
    site_dir
        Folder with site.toml, measurements.parquet or measurements.csv, and ivcurves.csv if any.
    on
        The day judged, by default today; measurements after it are not used.
    as_json
        Print the result as JSON and nothing else.
    chart
        Write a chart of the estimates and their course to this PNG file.
    report
        Write the claim report to this file, PDF or HTML by its ending.
    lang
        Language of texts: en or ja.
    """
    from pvwarranty.report.bundle.assess import assess
    from pvwarranty.verify import as_json as json_of

    prepared = prepare(site_dir, bundling)
    if report is not None:
        from pvwarranty.report.writing import check_ending

        check_ending(report)
    case = assess(site_dir, date.today() if on is None else on.date())
    if prepared is not None:
        write(prepared, case, lang)
    _save(case, chart, report, lang)
    if as_json:
        sys.stdout.write(json_of(case.result, lang) + "\n")
    else:
        from pvwarranty.report.text import render

        sys.stdout.write(render(case.result, lang))
    return 0


def _save(case: Case, chart: Path | None, report: Path | None, lang: str) -> None:
    """Write the chart and the report that were asked for."""
    if chart is not None:
        from pvwarranty.report.charts import save_overview

        save_overview(case.result, chart, lang)
    if report is not None:
        from pvwarranty.report.claim import claim_report
        from pvwarranty.report.writing import write_report

        write_report(claim_report(case, lang), report)
