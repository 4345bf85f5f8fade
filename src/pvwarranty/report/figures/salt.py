"""How far the site is from the coast, on the scale of the salt zones of the trade's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pvwarranty.place import SaltPlace, Zone
from pvwarranty.place.salt import BREEZE, ZoneAnswer, zone_rows
from pvwarranty.report.figures import style
from pvwarranty.report.labels import label, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {Zone.HEAVY: style.VERMILLION, Zone.SALT: style.ORANGE, Zone.GENERAL: style.GRID}
ROW = 0.26  # in
BEYOND = 1.25  # of the site's distance, or of the furthest limit, that the scale shows
LEAST, MOST = 1500.0, 12_000.0  # m


def draw(place: SaltPlace, lang: str) -> Figure:
    """Return the figure: a bar of zones for each table and reading, the site as a line."""
    figure = style.canvas(0.95 + ROW * len(place.answers))
    axes = figure.subplots()
    end = _end(place)
    for n, answer in enumerate(place.answers):
        _zones(axes, n, answer, end)
    names = [answer_told(a, lang) for a in place.answers]
    axes.set_yticks(range(len(names)), names, fontsize=style.SMALL)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.axvline(min(place.distance, end) / 1000.0, color=style.INK, lw=1.8)
    axes.set_xlim(0.0, end / 1000.0)
    axes.set_xlabel(say(lang, "salt.axis"))
    style.tidy(axes, grid="x")
    _legend(axes, lang)
    return figure


def alt(place: SaltPlace, lang: str) -> str:
    """Return what the figure says in words."""
    rows = [f"{answer_told(a, lang)}: {label('zone', a.zone, lang)}" for a in place.answers]
    between = say(lang, "figure.between")
    return say(lang, "salt.alt", distance=place.distance / 1000.0, rows=between.join(rows))


def answer_told(answer: ZoneAnswer, lang: str) -> str:
    """Return a table, its region and the reading of the sea breeze in words."""
    table = label("salt_table", answer.table, lang)
    region = label("salt_region", answer.region, lang)
    breeze = ""
    if answer.direct_sea_breeze is not None:
        breeze = say(lang, f"salt.{'breeze' if answer.direct_sea_breeze else 'no_breeze'}")
    return say(lang, "salt.answer", table=table, region=region, breeze=breeze)


def _end(place: SaltPlace) -> float:
    limits = [
        float(v) for a in place.answers for v in (a.start, a.end) if v is not None
    ]  # fmt: skip
    return min(max([LEAST, BEYOND * place.distance, *(BEYOND * v for v in limits)]), MOST)


def _zones(axes: Axes, n: int, answer: ZoneAnswer, end: float) -> None:
    axes.barh(n, end / 1000.0, 0.6, color=COLOURS[Zone.GENERAL])
    for row in zone_rows():
        if (row.table, row.region) != (answer.table, answer.region):
            continue
        blows = answer.direct_sea_breeze
        if blows is not None and blows not in BREEZE[row.direct_sea_breeze]:
            continue
        stop = min(end if row.end is None else row.end, end)
        if stop > row.start:
            axes.barh(n, (stop - row.start) / 1000.0, 0.6, left=row.start / 1000.0,
                      color=COLOURS[row.zone])  # fmt: skip


def _legend(axes: Axes, lang: str) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    zones = [Patch(color=c, label=label("zone", z, lang)) for z, c in COLOURS.items()]
    site = Line2D([], [], color=style.INK, lw=1.8, label=say(lang, "salt.site"))
    style.legend(axes, handles=[*zones, site])
