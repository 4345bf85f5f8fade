"""Salt zones of a site by the tables of the trade, and makers' least distances from the coast.

There is no official definition of a salt zone: every answer names its table. Lying within a zone is
evidence, never an exclusion by itself; whether the sea breeze blows directly on the roof, and
whether sea water splashes it, must be asked.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from pvwarranty.place.coast import UNCERTAINTY, nearest_shore
from pvwarranty.place.seas import regions

BREEZE = {"yes": (True,), "no": (False,), "any": (True, False)}


class Zone(StrEnum):
    """Word of a salt table: 重塩害, 塩害, 一般."""

    HEAVY = "heavy"
    SALT = "salt"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """One line of a table: a zone reaches from `start` to `end` [m] (None: without end)."""

    table: str
    region: str
    direct_sea_breeze: str
    zone: Zone
    start: float
    end: float | None
    source: str


@dataclass(frozen=True, slots=True)
class ZoneAnswer:
    """Zone of a site by one table, in one region and for one answer about the sea breeze.

    `direct_sea_breeze` is None where the table does not ask for it. `near_limit` tells that a limit
    of the zone lies within twice the standard uncertainty of the distance.
    """

    table: str
    region: str
    direct_sea_breeze: bool | None
    zone: Zone
    start: float
    end: float | None
    near_limit: bool
    source: str


@dataclass(frozen=True, slots=True)
class MinimumDistance:
    """Least distance from the coast [m] that a maker asks for."""

    maker: str
    component: str
    distance: float
    source: str


@dataclass(frozen=True, slots=True)
class SaltPlace:
    """What the place says about salt.

    `distance` [m] is 0 at sea (new land, or wrong coordinates: `on_land` is False). `answers` holds
    one answer for each table, region and breeze that remain possible; `asks` names the facts that
    would leave fewer. `closer_than` lists the makers' least distances that the site falls short of.
    """

    distance: float
    uncertainty: float
    on_land: bool
    answers: tuple[ZoneAnswer, ...]
    asks: tuple[str, ...]
    closer_than: tuple[MinimumDistance, ...]


def salt_zone(
    latitude: float,
    longitude: float,
    *,
    direct_sea_breeze: bool | None = None,
    island_road: bool | None = None,
) -> SaltPlace | None:
    """Salt zones of a site, or None further than 130 km from every shipped coast.

    Parameters
    ----------
    direct_sea_breeze
        Whether the sea breeze blows directly on the modules; None: not known, both answers given.
    island_road
        Whether the site's island can always be reached by road; needed where `asks` says so.

    Raises
    ------
    FactError
        The point is not on the globe.
    """
    shore = nearest_shore(latitude, longitude)
    if shore is None:
        return None
    distance = shore.distance if shore.on_land else 0.0
    answers: list[ZoneAnswer] = []
    asks: list[str] = []
    for table in dict.fromkeys(row.table for row in zone_rows()):
        found = regions(table, shore, island_road=island_road)
        asks += found.asks
        for region in found.words:
            answers += _answers(table, region, distance, direct_sea_breeze)
    zones = {(a.table, a.region, a.direct_sea_breeze): a.zone for a in answers}
    if any(zones.get((t, r, not b), zone) is not zone for (t, r, b), zone in zones.items()):
        asks.append("direct_sea_breeze")
    return SaltPlace(
        distance=distance,
        uncertainty=UNCERTAINTY,
        on_land=shore.on_land,
        answers=tuple(answers),
        asks=tuple(dict.fromkeys(asks)),
        closer_than=tuple(m for m in minimum_distances() if distance < m.distance),
    )


def _answers(table: str, region: str, distance: float, breeze: bool | None) -> Iterator[ZoneAnswer]:
    """Answers of a region: one, or one for each breeze where it matters and is not known."""
    rows = [r for r in zone_rows() if r.table == table and r.region == region]
    asked = any(r.direct_sea_breeze != "any" for r in rows)
    for blows in (None,) if not asked else (True, False) if breeze is None else (breeze,):
        fits = [r for r in rows if blows is None or blows in BREEZE[r.direct_sea_breeze]]
        ends = [r.end for r in fits if r.end is not None]
        near = any(abs(distance - end) < 2.0 * UNCERTAINTY for end in ends)
        zone, start, end = Zone.GENERAL, max(ends, default=0.0), None
        for r in fits:
            if r.start <= distance and (r.end is None or distance <= r.end):
                zone, start, end = r.zone, r.start, r.end
                break
        yield ZoneAnswer(table, region, blows, zone, start, end, near, fits[0].source)


@cache
def zone_rows() -> tuple[ZoneRow, ...]:
    """Lines of the shipped tables (read once a process)."""
    return tuple(
        ZoneRow(
            row["table"],
            row["region"],
            row["direct_sea_breeze"],
            Zone(row["zone"]),
            float(row["from"]),
            float(row["to"]) if row["to"] else None,
            row["source"],
        )
        for row in _csv("salt_zones.csv")
    )


@cache
def minimum_distances() -> tuple[MinimumDistance, ...]:
    """Makers' least distances as shipped (read once a process)."""
    return tuple(
        MinimumDistance(row["maker"], row["component"], float(row["distance"]), row["source"])
        for row in _csv("minimum_distances.csv")
    )


def _csv(name: str) -> Iterator[dict[str, str]]:
    text = (files("pvwarranty.place") / "data" / name).read_text("utf-8")
    yield from csv.DictReader(text.splitlines())
