"""Distance to the coast of Japan, from outlines shipped with the package.

The outlines are OpenStreetMap's land polygons, simplified to 12 m (`data/LICENCES.md`). Blocks of
64 consecutive segments with their bounding boxes are the whole index: a query bounds every block
from below, measures the nearest block exactly, then all blocks that could still be nearer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pvwarranty.errors import FactError, Problem

REACH = 130_000.0  # m: further from every outline is not known (Japan reaches 115 km inland)
UNCERTAINTY = (
    100.0  # m: standard uncertainty of the outlines against the real shore, see data/LICENCES.md
)
BLOCK = 64
LIKELY = 8  # blocks measured first, to rule out the others
SCALE = 1e5  # stored units a degree
SLACK = 0.98  # a lower bound must hold for every latitude within reach

Floats = NDArray[np.float64]


class Island(IntEnum):
    """How the island under a point is joined to the four main islands."""

    MAIN = 0  # Honshu, Hokkaido, Kyushu or Shikoku
    ROAD = 1  # named by a maker as always reachable by road
    UNCLEAR = (
        2  # near enough to the main islands, by way of others, that a road cannot be ruled out
    )
    REMOTE = 3  # no chain of gaps of up to 4 km leads to a main island: no bridge


@dataclass(frozen=True, slots=True)
class Shore:
    """The nearest point of the coast, and what lies under the point asked about.

    `distance` [m] is the plain distance to the line, on land and at sea alike; `island` is None at
    sea.
    """

    distance: float
    latitude: float
    longitude: float
    island: Island | None

    @property
    def on_land(self) -> bool:
        """Whether the point asked about lies within an outline."""
        return self.island is not None


@dataclass(frozen=True, slots=True)
class Coast:
    """Segments in blocks: (b, 64) ends [degrees] and ring of each, (b,) bounds, (r,) kinds."""

    lon1: Floats
    lat1: Floats
    lon2: Floats
    lat2: Floats
    ring: NDArray[np.int32]
    kind: NDArray[np.uint8]
    west: Floats
    east: Floats
    south: Floats
    north: Floats


def coast_distance(latitude: float, longitude: float) -> float | None:
    """Distance [m] to the coast of Japan, or None further than 130 km from every shipped coast.

    At sea it is the distance to the nearest coast as well; `nearest_shore` tells land from sea.

    Raises
    ------
    FactError
        The point is not on the globe.
    """
    shore = nearest_shore(latitude, longitude)
    return None if shore is None else shore.distance


def nearest_shore(latitude: float, longitude: float) -> Shore | None:
    """Return the nearest point of the coast, or None further than 130 km from every shipped coast.

    Raises
    ------
    FactError
        The point is not on the globe.
    """
    require_point(latitude, longitude)
    coast = load_coast()
    found = _nearest(coast, latitude, longitude)
    if found is None:
        return None
    distance, at_latitude, at_longitude = found
    return Shore(distance, at_latitude, at_longitude, _island(coast, latitude, longitude))


def require_point(latitude: float, longitude: float) -> None:
    """Refuse what is not a point on the globe, with all that is wrong with it."""
    problems = [
        Problem(name, f"{value!r} is not within ±{limit:g}", "degrees, north and east positive")
        for name, value, limit in (("latitude", latitude, 90.0), ("longitude", longitude, 180.0))
        if not -limit <= value <= limit  # False for nan as well
    ]
    if problems:
        raise FactError(problems)


@cache
def load_coast() -> Coast:
    """Read the shipped outlines (once a process)."""
    with (files("pvwarranty.place") / "data/coast.npz").open("rb") as file, np.load(file) as data:
        return _blocks(data["first"], data["count"].astype(np.int64), data["step"], data["kind"])


def _blocks(
    first: NDArray[np.int32], count: NDArray[np.int64], step: NDArray[np.int16], kind: Any
) -> Coast:
    """Turn rings of differences into blocks of closed segments."""
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    ring = np.repeat(np.arange(len(count), dtype=np.int32), count)
    walk = np.cumsum(step, axis=1, dtype=np.int64)
    ends = (walk - (walk[:, start] - first.T)[:, ring]) / SCALE
    following = np.arange(1, ring.size + 1)
    following[start + count - 1] = start  # a ring closes on its first point
    rows = -(-ring.size // BLOCK)
    last = ring.size - 1
    fill = np.minimum(np.arange(rows * BLOCK), last)
    following = np.pad(following, (0, fill.size - ring.size), constant_values=last)  # of no length
    lon1, lat1 = (ends[k][fill].reshape(rows, BLOCK) for k in (0, 1))
    lon2, lat2 = (ends[k][following].reshape(rows, BLOCK) for k in (0, 1))
    return Coast(
        lon1=lon1,
        lat1=lat1,
        lon2=lon2,
        lat2=lat2,
        ring=ring[fill].reshape(rows, BLOCK),
        kind=kind,
        west=np.minimum(lon1, lon2).min(axis=1),
        east=np.maximum(lon1, lon2).max(axis=1),
        south=np.minimum(lat1, lat2).min(axis=1),
        north=np.maximum(lat1, lat2).max(axis=1),
    )


def _radii(latitude: float) -> tuple[float, float]:
    """Metres a degree to the north, and to the east at the equator's cosine (WGS 84)."""
    e2 = 0.00669437999014
    w = 1.0 - e2 * np.sin(np.deg2rad(latitude)) ** 2
    degree = np.pi / 180.0 * 6_378_137.0
    return float(degree * (1.0 - e2) / w**1.5), float(degree / np.sqrt(w))


def _nearest(coast: Coast, latitude: float, longitude: float) -> tuple[float, float, float] | None:
    """Distance [m], latitude and longitude of the nearest point of any segment within reach."""
    north, east = _radii(latitude)
    flat = SLACK * east * np.cos(np.deg2rad(latitude))
    up = np.maximum(np.maximum(coast.south - latitude, latitude - coast.north), 0.0) * north
    aside = np.maximum(np.maximum(coast.west - longitude, longitude - coast.east), 0.0) * flat
    bound = up * up + aside * aside
    likely = np.argpartition(bound, LIKELY)[:LIKELY]
    best = _measure(coast, likely, latitude, longitude)
    best = _measure(coast, np.flatnonzero(bound <= best[0] ** 2), latitude, longitude)
    return best if best[0] <= REACH else None


def _measure(
    coast: Coast, rows: NDArray[np.intp], latitude: float, longitude: float
) -> tuple[float, float, float]:
    """Nearest point of the segments of some blocks: distance [m], latitude, longitude.

    The plane touches the point asked about; parallels are scaled at the mean latitude, which keeps
    the error below 0.01 % within reach.
    """
    north, east = _radii(latitude)

    def plane(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        mean = np.cos(np.deg2rad((lat + latitude) / 2.0))
        return (lon - longitude) * east * mean, (lat - latitude) * north

    x1, y1 = plane(coast.lon1[rows], coast.lat1[rows])
    x2, y2 = plane(coast.lon2[rows], coast.lat2[rows])
    dx, dy = x2 - x1, y2 - y1
    square = dx * dx + dy * dy
    along = np.clip(-(x1 * dx + y1 * dy) / np.where(square > 0.0, square, 1.0), 0.0, 1.0)
    distance = np.hypot(x1 + along * dx, y1 + along * dy)
    row, column = np.unravel_index(np.argmin(distance), distance.shape)
    part, at = along[row, column], (rows[row], column)
    lat = coast.lat1[at] + part * (coast.lat2[at] - coast.lat1[at])
    lon = coast.lon1[at] + part * (coast.lon2[at] - coast.lon1[at])
    return float(distance[row, column]), float(lat), float(lon)


def _island(coast: Coast, latitude: float, longitude: float) -> Island | None:
    """Kind of the ring round a point, or None at sea: rings crossed an odd number of times."""
    level = (coast.south <= latitude) & (latitude < coast.north) & (coast.east > longitude)
    rows = np.flatnonzero(level)
    lat1, lat2 = coast.lat1[rows], coast.lat2[rows]
    cut = (lat1 > latitude) != (lat2 > latitude)
    lon1, lon2, lat1, lat2 = coast.lon1[rows][cut], coast.lon2[rows][cut], lat1[cut], lat2[cut]
    right = lon1 + (latitude - lat1) / (lat2 - lat1) * (lon2 - lon1) > longitude
    crossed, times = np.unique(coast.ring[rows][cut][right], return_counts=True)
    round_it = crossed[times % 2 == 1]
    if round_it.size % 2 == 0:  # none, or a lagoon within a ring
        return None
    return Island(int(coast.kind[round_it].max()))
