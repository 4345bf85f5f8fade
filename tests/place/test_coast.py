import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvwarranty.errors import FactError
from pvwarranty.place import Island, coast_distance, nearest_shore
from pvwarranty.place import coast as module

REFERENCE = Path(__file__).with_name("coast_reference.csv")


def reference() -> list[tuple[float, float, float]]:
    with REFERENCE.open(encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return [(float(r["latitude"]), float(r["longitude"]), float(r["distance"])) for r in rows]


def test_within_20_m_of_the_full_detail() -> None:
    rows = reference()
    errors = [abs((coast_distance(lat, lon) or math.inf) - truth) for lat, lon, truth in rows]
    assert len(rows) == 200
    assert max(errors) < 20.0
    assert max(truth for *_, truth in rows) > 10_000.0  # the points are not all on the beach


@pytest.mark.parametrize(
    ("where", "latitude", "longitude", "distance"),
    [
        ("Tokyo Station", 35.6812, 139.7671, 3312),
        ("Choshi Station", 35.7294, 140.8281, 1756),
        ("Nagano Station", 36.6431, 138.1886, 52_585),
        ("Kawagoe", 35.9251, 139.4858, 39_205),
        ("Takamatsu Station", 34.3506, 134.0467, 339),
        ("Naha, prefectural office", 26.2124, 127.6809, 737),
    ],
)
def test_places_measured_by_others(
    where: str, latitude: float, longitude: float, distance: float
) -> None:
    found = coast_distance(latitude, longitude)
    assert found is not None, where
    assert abs(found - distance) < 300.0


def test_no_block_is_left_out_wrongly() -> None:
    coast = module.load_coast()
    rng = np.random.default_rng(3)
    every = np.arange(len(coast.west))
    for lat, lon in zip(rng.uniform(31, 45, 12), rng.uniform(130, 145, 12), strict=True):
        by_index, by_force = (
            module._nearest(coast, lat, lon),
            module._measure(coast, every, lat, lon),
        )
        if by_force[0] > module.REACH:
            assert by_index is None
        else:
            assert by_index == pytest.approx(by_force)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(30.5, 45.0), st.floats(130.0, 145.0), st.floats(-0.05, 0.05), st.floats(-0.05, 0.05)
)
def test_a_step_changes_the_distance_by_its_length_at_most(
    lat: float, lon: float, north: float, east: float
) -> None:
    here, there = coast_distance(lat, lon), coast_distance(lat + north, lon + east)
    if here is None or there is None:
        return
    step = math.hypot(north * 111_400.0, east * 111_400.0 * math.cos(math.radians(lat - 0.05)))
    assert abs(here - there) <= step + 0.001 * (here + there) + 0.01


def test_nearest_point_lies_at_the_distance() -> None:
    shore = nearest_shore(36.0, 139.5)
    assert shore is not None
    again = nearest_shore(shore.latitude, shore.longitude)
    assert again is not None
    assert again.distance < 0.1


@pytest.mark.parametrize(
    ("where", "latitude", "longitude", "island"),
    [
        ("Nagano", 36.64, 138.19, Island.MAIN),
        ("Sapporo", 43.06, 141.35, Island.MAIN),
        ("Kochi", 33.57, 133.54, Island.MAIN),
        ("Kumamoto", 32.80, 130.71, Island.MAIN),
        ("Awaji", 34.35, 134.80, Island.ROAD),
        ("Amakusa", 32.40, 130.08, Island.ROAD),
        ("Enoshima", 35.30, 139.48, Island.UNCLEAR),
        ("Tsunoshima", 34.355, 130.86, Island.UNCLEAR),
        ("Sado", 38.02, 138.37, Island.REMOTE),
        ("Naha", 26.21, 127.68, Island.REMOTE),
        ("Chichijima", 27.094, 142.192, Island.REMOTE),
        ("off Choshi", 35.70, 141.20, None),
        ("Tokyo bay", 35.50, 139.85, None),
    ],
)
def test_what_lies_under_a_point(
    where: str, latitude: float, longitude: float, island: Island | None
) -> None:
    shore = nearest_shore(latitude, longitude)
    assert shore is not None, where
    assert shore.island is island
    assert shore.on_land is (island is not None)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(37.55, 126.99), (39.9, 116.4), (51.5, 0.0), (-33.9, 151.2), (35, 150)],
)
def test_outside_is_not_known(latitude: float, longitude: float) -> None:
    assert coast_distance(latitude, longitude) is None


def test_the_place_furthest_from_the_sea_is_known() -> None:
    found = coast_distance(36.1756, 138.5800)  # Saku: 115 km by the survey's account
    assert found is not None
    assert abs(found - 114_860.0) < 2_000.0


def test_refuses_what_is_no_point_with_all_problems() -> None:
    with pytest.raises(FactError) as caught:
        coast_distance(float("nan"), 200.0)
    assert [p.where for p in caught.value.problems] == ["latitude", "longitude"]


def test_the_file_stays_small() -> None:
    path = Path(module.__file__).parent / "data/coast.npz"
    assert path.stat().st_size < 2_000_000
