"""The courses of all assets of a site beside each other: what one alone shows is not the sky."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pvwarranty.report.figures import style
from pvwarranty.report.figures.courses import Course, course_of
from pvwarranty.report.labels import label, say
from pvwarranty.verify.result import Result, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAMED = 6  # courses named at their end
DETAILED = 2  # courses of so few assets are shown with their bands and single values
ORDER = ("not_below", "inconclusive", "below")  # what is drawn last lies on top


def draw(result: Result, lang: str) -> Figure:
    """Return the figure: the courses of all assets, those below set off."""
    figure = style.canvas(2.4)
    axes = figure.subplots()
    onto(axes, result, lang)
    return figure


def onto(axes: Axes, result: Result, lang: str) -> None:
    """Draw the courses onto axes."""
    found = courses(result)
    named: set[str] = set()
    for verdict, course in sorted(found, key=lambda f: ORDER.index(f[0].output)):
        first = verdict.output not in named
        named.add(verdict.output)
        if len(found) <= DETAILED:
            _detail(axes, verdict, course)
        _line(axes, verdict, course, label("output", verdict.output, lang) if first else "")
    _frame(axes, found)
    _names(axes, found)
    quantities = dict.fromkeys(v.quantity for v, _ in found)
    between = say(lang, "figure.between")
    axes.set_ylabel(between.join(say(lang, f"quantity.{q}") for q in quantities))
    style.years(axes)
    style.tidy(axes)
    style.percent(axes)
    if found:
        style.legend(axes)


def alt(result: Result, lang: str) -> str:
    """Return what the figure says in words."""
    rows = [
        say(lang, "peers.row", asset=v.asset, first=c.value[0], last=c.value[-1],
            since=date.fromordinal(int(c.day[0])))
        for v, c in courses(result)
    ]  # fmt: skip
    return say(lang, "peers.alt", rows=say(lang, "figure.between").join(rows))


def courses(result: Result) -> list[tuple[Verdict, Course]]:
    """Return the assets that have a course, with it."""
    found = ((v, course_of(v, result.on)) for v in result.verdicts)
    return [(v, c) for v, c in found if c is not None]


def _frame(axes: Axes, found: list[tuple[Verdict, Course]]) -> None:
    """Draw the warranted values in force, and set limits in which small changes look small."""
    floors = sorted({float(v.threshold.ratio) for v, _ in found if v.threshold is not None})
    for floor in floors:
        axes.axhline(floor, color=style.INK, lw=1.2)
    if found:
        bands = len(found) <= DETAILED
        low = min([0.75, *floors, *(float((c.low if bands else c.value).min()) for _, c in found)])
        high = max([1.03, *(float((c.high if bands else c.value).max()) for _, c in found)])
        axes.set_ylim(max(low - 0.03, 0.0), high + 0.02)


def _line(axes: Axes, verdict: Verdict, course: Course, name: str) -> None:
    below = verdict.output == "below"
    axes.plot(
        course.day, course.value, color=style.COLOURS[verdict.output], lw=1.8 if below else 1.0,
        alpha=1.0 if below else 0.75, label=name or None,
    )  # fmt: skip


def _detail(axes: Axes, verdict: Verdict, course: Course) -> None:
    colour = style.COLOURS[verdict.output]
    axes.fill_between(course.day, course.low, course.high, color=colour, alpha=0.15, lw=0)
    axes.plot(course.day, course.seen, ".", color=colour, ms=2.2, alpha=0.45)


def _names(axes: Axes, found: list[tuple[Verdict, Course]]) -> None:
    """Name the courses at their ends: all of few, of many those that are not sound."""
    shown = [f for f in found if len(found) <= NAMED or f[0].output != "not_below"][:NAMED]
    at: float | None = None
    low, high = axes.get_ylim()
    for verdict, course in sorted(shown, key=lambda f: -float(f[1].value[-1])):
        value = float(course.value[-1])
        room = 0.055 * (high - low)
        at = value if at is None else min(value, at - room)
        axes.annotate(
            verdict.asset, (float(course.day[-1]), at), xytext=(4, 0),
            textcoords="offset points", va="center", fontsize=style.SMALL,
        )  # fmt: skip
