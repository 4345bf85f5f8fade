"""Covers, steps and deadlines on one line of time, with the day considered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from pvwarranty.entitle import Entry
from pvwarranty.report.figures import style
from pvwarranty.report.labels import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.24  # in
MARGIN = 0.04  # of the span, on either side
LOOK = {
    "start": ("o", style.BLUE), "step": ("|", style.INK), "end": ("s", style.INK),
    "deadline": ("D", style.VERMILLION), "cycle": ("o", style.GREEN),
    "service_end": ("X", style.PURPLE),
}  # fmt: skip
WIDE = 30  # characters of a coverage's name


def draw(entries: Sequence[Entry], on: date, names: dict[str, str], lang: str) -> Figure:
    """Return the figure: a row a coverage (`names` by id), a mark an entry."""
    rows = list(dict.fromkeys(e.coverage for e in entries))
    figure = style.canvas(0.75 + ROW * max(len(rows), 2))
    axes = figure.subplots()
    for n, coverage in enumerate(rows):
        _row(axes, n, [e for e in entries if e.coverage == coverage])
    days = [e.date.toordinal() for e in entries] + [on.toordinal()]
    edge = max(MARGIN * (max(days) - min(days)), 60)
    axes.set_xlim(min(days) - edge, max(days) + edge)
    axes.axvline(on.toordinal(), color=style.ORANGE, lw=1.4, label=say(lang, "timeline.today"))
    axes.set_yticks(range(len(rows)), [_short(names.get(c, c)) for c in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    style.years(axes)
    style.tidy(axes, grid="x")
    _legend(axes, entries, lang)
    return figure


def alt(entries: Sequence[Entry], on: date, names: dict[str, str], lang: str) -> str:
    """Return what the figure says in words."""
    rows = [
        say(lang, "timeline.row", day=e.date, what=e.say[lang == "ja"],
            name=names.get(e.coverage, e.coverage))
        for e in entries
    ]  # fmt: skip
    return say(lang, "timeline.alt", on=on, rows=say(lang, "report.semicolon").join(rows))


def _row(axes: Axes, n: int, entries: list[Entry]) -> None:
    days = [e.date.toordinal() for e in entries]
    if len(days) > 1:
        axes.plot([min(days), max(days)], [n, n], color=style.SKY, lw=4, alpha=0.6, zorder=1,
                  solid_capstyle="butt")  # fmt: skip
    for entry in entries:
        mark, colour = LOOK.get(entry.kind, ("o", style.QUIET))
        size = 11 if mark == "|" else 6
        axes.plot(entry.date.toordinal(), n, mark, color=colour, ms=size, mew=1.4, zorder=3)


def _legend(axes: Axes, entries: Sequence[Entry], lang: str) -> None:
    from matplotlib.lines import Line2D

    seen = [k for k in LOOK if any(e.kind == k for e in entries)]
    marks = [
        Line2D([], [], ls="", marker=LOOK[k][0], color=LOOK[k][1], ms=6, mew=1.4,
               label=say(lang, f"timeline.{k}"))
        for k in seen
    ]  # fmt: skip
    today = Line2D([], [], color=style.ORANGE, lw=1.4, label=say(lang, "timeline.today"))
    style.legend(axes, columns=6, handles=[*marks, today])


def _short(name: str) -> str:
    return name if len(name) <= WIDE else f"{name[: WIDE - 1]}…"
