import numpy as np
import pytest

from pvwarranty.place.coast import Island, Shore, nearest_shore
from pvwarranty.place.seas import ISLAND, load_seas, regions


def words(table: str, latitude: float, longitude: float, *, road: bool | None = None) -> set[str]:
    shore = nearest_shore(latitude, longitude)
    assert shore is not None
    return set(regions(table, shore, island_road=road).words)


@pytest.mark.parametrize(
    ("latitude", "longitude", "storage", "chart"),
    [
        (35.45, 139.62, {"inner_sea"}, {"other"}),  # Yokohama
        (35.31, 139.52, {"outer_sea"}, {"other"}),  # Kamakura
        (35.60, 140.10, {"inner_sea"}, {"other"}),  # Chiba
        (34.73, 136.52, {"inner_sea"}, {"other"}),  # Tsu
        (34.77, 137.39, {"inner_sea"}, {"other"}),  # Toyohashi, Mikawa bay
        (34.35, 134.05, {"inner_sea"}, {"seto_inland_sea"}),  # Takamatsu
        (34.39, 132.46, {"inner_sea"}, {"seto_inland_sea"}),  # Hiroshima
        (33.24, 131.61, {"inner_sea"}, {"seto_inland_sea"}),  # Oita
        (34.65, 135.43, {"inner_sea"}, {"seto_inland_sea"}),  # Osaka
        (33.56, 133.53, {"outer_sea"}, {"other"}),  # Kochi
        (34.07, 134.57, {"outer_sea"}, {"other"}),  # Tokushima, Kii channel
        (33.59, 130.40, {"outer_sea"}, {"other"}),  # Fukuoka
        (38.91, 139.84, {"outer_sea"}, {"hokkaido_tohoku_japan_sea"}),  # Sakata
        (43.19, 141.00, {"outer_sea"}, {"hokkaido_tohoku_japan_sea"}),  # Otaru
        (40.53, 141.52, {"outer_sea"}, {"other"}),  # Hachinohe
        (37.92, 139.04, {"outer_sea"}, {"other", "hokkaido_tohoku_japan_sea"}),  # Niigata
        (42.98, 144.38, {"outer_sea"}, {"other", "hokkaido_tohoku_japan_sea"}),  # Kushiro
        (26.21, 127.69, {ISLAND}, {ISLAND}),  # Naha
        (38.02, 138.37, {ISLAND}, {ISLAND}),  # Sado
        (
            34.49,
            134.27,
            {"inner_sea"},
            {"seto_inland_sea"},
        ),  # Shodoshima: inner sea, no remote island
    ],
)
def test_regions(latitude: float, longitude: float, storage: set[str], chart: set[str]) -> None:
    assert words("storage_makers", latitude, longitude) == storage
    assert words("pv_trade_chart", latitude, longitude) == chart


@pytest.mark.parametrize("cape", [(35.2563, 139.7453), (33.3431, 132.0150), (34.2680, 134.9490)])
def test_both_words_at_a_border(cape: tuple[float, float]) -> None:
    shore = Shore(100.0, *cape, Island.MAIN)
    assert set(regions("storage_makers", shore).words) == {"inner_sea", "outer_sea"}


def test_an_island_that_may_have_a_road_is_asked_about() -> None:
    shore = nearest_shore(35.30, 139.48)  # Enoshima
    assert shore is not None
    asked = regions("storage_makers", shore)
    assert asked.words == ("outer_sea", ISLAND)
    assert asked.asks == ("island_road",)
    assert regions("storage_makers", shore, island_road=True).words == ("outer_sea",)
    assert regions("storage_makers", shore, island_road=False).words == (ISLAND,)


def test_the_answer_is_not_used_where_it_is_not_asked() -> None:
    assert words("storage_makers", 36.64, 138.19, road=False) == {"outer_sea"}  # Nagano


def test_outlines_are_closed_areas_in_japan() -> None:
    for sea in load_seas():
        lat, lon = sea.outline.T
        area = abs(np.dot(lat, np.roll(lon, 1)) - np.dot(lon, np.roll(lat, 1))) / 2.0
        assert area > 0.1, sea.id
        assert lat.min() > 23.0
        assert lat.max() < 46.0
        assert sea.region
