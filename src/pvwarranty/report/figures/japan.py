"""Sites over the coast of Japan, by how their most urgent asset fares."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from pvwarranty.model import Floats
from pvwarranty.place.coast import load_coast
from pvwarranty.report.figures import style
from pvwarranty.report.fleet.reading import Fleet
from pvwarranty.report.labels import label, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FINE = 500  # points across the map
MANY = 300  # sites from which marks grow smaller
SMALLEST = 8  # points of a ring worth drawing
LEAST = 1.2  # degrees shown at least
FLATTEST = 0.55  # height of a map over its width
ORDER = ("not_supported", "undecided", "supported")
LOOK = {
    "not_supported": (style.BLUE, "o", 9.0), "undecided": (style.QUIET, "s", 11.0),
    "supported": (style.VERMILLION, "v", 20.0),
}  # fmt: skip

Box = tuple[float, float, float, float]


def draw(fleet: Fleet, lang: str) -> Figure:
    """Return the map of a fleet, as near as its sites allow."""
    box = _box(fleet)
    shape = (box[3] - box[2]) / ((box[1] - box[0]) * np.cos(np.deg2rad((box[2] + box[3]) / 2)))
    figure = style.canvas(min(max(4.6 * shape, 2.6), 4.6) + 0.4, width=5.2)
    axes = figure.subplots()
    for lon, lat in outlines(box):
        axes.fill(lon, lat, facecolor=style.GRID, edgecolor=style.QUIET, lw=0.2)
    _sites(axes, fleet, (box[1] - box[0]) / FINE, lang)
    axes.set_xlim(box[0], box[1])
    axes.set_ylim(box[2], box[3])
    axes.set_aspect(1.0 / np.cos(np.deg2rad((box[2] + box[3]) / 2)))
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(False)
    style.legend(axes)
    return figure


def alt(fleet: Fleet, lang: str) -> str:
    """Return what the map says in words."""
    counts = Counter(standings(fleet).values())
    rows = [say(lang, "japan.row", n=counts[w], word=label("claim", w, lang)) for w in ORDER]
    return say(lang, "japan.alt", rows=say(lang, "figure.between").join(rows))


def standings(fleet: Fleet) -> dict[str, str]:
    """Return by site how its most urgent asset fares."""
    found: dict[str, str] = {}
    for asset in fleet.assets:
        known = found.get(asset.site, "not_supported")
        found[asset.site] = max(known, asset.standing, key=ORDER.index)
    return found


def _box(fleet: Fleet) -> Box:
    """Return west, east, south, north of the map [°]."""
    lon = np.array([s.longitude for s in fleet.sites])
    lat = np.array([s.latitude for s in fleet.sites])
    middle = (0.5 * (lon.min() + lon.max()), 0.5 * (lat.min() + lat.max()))
    wide = max(0.58 * (lon.max() - lon.min()), LEAST / 2)
    flat = FLATTEST * wide * float(np.cos(np.deg2rad(middle[1])))
    high = max(0.58 * (lat.max() - lat.min()), LEAST / 2, flat)
    return middle[0] - wide, middle[0] + wide, middle[1] - high, middle[1] + high


def outlines(box: Box) -> list[tuple[Floats, Floats]]:
    """Return the rings of the coast that reach into a box, no finer than a map shows."""
    coast = load_coast()
    ring = coast.ring.ravel()
    grain = (box[1] - box[0]) / FINE
    found = []
    inside = (
        (coast.east >= box[0]) & (coast.west <= box[1])
        & (coast.north >= box[2]) & (coast.south <= box[3])
    )  # fmt: skip
    starts = np.searchsorted(ring, np.arange(ring[-1] + 2))
    rings = np.unique(coast.ring[inside])
    for r in rings[starts[rings + 1] - starts[rings] > SMALLEST]:
        part = slice(starts[r], starts[r + 1])
        lon, lat = _thinned(coast.lon1.ravel()[part], coast.lat1.ravel()[part], grain)
        if len(lon) > SMALLEST:
            found.append((lon, lat))
    return found


def _thinned(lon: Floats, lat: Floats, grain: float) -> tuple[Floats, Floats]:
    """Return the points of a ring that differ on a grid of `grain` [°]."""
    x, y = np.round(lon / grain), np.round(lat / grain)
    new = np.append(True, (np.diff(x) != 0) | (np.diff(y) != 0))
    return x[new] * grain, y[new] * grain


def _sites(axes: Axes, fleet: Fleet, grain: float, lang: str) -> None:
    """Draw the sites, one mark where several would lie on each other."""
    standing = standings(fleet)
    share = max(min(1.0, (MANY / len(fleet.sites)) ** 0.5), 0.4)
    for word in ORDER:
        colour, mark, size = LOOK[word]
        spots = sorted({
            (round(s.longitude / grain), round(s.latitude / grain))
            for s in fleet.sites if standing.get(s.name, "not_supported") == word
        })  # fmt: skip
        if spots:
            lon, lat = (np.array(v) * grain for v in zip(*spots, strict=True))
            axes.scatter(
                lon,
                lat,
                s=share * size,
                c=colour,
                marker=mark,
                linewidths=0.4 if share == 1.0 else 0.0,
                edgecolors=style.PAPER,
                label=label("claim", word, lang),
                zorder=3,
            )
