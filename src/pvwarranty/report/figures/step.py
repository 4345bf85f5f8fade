"""The fortnightly levels about a step: how it was before and after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from pvwarranty.report.figures import style
from pvwarranty.report.labels import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(evidence: Mapping[str, Any], since: date, lang: str) -> Figure:
    """Return the figure of a step (`evidence` of its cause), which happened `since`."""
    level = np.array([np.nan if v is None else v for v in evidence["levels"]], dtype=np.float64)
    weeks = 2.0 * (np.arange(len(level)) - len(level) // 2) + 1.0
    figure = style.canvas(2.0, width=5.2)
    axes = figure.subplots()
    axes.axvline(0.0, color=style.VERMILLION, lw=1.2, ls=":", label=f"{since}")
    for side, colour in ((weeks < 0, style.BLUE), (weeks > 0, style.VERMILLION)):
        axes.plot(weeks[side], level[side], "o", color=colour, ms=4, mec=style.PAPER)
        if np.isfinite(level[side]).any():
            middle = float(np.nanmedian(level[side]))
            axes.plot([weeks[side][0], weeks[side][-1]], [middle, middle], color=colour, lw=1.4)
    axes.set_ylim(max(float(np.nanmin(level)) - 0.12, 0.0), float(np.nanmax(level)) + 0.12)
    axes.set_xlabel(say(lang, "step.weeks"))
    axes.set_ylabel(say(lang, "series.axis"))
    style.tidy(axes)
    style.percent(axes)
    style.legend(axes)
    return figure


def alt(evidence: Mapping[str, Any], since: date, lang: str) -> str:
    """Return what the figure says in words."""
    level = np.array([np.nan if v is None else v for v in evidence["levels"]], dtype=np.float64)
    half = len(level) // 2
    before, after = (
        float(np.nanmedian(part)) if np.isfinite(part).any() else 0.0
        for part in (level[:half], level[half:])
    )
    return say(lang, "step.alt", since=since, before=before, after=after)
