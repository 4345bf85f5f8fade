"""The warranted value over the years as a staircase, the estimate beside it, and where it leads."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from pvwarranty.report.figures import style
from pvwarranty.report.figures.courses import DAYS, Course, course_of, projected
from pvwarranty.report.labels import label, say
from pvwarranty.report.stairs import Stair
from pvwarranty.verify.result import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = 3.0  # years of the staircase after what is drawn beside it


def draw(verdict: Verdict, stairs: tuple[Stair, ...], on: date, lang: str) -> Figure:
    """Return the figure of one asset."""
    figure = style.canvas(2.6)
    axes = figure.subplots()
    past, ahead = course_of(verdict, on), projected(verdict, on)
    colour = style.COLOURS[verdict.output]
    if past is not None:
        axes.plot(past.day, past.seen, ".", color=colour, ms=2.2, alpha=0.45,
                  label=say(lang, f"staircase.seen_{verdict.quantity}"))  # fmt: skip
        axes.fill_between(past.day, past.low, past.high, color=colour, alpha=0.18, lw=0)
        axes.plot(past.day, past.value, color=colour, lw=1.4, label=say(lang, "staircase.course"))
    if ahead is not None:
        axes.fill_between(ahead.day, ahead.low, ahead.high, color=colour, alpha=0.10, lw=0)
        axes.plot(ahead.day, ahead.value, color=colour, lw=1.2, ls="--",
                  label=say(lang, "staircase.ahead"))  # fmt: skip
    _stairs(axes, stairs, lang)
    _estimate(axes, verdict, on, lang)
    _frame(axes, stairs, [c for c in (past, ahead) if c is not None])
    style.years(axes)
    axes.set_ylabel(say(lang, f"quantity.{verdict.quantity}"))
    style.tidy(axes)
    style.percent(axes)
    style.legend(axes, columns=5)
    return figure


def alt(verdict: Verdict, stairs: tuple[Stair, ...], on: date, lang: str) -> str:
    """Return what the figure says in words."""
    steps = say(lang, "figure.between").join(
        say(lang, "staircase.step", ratio=float(s.ratio), until=s.until) for s in stairs
    )
    parts = [say(lang, "staircase.alt", asset=verdict.asset, steps=steps or "–")]
    if verdict.estimate is not None:
        parts.append(say(lang, "staircase.now", on=on, e=verdict.estimate))
    ahead = projected(verdict, on)
    if ahead is not None:
        parts.append(say(
            lang, "staircase.projected", on=date.fromordinal(int(ahead.day[-1])),
            value=ahead.value[-1], low=ahead.low[-1], high=ahead.high[-1],
        ))  # fmt: skip
    return say(lang, "report.stop").join(parts)


def _stairs(axes: Axes, stairs: tuple[Stair, ...], lang: str) -> None:
    for n, stair in enumerate(stairs):
        ratio, ends = float(stair.ratio), (stair.since.toordinal(), stair.until.toordinal())
        name = label("heading", "threshold", lang) if n == 0 else None
        axes.plot(ends, [ratio, ratio], color=style.INK, lw=1.8, label=name, zorder=4)
        if n:
            before = float(stairs[n - 1].ratio)
            axes.plot([ends[0], ends[0]], [before, ratio], color=style.INK, lw=1.8, zorder=4)
        axes.annotate(
            f"{ratio:.1%}", (ends[0], ratio), xytext=(3, 2), textcoords="offset points",
            ha="left", va="bottom", fontsize=style.SMALL, annotation_clip=True,
        )  # fmt: skip


def _estimate(axes: Axes, verdict: Verdict, on: date, lang: str) -> None:
    e = verdict.estimate
    if e is None:
        return
    axes.errorbar(
        on.toordinal(), e.value, [[e.value - e.low], [e.high - e.value]],
        fmt=style.MARKS[verdict.output], color=style.COLOURS[verdict.output], ms=5.5, capsize=3,
        mec=style.PAPER, lw=1.6, zorder=5, label=say(lang, "staircase.estimate"),
    )  # fmt: skip


def _frame(axes: Axes, stairs: tuple[Stair, ...], shown: list[Course]) -> None:
    """Set the limits so that what matters is seen: the courses, and the stairs beside them."""
    days = [float(d) for c in shown for d in (c.day[0], c.day[-1])]
    days += [float(s.since.toordinal()) for s in stairs[:1]]
    last = stairs[-1].until.toordinal() if stairs else 0
    if not days:
        return
    right = max(max(days), min(last, max(days) + SHOWN * DAYS))
    axes.set_xlim(min(days) - 40, right + 40)
    seen = [float(s.ratio) for s in stairs if s.since.toordinal() <= right]
    low = min([0.72, *seen, *(float(np.nanmin(c.low)) for c in shown)])
    high = max([1.04, *(float(np.nanmax(c.high)) for c in shown)])
    axes.set_ylim(max(low - 0.04, 0.0), min(high + 0.03, 1.4))
