"""A battery's capacity over the years with the tests behind it, and when it crosses its floor."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from pvwarranty.report.figures import style
from pvwarranty.report.labels import label, say
from pvwarranty.verify.result import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(verdict: Verdict, on: date, lang: str) -> Figure:
    """Return the figure: capacity as fitted and as measured, and the number of full charges."""
    points = verdict.details["history"]
    figure = style.canvas(3.2)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3.0, 1.0])
    _history(upper, points, verdict, lang)
    day = [p["on"].toordinal() for p in points]
    lower.bar(day, [p["n"] for p in points], 70, color=style.BLUE)
    lower.set_ylabel(say(lang, "capacity.tests"))
    vendor = verdict.details.get("vendor", ())
    if vendor:
        at = [v["on"].toordinal() for v in vendor]
        upper.plot(at, [v["ratio"] for v in vendor], "P", color=style.PURPLE, ms=7,
                   mec=style.PAPER, label=say(lang, "capacity.vendor"))  # fmt: skip
    upper.set_ylabel(say(lang, "quantity.capacity_ratio"))
    upper.set_xlim(min(day) - 60, max([*day, on.toordinal()]) + 60)
    style.years(upper)
    for axes in (upper, lower):
        style.tidy(axes)
    style.percent(upper)
    style.legend(upper, columns=5)
    figure.align_ylabels()
    return figure


def _history(axes: Axes, points: Any, verdict: Verdict, lang: str) -> None:
    day = [p["on"].toordinal() for p in points]
    axes.fill_between(day, [p["low"] for p in points], [p["high"] for p in points],
                      color=style.BLUE, alpha=0.2, lw=0)  # fmt: skip
    axes.plot(day, [p["value"] for p in points], color=style.BLUE, lw=1.5,
              label=say(lang, "capacity.fitted"))  # fmt: skip
    axes.plot(day, [p["observed"] for p in points], "o", color=style.INK, ms=3,
              label=say(lang, "capacity.observed"))  # fmt: skip
    if verdict.threshold is not None:
        axes.axhline(float(verdict.threshold.ratio), color=style.INK, lw=1.6,
                     label=label("heading", "threshold", lang))  # fmt: skip
    crossing = verdict.details.get("crossing")
    if crossing and crossing["low"] and crossing["high"]:
        axes.axvspan(crossing["low"].toordinal(), crossing["high"].toordinal(),
                     color=style.ORANGE, alpha=0.4, lw=0,
                     label=say(lang, "capacity.crossing"))  # fmt: skip


def alt(verdict: Verdict, lang: str) -> str:
    """Return what the figure says in words."""
    points = verdict.details["history"]
    told = say(
        lang, "capacity.alt", asset=verdict.asset, first=points[0]["value"],
        since=points[0]["on"], last=points[-1]["value"], n=sum(p["n"] for p in points),
    )  # fmt: skip
    return say(lang, "report.stop").join([told, *crossing_told(verdict, lang)])


def crossing_told(verdict: Verdict, lang: str) -> list[str]:
    """Return when the capacity falls below its floor, in words; empty where that is not known."""
    found = verdict.details.get("crossing")
    if not found or found["on"] is None:
        return []
    between = ""
    if found["low"] is not None and found["high"] is not None:
        between = say(lang, "capacity.between", low=found["low"], high=found["high"])
    which = "projected" if found["projected"] else "fell"
    told = say(lang, f"capacity.{which}", ratio=found["ratio"], day=found["on"], between=between)
    return [told]
