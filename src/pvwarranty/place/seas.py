"""Which sea and which kind of island a site belongs to, in the words of each salt table."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from pvwarranty.place.coast import Island, Shore

INNER = "inner_sea"
ISLAND = "okinawa_remote_island"  # the word of both tables
OPEN = {
    "storage_makers": "outer_sea",
    "pv_trade_chart": "other",
}  # where no sea area says otherwise
WIDTH = (
    2_000.0  # m: borders are known to about 1 km, and a peninsula narrower than this has two seas
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sea:
    """An area with (n, 2) outline of latitudes and longitudes and its region word by table.

    `unclear` tells that the table's words leave open whether this coast is meant.
    """

    id: str
    outline: Floats
    region: dict[str, str]
    unclear: bool


@dataclass(frozen=True, slots=True)
class Regions:
    """Region words that may apply; `asks` names the fact that would settle an island."""

    words: tuple[str, ...]
    asks: tuple[str, ...] = ()


@cache
def load_seas() -> tuple[Sea, ...]:
    """Read the shipped sea areas (once a process)."""
    data = tomllib.loads((files("pvwarranty.place") / "data/seas.toml").read_text("utf-8"))
    return tuple(
        Sea(s["id"], np.array(s["outline"]), s["region"], s.get("unclear", False))
        for s in data["sea"]
    )


def regions(table: str, shore: Shore, *, island_road: bool | None = None) -> Regions:
    """Regions of a table for a site whose nearest coast is `shore`; several where it is not clear.

    `island_road` answers whether the site's island can always be reached by road; it is asked for
    only where the shipped data leave it open. Islands within an inner sea are of that sea.
    """
    at = _around(shore)
    words = _words(table, at)
    if words == (ISLAND,) or bool(_inner(at).all()):
        return Regions(words)
    if shore.island is Island.REMOTE:
        return Regions((ISLAND,) if not _inner(at).any() else (*words, ISLAND))
    if shore.island is not Island.UNCLEAR or island_road:
        return Regions(words)
    if island_road is None:
        return Regions((*words, ISLAND), ("island_road",))
    return Regions((ISLAND,) if not _inner(at).any() else (*words, ISLAND))


def _around(shore: Shore) -> Floats:
    """The nearest coast and two circles round it: (25, 2) latitudes and longitudes."""
    turn = np.arange(12) * np.pi / 6.0
    circle = np.column_stack([np.sin(turn), np.cos(turn) / np.cos(np.deg2rad(shore.latitude))])
    reach = WIDTH / 111_195.0
    away = np.concatenate([np.zeros((1, 2)), circle * reach / 2.0, circle * reach])
    return np.asarray(away + np.array([shore.latitude, shore.longitude]))


def _words(table: str, at: Floats) -> tuple[str, ...]:
    """Region words at any of the points, that of the first point first.

    A sea area decides alone; one whose meaning is unclear adds its word to that of the open sea.
    """
    found: list[str] = []
    seas = [(s, _holds(s.outline, at)) for s in load_seas() if table in s.region]
    for k in range(len(at)):
        sure = [s.region[table] for s, holds in seas if holds[k] and not s.unclear]
        unsure = [s.region[table] for s, holds in seas if holds[k] and s.unclear]
        found += sure[:1] or [OPEN[table], *unsure]
    return tuple(dict.fromkeys(found))


def _inner(at: Floats) -> NDArray[np.bool_]:
    """Which of the points lie in an inner sea."""
    held = [_holds(s.outline, at) for s in load_seas() if INNER in s.region.values()]
    return np.asarray(np.logical_or.reduce(held), dtype=np.bool_)


def _holds(outline: Floats, at: Floats) -> NDArray[np.bool_]:
    """Which of (p, 2) points lie within an outline: crossings of a ray to the east."""
    lat1, lon1 = outline.T
    lat2, lon2 = np.roll(outline, -1, axis=0).T
    lat, lon = at[:, :1], at[:, 1:]
    cut = (lat1 > lat) != (lat2 > lat)
    rise = np.where(lat2 == lat1, 1.0, lat2 - lat1)
    crossings = cut & (lon1 + (lat - lat1) / rise * (lon2 - lon1) > lon)
    return np.asarray(crossings.sum(axis=1) % 2 == 1)
