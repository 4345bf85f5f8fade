"""The strip plot of an import: one strip a series, one stripe a day, dark where values are."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.convert.tally import Tally
from pvwarranty.model import Floats

_MOST = 60  # strips; of more series the first are drawn


def strips(tally: Tally) -> tuple[list[str], int, Floats]:
    """Return the series, the first day and the share of each day's intervals, (series, days)."""
    names = sorted(tally.columns)[:_MOST]
    days = [day for name in names for day in tally.columns[name].by_day]
    if not days:
        return names, 0, np.zeros((len(names), 1))
    first, last = min(days), max(days)
    share = np.zeros((len(names), last - first + 1))
    for i, name in enumerate(names):
        for day, count in tally.columns[name].by_day.items():
            share[i, day - first] = count * tally.interval / 86400
    return names, first, np.minimum(share, 1.0)


def strip_plot(tally: Tally, path: Path) -> None:
    """Draw the coverage of every series by day into a PNG file.

    Raises
    ------
    DataError
        matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        hint = "pip install 'pvwarranty[report]', or convert with --no-plot"
        raise DataError(Problem(path.name, "needs matplotlib to be drawn", hint)) from None
    names, first, share = strips(tally)
    figure = Figure(figsize=(10, 1.2 + 0.28 * len(names)), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    # matplotlib counts days from 1970-01-01, as we do
    extent = (first, first + share.shape[1], len(names) - 0.5, -0.5)
    picture = axes.imshow(
        share, aspect="auto", interpolation="nearest", cmap="Blues", vmin=0, vmax=1, extent=extent
    )
    axes.set_yticks(range(len(names)), names)
    axes.xaxis_date()
    axes.tick_params(axis="x", labelrotation=30)
    for place in range(1, len(names)):
        axes.axhline(place - 0.5, color="white", linewidth=2)
    figure.colorbar(picture, ax=axes, label="share of the day's intervals")
    axes.set_title(f"{tally.site.id}: measurements by day")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the font may lack letters of a channel's name
        figure.savefig(path)
