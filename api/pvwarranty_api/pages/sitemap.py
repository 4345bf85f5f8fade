"""A map of sites as SVG over the shipped coastline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pvwarranty.report.figures.japan import outlines
from pvwarranty_api.services.overview import Overview

WIDTH = 640.0
LEAST = 2.0  # degrees shown at least
TALLEST = 1.1  # of the width
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """A site on the map, in the units of the drawing."""

    x: float
    y: float
    site: Overview


@dataclass(frozen=True, slots=True)
class Map:
    """A drawing: its size, the coast as one path, the sites, the most urgent on top."""

    width: float
    height: float
    coast: str
    marks: tuple[Mark, ...]


def map_of(sites: Sequence[Overview]) -> Map | None:
    """Return the map of some sites, as near as they allow; None without any."""
    if not sites:
        return None
    box = _box(sites)
    scale, height = _scale(box)
    order = ("", "not_supported", "undecided", "supported")
    marks = [
        Mark(*_point(s.longitude, s.latitude, box, scale), s)
        for s in sorted(sites, key=lambda s: order.index(s.standing))
    ]
    return Map(WIDTH, height, _coast(box), tuple(marks))


def _box(sites: Sequence[Overview]) -> Box:
    """Return west, east, south, north [°], on whole degrees so that maps can be kept."""
    lon, lat = [s.longitude for s in sites], [s.latitude for s in sites]
    west, east = math.floor(min(lon) - 0.3), math.ceil(max(lon) + 0.3)
    south, north = math.floor(min(lat) - 0.3), math.ceil(max(lat) + 0.3)
    wide, tall = max(east - west, LEAST), max(north - south, LEAST)
    if tall > TALLEST * wide * 0.8:  # a narrow strip: more of what lies beside it
        more = (tall / (TALLEST * 0.8) - wide) / 2
        west, east = math.floor(west - more), math.ceil(east + more)
    return float(west), float(max(east, west + LEAST)), float(south), float(south + tall)


def _scale(box: Box) -> tuple[tuple[float, float], float]:
    """Return units a degree to the east and to the north, and the height of the drawing."""
    x = WIDTH / (box[1] - box[0])
    y = x / math.cos(math.radians((box[2] + box[3]) / 2))
    return (x, y), round(y * (box[3] - box[2]), 1)


def _point(lon: float, lat: float, box: Box, scale: tuple[float, float]) -> tuple[float, float]:
    return round((lon - box[0]) * scale[0], 1), round((box[3] - lat) * scale[1], 1)


@lru_cache(maxsize=32)
def _coast(box: Box) -> str:
    scale, _ = _scale(box)
    paths = []
    for lons, lats in outlines(box):
        points = [_point(x, y, box, scale) for x, y in zip(lons, lats, strict=True)]
        paths.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z")
    return "".join(paths)
