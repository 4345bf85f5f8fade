import csv
from pathlib import Path

import pytest

from pvwarranty.errors import FactError
from pvwarranty.place import Zone, salt_zone
from pvwarranty.place import salt as module
from pvwarranty.place.coast import Island, Shore

SHARED = Path(__file__).resolve().parents[3] / "shared/domain/salt_zones.csv"
KAMAKURA, KISARAZU = (35.31, 139.52), (35.40, 139.92)


def at(monkeypatch: pytest.MonkeyPatch, where: tuple[float, float], distance: float) -> None:
    """Let the nearest coast of any point lie at `where`, `distance` [m] away."""
    shore = Shore(distance, *where, Island.MAIN)
    monkeypatch.setattr(module, "nearest_shore", lambda *_: shore)


def zone(table: str, breeze: bool | None, **facts: bool) -> Zone:
    place = salt_zone(35.0, 139.0, direct_sea_breeze=breeze, **facts)
    assert place is not None
    (answer,) = (a for a in place.answers if a.table == table)
    return answer.zone


@pytest.mark.parametrize(
    ("sea", "breeze", "distance", "expected"),
    [
        (KISARAZU, True, 290, "heavy"),
        (KISARAZU, True, 310, "salt"),
        (KISARAZU, True, 1010, "general"),
        (KISARAZU, False, 290, "salt"),
        (KISARAZU, False, 310, "general"),
        (KAMAKURA, True, 990, "heavy"),
        (KAMAKURA, True, 1990, "salt"),
        (KAMAKURA, True, 2010, "general"),
        (KAMAKURA, False, 290, "heavy"),
        (KAMAKURA, False, 990, "salt"),
        (KAMAKURA, False, 1010, "general"),
    ],
)
def test_storage_makers(
    monkeypatch: pytest.MonkeyPatch,
    sea: tuple[float, float],
    breeze: bool,
    distance: float,
    expected: str,
) -> None:
    at(monkeypatch, sea, distance)
    assert zone("storage_makers", breeze) == expected


@pytest.mark.parametrize(
    ("sea", "distance", "expected"),
    [
        (KAMAKURA, 400, "heavy"),
        (KAMAKURA, 1900, "salt"),
        (KAMAKURA, 2100, "general"),
        ((34.35, 134.05), 900, "salt"),
        ((34.35, 134.05), 1100, "general"),
        ((38.91, 139.82), 6900, "salt"),
        ((38.91, 139.82), 7100, "general"),
        ((26.3, 127.75), 20_000, "salt"),
    ],
)
def test_trade_chart(
    monkeypatch: pytest.MonkeyPatch, sea: tuple[float, float], distance: float, expected: str
) -> None:
    at(monkeypatch, sea, distance)
    assert zone("pv_trade_chart", None) == expected


def test_unknown_breeze_gives_both_answers_and_asks() -> None:
    place = salt_zone(35.7294, 140.8281)  # Choshi Station
    assert place is not None
    storage = {a.direct_sea_breeze: a.zone for a in place.answers if a.table == "storage_makers"}
    assert storage == {True: Zone.SALT, False: Zone.GENERAL}
    assert place.asks == ("direct_sea_breeze",)
    answered = salt_zone(35.7294, 140.8281, direct_sea_breeze=False)
    assert answered is not None
    assert answered.asks == ()
    assert {a.zone for a in answered.answers if a.table == "storage_makers"} == {Zone.GENERAL}


def test_nothing_is_asked_where_it_changes_nothing() -> None:
    place = salt_zone(36.64, 138.19)  # Nagano
    assert place is not None
    assert place.asks == ()
    assert {a.zone for a in place.answers} == {Zone.GENERAL}
    assert place.closer_than == ()


def test_every_answer_names_its_table_source_and_limits() -> None:
    place = salt_zone(35.7294, 140.8281)
    assert place is not None
    assert {a.table for a in place.answers} == {"storage_makers", "pv_trade_chart"}
    assert all(a.source for a in place.answers)
    salt = next(a for a in place.answers if a.zone is Zone.SALT and a.table == "storage_makers")
    assert (salt.start, salt.end) == (1000.0, 2000.0)


@pytest.mark.parametrize(("distance", "near"), [(1450, False), (1850, True), (2150, True)])
def test_near_a_limit(monkeypatch: pytest.MonkeyPatch, distance: float, near: bool) -> None:
    at(monkeypatch, KAMAKURA, distance)
    place = salt_zone(35.0, 139.0, direct_sea_breeze=True)
    assert place is not None
    (answer,) = (a for a in place.answers if a.table == "storage_makers")
    assert answer.near_limit is near


def test_at_sea_the_distance_is_nought_and_said_so() -> None:
    place = salt_zone(35.70, 141.20)
    assert place is not None
    assert place.distance == 0.0
    assert not place.on_land


def test_least_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, KAMAKURA, 400.0)
    place = salt_zone(35.0, 139.0)
    assert place is not None
    assert [(m.maker, m.distance) for m in place.closer_than] == [("toshiba", 500.0)]


def test_outside_is_not_known_and_no_point_is_refused() -> None:
    assert salt_zone(51.5, 0.0) is None
    with pytest.raises(FactError):
        salt_zone(91.0, 0.0)


@pytest.mark.skipif(not SHARED.exists(), reason="reference material is not beside the repository")
def test_tables_agree_with_the_reference() -> None:
    with SHARED.open(encoding="utf-8") as file:
        theirs = [
            (
                r["table"],
                r["region"],
                r["direct_sea_breeze"],
                r["zone"],
                float(r["from_m"]),
                float(r["to_m"]) if r["to_m"] else None,
            )
            for r in csv.DictReader(file)
        ]
    ours = [
        (r.table, r.region, r.direct_sea_breeze, r.zone.value, r.start, r.end)
        for r in module.zone_rows()
    ]
    assert ours == theirs
