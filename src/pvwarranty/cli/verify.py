"""``pvwarranty verify``: the verdicts on one site."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter


def verify(
    site_dir: Path,
    *,
    on: datetime | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    chart: Path | None = None,
    report: Path | None = None,
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
    from pvwarranty.ingest.ivcurves import read_ivcurves
    from pvwarranty.ingest.measurements import read_measurements
    from pvwarranty.ingest.site import read_site
    from pvwarranty.verify import as_json as json_of
    from pvwarranty.verify import verify as verify_site

    if report is not None:
        from pvwarranty.report.writing import check_ending

        check_ending(report)
    site = read_site(site_dir)
    measured = read_measurements(site_dir, site)
    curves = read_ivcurves(site_dir, site)
    day = date.today() if on is None else on.date()
    result = verify_site(site, measured, day, curves=curves)
    if chart is not None:
        from pvwarranty.report.charts import save_overview

        save_overview(result, chart, lang)
    if report is not None:
        from pvwarranty.report.claim import Case, claim_report
        from pvwarranty.report.writing import write_report

        write_report(claim_report(Case(result, site), lang), report)
    if as_json:
        sys.stdout.write(json_of(result, lang) + "\n")
    else:
        from pvwarranty.report.text import render

        sys.stdout.write(render(result, lang))
    return 0
