"""Distance to the coast: blocks of segments against brute force and a KD-tree over dense points.

    pytest benchmarks/test_place.py --benchmark-only --benchmark-columns=median,iqr,rounds

The peers answer on the same shipped outlines. The KD-tree holds points every 25 m on the sphere.
Once built it answers sooner, but it tells neither the nearest point exactly nor land from sea, and
its building (not timed here) and its import of scipy cost more than a run asks of it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from pvwarranty.place import climate, coast_distance, salt_zone
from pvwarranty.place import coast as module
from pvwarranty.place.coast import load_coast

POINTS = 100
STEP = 25.0  # m between the KD-tree's points


def points() -> list[tuple[float, float]]:
    """Sites near and far from the coast of the main islands."""
    rng = np.random.default_rng(7)
    drawn = zip(rng.uniform(33.0, 43.5, 3000), rng.uniform(131.0, 143.0, 3000), strict=True)
    known = ((float(a), float(b)) for a, b in drawn)
    return [p for p in known if coast_distance(*p) is not None][:POINTS]


def each(distance: Callable[[float, float], float | None]) -> list[float]:
    return [distance(*p) or 0.0 for p in points_once]


points_once = points()


def tree_distance() -> Callable[[float, float], float]:
    from scipy.spatial import cKDTree

    coast = load_coast()
    ends = [a.ravel() for a in (coast.lon1, coast.lat1, coast.lon2, coast.lat2)]
    east = np.cos(np.deg2rad(ends[1])) * 111_195.0
    long = np.hypot((ends[2] - ends[0]) * east, (ends[3] - ends[1]) * 111_195.0)
    times = np.maximum(1, np.ceil(long / STEP)).astype(int)
    which = np.repeat(np.arange(len(times)), times)
    part = (np.arange(len(which)) - np.repeat(np.cumsum(times) - times, times)) / times[which]
    lon = np.deg2rad(ends[0][which] + part * (ends[2] - ends[0])[which])
    lat = np.deg2rad(ends[1][which] + part * (ends[3] - ends[1])[which])
    tree = cKDTree(
        np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    )

    def distance(latitude: float, longitude: float) -> float:
        a, b = np.deg2rad(latitude), np.deg2rad(longitude)
        chord, _ = tree.query([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)])
        return float(2.0 * np.arcsin(chord / 2.0) * 6_371_000.0)

    return distance


def brute_distance(latitude: float, longitude: float) -> float:
    coast = load_coast()
    return module._measure(coast, np.arange(len(coast.west)), latitude, longitude)[0]


@pytest.mark.benchmark(group="coast: 100 queries")
def test_blocks(benchmark: BenchmarkFixture) -> None:
    assert len(benchmark(each, coast_distance)) == POINTS


@pytest.mark.benchmark(group="coast: 100 queries")
def test_peer_kd_tree(benchmark: BenchmarkFixture) -> None:
    found = benchmark(each, tree_distance())
    apart = np.abs(np.array(found) - each(coast_distance))
    assert apart.max() < STEP + 0.006 * max(found)  # sphere against ellipsoid


@pytest.mark.benchmark(group="coast: 100 queries")
def test_peer_brute_force(benchmark: BenchmarkFixture) -> None:
    found = benchmark.pedantic(each, args=(brute_distance,), rounds=1)  # type: ignore[no-untyped-call]
    assert np.abs(np.array(found) - each(coast_distance)).max() < 0.01


@pytest.mark.benchmark(group="place")
def test_load(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(load_coast, setup=load_coast.cache_clear, rounds=10)  # type: ignore[no-untyped-call]


@pytest.mark.benchmark(group="place")
def test_cold_start(benchmark: BenchmarkFixture) -> None:
    """A fresh interpreter: import, load and one query, less nothing."""
    code = "from pvwarranty.place import coast_distance; coast_distance(35.7, 140.8)"
    benchmark.pedantic(subprocess.run, args=([sys.executable, "-c", code],), rounds=5)  # type: ignore[no-untyped-call]


@pytest.mark.benchmark(group="place")
def test_salt_zone(benchmark: BenchmarkFixture) -> None:
    place = benchmark(salt_zone, 35.7294, 140.8281)
    assert place is not None


@pytest.mark.benchmark(group="place")
def test_climate(benchmark: BenchmarkFixture) -> None:
    assert benchmark(climate, 35.70, 140.80, 20.0).source == "normals"
