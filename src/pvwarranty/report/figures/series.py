"""A channel's normalised record: fortnights of clear intervals, their spread, course and steps."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from pvwarranty.estimate import Evidence
from pvwarranty.estimate.levels import FORTNIGHTS
from pvwarranty.model import Floats
from pvwarranty.report.figures import style
from pvwarranty.report.figures.courses import DAYS, rounded
from pvwarranty.report.labels import say
from pvwarranty.verify.result import Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEW = 8  # intervals of a fortnight under which its spread is not shown


def draw(evidence: Evidence, on: date, lang: str) -> Figure:
    """Return the figure of one channel."""
    path = evidence.path
    level, course = (rounded(v) for v in (evidence.levels.level, path.level))
    day = days_of(evidence, on)
    low, high = spread(evidence)
    figure = style.canvas(2.2)
    axes = figure.subplots()
    axes.fill_between(day, low, high, color=style.SKY, alpha=0.35, lw=0,
                      label=say(lang, "series.spread"))  # fmt: skip
    axes.plot(day, level, ".", color=style.BLUE, ms=3, label=say(lang, "series.level"))
    axes.plot(day, course, color=style.INK, lw=1.3, label=say(lang, "series.path"))
    for n, step in enumerate(path.steps):
        name = say(lang, "series.step") if n == 0 else None
        axes.axvline(day[step.at], color=style.VERMILLION, lw=1.2, ls=":", label=name)
    axes.set_ylim(*_limits(np.concatenate([level, course])))
    axes.set_ylabel(say(lang, "series.axis"))
    style.years(axes)
    style.tidy(axes)
    style.percent(axes)
    style.legend(axes)
    return figure


def alt(verdict: Verdict, evidence: Evidence, on: date, lang: str) -> str:
    """Return what the figure says in words."""
    level, day = evidence.path.level, days_of(evidence, on)
    told = say(
        lang, "series.alt", asset=verdict.asset, first=float(level[0]), last=float(level[-1]),
        since=date.fromordinal(int(day[0])), n=len(evidence.path.steps),
    )  # fmt: skip
    steps = [
        say(lang, "series.one", day=date.fromordinal(int(day[s.at])), size=s.size)
        for s in evidence.path.steps
    ]
    return say(lang, "report.stop").join([told, *steps])


def days_of(evidence: Evidence, on: date) -> Floats:
    """Return the days (k,) [ordinal] in the middle of the fortnights."""
    back = len(evidence.levels.level) - 0.5 - np.arange(len(evidence.levels.level))
    return np.asarray(on.toordinal() + 1 - back * DAYS / FORTNIGHTS)


def spread(evidence: Evidence) -> tuple[Floats, Floats]:
    """Return the quartiles (k,) of the intervals of each fortnight."""
    levels = evidence.levels
    count = len(levels.level)
    use = levels.clear & np.isfinite(levels.relative)
    at, values = count - 1 - levels.bin[use], levels.relative[use]
    order = np.argsort(at, kind="stable")
    at, values = at[order], values[order]
    edges = np.searchsorted(at, np.arange(count + 1))
    low, high = np.full(count, np.nan), np.full(count, np.nan)
    for k in range(count):
        part = values[edges[k] : edges[k + 1]]
        if len(part) >= FEW:
            low[k], high[k] = np.quantile(part, [0.25, 0.75])
    return rounded(low), rounded(high)


def _limits(values: Floats) -> tuple[float, float]:
    seen = values[np.isfinite(values)]
    return max(float(seen.min()) - 0.1, 0.0), min(float(seen.max()) + 0.1, 1.5)
