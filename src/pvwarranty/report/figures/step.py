"""A channel about a step: its days before and after, and its voltage where that was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from pvwarranty.model import Floats
from pvwarranty.report.figures import style
from pvwarranty.report.labels import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROOM = 0.12  # of the level, above and below


def draw(evidence: Mapping[str, Any], since: date, lang: str) -> Figure:
    """Return the figure of a step (`evidence` of its cause), which happened `since`."""
    volts = evidence.get("volts")
    figure = style.canvas(2.1, width=style.WIDTH if volts else 5.2)
    axes = figure.subplots(1, 2 if volts else 1, squeeze=False)[0]
    day, level = _levels(evidence)
    _side_by_side(axes[0], day, level)
    axes[0].set_ylim(max(float(np.nanmin(level)) - ROOM, 0.0), float(np.nanmax(level)) + ROOM)
    axes[0].set_ylabel(say(lang, "step.beside" if "daily" in evidence else "series.axis"))
    style.percent(axes[0])
    if volts:
        _side_by_side(axes[1], _numbers(volts["from_step"]), _numbers(volts["median"]))
        axes[1].set_ylabel(say(lang, "step.volts"))
        axes[1].set_ylim(0.0, None)
    for one in axes:
        one.set_xlabel(say(lang, "step.days", since=since))
        style.tidy(one)
    return figure


def alt(evidence: Mapping[str, Any], since: date, lang: str) -> str:
    """Return what the figure says in words."""
    before, after = _middles(*_levels(evidence))
    told = [say(lang, "step.alt", since=since, before=before, after=after)]
    if "volts" in evidence:
        volts = evidence["volts"]
        pair = _middles(_numbers(volts["from_step"]), _numbers(volts["median"]))
        told.append(say(lang, "step.alt_volts", before=pair[0], after=pair[1]))
    return say(lang, "report.stop").join(told)


def _levels(evidence: Mapping[str, Any]) -> tuple[Floats, Floats]:
    """Return days from the step and levels: by day where there are any, else by fortnight."""
    daily = evidence.get("daily")
    if daily:
        return _numbers(daily["from_step"]), _numbers(daily["level"])
    level = _numbers(evidence["levels"])
    fortnight = np.arange(len(level), dtype=np.float64) - len(level) // 2
    return 14.0 * fortnight + 7.0, level


def _numbers(values: list[float | None]) -> Floats:
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _middles(day: Floats, level: Floats) -> tuple[float, float]:
    """Return the medians before and after the step; 0 where nothing is known."""
    before, after = (
        float(np.nanmedian(part)) if np.isfinite(part).any() else 0.0
        for part in (level[day < 0], level[day >= 0])
    )
    return before, after


def _side_by_side(axes: Axes, day: Floats, level: Floats) -> None:
    axes.axvline(0.0, color=style.INK, lw=1.0, ls=":")
    for side, colour in ((day < 0, style.BLUE), (day >= 0, style.VERMILLION)):
        if not np.isfinite(level[side]).any():
            continue
        middle = float(np.nanmedian(level[side]))
        axes.plot(day[side], level[side], "o", color=colour, ms=3, mec=style.PAPER, mew=0.4)
        axes.plot([day[side][0], day[side][-1]], [middle, middle], color=colour, lw=1.4)
