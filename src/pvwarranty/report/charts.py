"""The chart of a site's result as one PNG: estimates beside the warranted values, and courses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pvwarranty.errors import DataError, Problem
from pvwarranty.report.figures import overview, peers, style
from pvwarranty.report.labels import say
from pvwarranty.verify.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COURSES = 2.6  # in


def save_overview(result: Result, path: Path, lang: str = "en") -> None:
    """Write the chart of a site as a PNG; DataError where the file cannot be written."""
    content = style.png(chart(result, lang))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise DataError(Problem(str(path), f"cannot be written: {error.strerror}")) from None


def chart(result: Result, lang: str) -> Figure:
    """Return the chart: every asset's interval beside its threshold, and the courses."""
    rows, shown = overview.height(result), bool(peers.courses(result))
    figure = style.canvas(0.3 + rows + (COURSES if shown else 0.0))
    if shown:
        upper, lower = figure.subplots(2, 1, height_ratios=[rows, COURSES])
        peers.onto(lower, result, lang)
    else:
        upper = figure.subplots()
    overview.onto(upper, result, lang)
    title = say(lang, "report.subject", site=result.site, on=result.on)
    figure.suptitle(title, x=0.01, ha="left", fontsize=9, fontweight="bold")
    return figure
