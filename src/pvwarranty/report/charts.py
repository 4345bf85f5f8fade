"""Charts of a site's result, for PNG, HTML and documents alike."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pvwarranty.report.labels import label
from pvwarranty.verify.result import Result, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito (2008): told apart by colour-blind people, and by their lightness in print
BELOW, NOT_BELOW, INCONCLUSIVE, LINE = "#D55E00", "#0072B2", "#999999", "#000000"
COLOURS = {"below": BELOW, "not_below": NOT_BELOW, "inconclusive": INCONCLUSIVE}
QUANTITIES = {
    "output_ratio": "output over nominal", "capacity_ratio": "capacity over initial",
}  # fmt: skip
MARKS = {"below": "v", "not_below": "o", "inconclusive": "s"}


def save_overview(result: Result, path: Path) -> None:
    """Write the overview of a site as a PNG: estimates against thresholds, and their course."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = overview(result)
    FigureCanvasAgg(figure)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def overview(result: Result) -> Figure:
    """Return the figure: every asset's interval beside its threshold, and its level over time."""
    from matplotlib.figure import Figure

    rows = len(result.verdicts)
    courses = [v for v in result.verdicts if v.evidence is not None or v.details.get("history")]
    height = 1.6 + 0.32 * rows + (3.2 if courses else 0.0)
    figure = Figure(figsize=(9.5, height), layout="constrained")
    if courses:
        upper, lower = figure.subplots(2, 1, height_ratios=[0.9 + 0.32 * rows, 3.2])
        _courses(lower, courses)
        _histories(lower, result.on, courses)
    else:
        upper = figure.subplots()
    _intervals(upper, result)
    return figure


def _intervals(axes: Axes, result: Result) -> None:
    for row, verdict in enumerate(result.verdicts):
        if verdict.threshold is not None:
            at = float(verdict.threshold.ratio)
            axes.plot([at, at], [row - 0.42, row + 0.42], color=LINE, lw=1.6, zorder=3)
        e = verdict.estimate
        if e is None:
            continue
        colour = COLOURS[verdict.output]
        axes.plot([e.low, e.high], [row, row], color=colour, lw=3, solid_capstyle="butt")
        axes.plot(e.value, row, MARKS[verdict.output], color=colour, ms=6, mec="white")
    axes.set_yticks(range(len(result.verdicts)), [v.asset for v in result.verdicts])
    axes.invert_yaxis()
    values = [e for v in result.verdicts if v.estimate for e in (v.estimate.low, v.estimate.high)]
    axes.set_xlim(min([0.6, *values]) - 0.02, max([1.05, *values]) + 0.02)
    kinds = sorted({v.quantity for v in result.verdicts}, reverse=True)
    axes.set_xlabel(" / ".join(QUANTITIES[k] for k in kinds))
    axes.grid(axis="x", color="#dddddd", lw=0.6)
    axes.set_axisbelow(True)
    axes.set_title(f"{result.site}, {result.on}", loc="left", fontsize=11)
    _legend(axes)


def _legend(axes: Axes) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=COLOURS[w], marker=MARKS[w], lw=3, label=label("output", w, "en"))
        for w in ("below", "not_below", "inconclusive")
    ]
    handles.append(Line2D([], [], color=LINE, lw=1.6, label=label("heading", "threshold", "en")))
    axes.legend(
        handles=handles, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, fontsize=8,
        frameon=False,
    )  # fmt: skip


def _courses(axes: Axes, verdicts: list[Verdict]) -> None:
    for verdict in verdicts:
        evidence = verdict.evidence
        if evidence is None:
            continue
        level = evidence.levels.level
        years = (np.arange(len(level)) + 0.5 - len(level)) / 26.0
        colour = COLOURS[verdict.output]
        axes.plot(years, level, ".", color=colour, ms=2.5, alpha=0.45)
        axes.plot(years, evidence.path.level, color=colour, lw=1.5)
    axes.set_xlabel("years before the day judged")
    if any(v.evidence is not None for v in verdicts):
        axes.set_ylabel("level of clear intervals\n(relative to their own season)", fontsize=9)
        axes.set_ylim(0.0 if _any_low(verdicts) else 0.55, max(1.2, _highest(verdicts) + 0.05))
    axes.grid(color="#dddddd", lw=0.6)
    axes.set_axisbelow(True)


def _histories(axes: Axes, on: date, verdicts: list[Verdict]) -> None:
    """Draw the course of batteries: fitted with its interval, and as measured."""
    for verdict in verdicts:
        points = verdict.details.get("history", ())
        if not points:
            continue
        years = [(p["on"] - on).days / 365.2425 for p in points]
        colour = COLOURS[verdict.output]
        axes.fill_between(
            years, [p["low"] for p in points], [p["high"] for p in points], color=colour, alpha=0.2
        )
        axes.plot(years, [p["value"] for p in points], color=colour, lw=1.5)
        axes.plot(years, [p["observed"] for p in points], ".", color=colour, ms=4)
        if verdict.threshold is not None:
            axes.axhline(float(verdict.threshold.ratio), color=LINE, lw=1.2)
        if verdict.evidence is None and len(verdicts) == 1:
            axes.set_ylabel("capacity over initial")


def _any_low(verdicts: list[Verdict]) -> bool:
    return any(v.evidence is not None and v.evidence.path.level.min() < 0.55 for v in verdicts)


def _highest(verdicts: list[Verdict]) -> float:
    return max(float(v.evidence.path.level.max()) for v in verdicts if v.evidence is not None)
