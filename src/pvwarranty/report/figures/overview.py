"""Every asset's estimate with its interval beside the warranted value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pvwarranty.report.figures import style
from pvwarranty.report.labels import label, say
from pvwarranty.verify.result import Result, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.19  # in


def draw(result: Result, lang: str) -> Figure:
    """Return the figure: a row an asset, in the order of the result."""
    figure = style.canvas(height(result))
    onto(figure.subplots(), result, lang)
    return figure


def height(result: Result) -> float:
    """Return the height that the rows need [in]."""
    return 0.85 + ROW * max(len(result.verdicts), 2)


def onto(axes: Axes, result: Result, lang: str) -> None:
    """Draw the rows onto axes."""
    for row, verdict in enumerate(result.verdicts):
        _row(axes, row, verdict)
    axes.set_yticks(range(len(result.verdicts)), [v.asset for v in result.verdicts])
    axes.set_ylim(len(result.verdicts) - 0.4, -0.6)
    ends = [end for v in result.verdicts if v.estimate for end in (v.estimate.low, v.estimate.high)]
    floors = [float(v.threshold.ratio) for v in result.verdicts if v.threshold]
    axes.set_xlim(min([0.7, *ends, *floors]) - 0.02, max([1.05, *ends]) + 0.02)
    axes.set_xlabel(_quantity(result, lang))
    style.tidy(axes, grid="x")
    style.percent(axes, "x")
    style.legend(axes, handles=_handles(result, lang))


def alt(result: Result, lang: str) -> str:
    """Return what the figure says in words."""
    told = [_told(v, lang) for v in result.verdicts]
    return say(lang, "overview.alt", rows=say(lang, "figure.between").join(told))


def _told(verdict: Verdict, lang: str) -> str:
    e, floor = verdict.estimate, verdict.threshold
    if e is None:
        return say(lang, "overview.none", asset=verdict.asset)
    if floor is None:
        return say(lang, "overview.alone", asset=verdict.asset, e=e)
    return say(lang, "overview.row", asset=verdict.asset, e=e, floor=float(floor.ratio))


def _row(axes: Axes, row: int, verdict: Verdict) -> None:
    e, colour = verdict.estimate, style.COLOURS[verdict.output]
    if verdict.threshold is not None:
        at = float(verdict.threshold.ratio)
        axes.plot([at, at], [row - 0.45, row + 0.45], color=style.INK, lw=1.4, zorder=3)
    if e is not None:
        axes.plot([e.low, e.high], [row, row], color=colour, lw=2.6, solid_capstyle="butt")
        axes.plot(e.value, row, style.MARKS[verdict.output], color=colour, ms=5, mec=style.PAPER)


def _quantity(result: Result, lang: str) -> str:
    kinds = sorted({v.quantity for v in result.verdicts}, reverse=True)
    return say(lang, "figure.between").join(say(lang, f"quantity.{k}") for k in kinds)


def _handles(result: Result, lang: str) -> list[Any]:
    """Return the legend of what occurs."""
    from matplotlib.lines import Line2D

    seen = {v.output for v in result.verdicts if v.estimate is not None}
    told = [
        Line2D(
            [], [], color=style.COLOURS[w], marker=style.MARKS[w], lw=2.6, ms=5, mec=style.PAPER,
            label=label("output", w, lang),
        )
        for w in style.COLOURS if w in seen
    ]  # fmt: skip
    if any(v.threshold is not None for v in result.verdicts):
        threshold = label("heading", "threshold", lang)
        told.append(Line2D([], [], color=style.INK, lw=1.4, label=threshold))
    return told
