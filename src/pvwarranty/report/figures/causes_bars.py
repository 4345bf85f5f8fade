"""How many assets of a fleet show each cause."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pvwarranty.report.figures import style
from pvwarranty.report.fleet.reading import Fleet
from pvwarranty.report.labels import label, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW = 0.2  # in
MATERIAL = 0.01  # share from which a cause is more than minor


def draw(fleet: Fleet, lang: str) -> Figure:
    """Return the figure: a bar a cause, material ones set off from minor ones."""
    from matplotlib.ticker import MaxNLocator

    counts = _counts(fleet)
    figure = style.canvas(0.8 + ROW * len(counts))
    axes = figure.subplots()
    rows = range(len(counts))
    material = [m for _, m, _ in counts]
    minor = [n for _, _, n in counts]
    axes.barh(rows, material, 0.66, color=style.BLUE, label=say(lang, "causes_bars.material"))
    axes.barh(
        rows, minor, 0.66, left=material, color=style.SKY, label=say(lang, "causes_bars.minor")
    )
    axes.set_yticks(rows, [label("cause", c, lang) for c, _, _ in counts])
    axes.invert_yaxis()
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(say(lang, "causes_bars.assets"))
    style.tidy(axes, grid="x")
    style.legend(axes)
    return figure


def alt(fleet: Fleet, lang: str) -> str:
    """Return what the figure says in words."""
    rows = [
        say(lang, "causes_bars.row", cause=label("cause", c, lang), material=m, minor=n)
        for c, m, n in _counts(fleet)
    ]
    return say(lang, "causes_bars.alt", rows=say(lang, "figure.between").join(rows))


def _counts(fleet: Fleet) -> list[tuple[str, int, int]]:
    """Return causes with how many assets they take a material and a minor part of, most first."""
    material: Counter[str] = Counter()
    minor: Counter[str] = Counter()
    for asset in fleet.assets:
        for cause, share in asset.causes:
            (material if share >= MATERIAL else minor)[cause] += 1
    names = sorted({*material, *minor}, key=lambda c: (-material[c] - minor[c], c))
    return [(c, material[c], minor[c]) for c in names]
