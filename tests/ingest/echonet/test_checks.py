"""Contradictions, first of all those seen on real devices."""

from __future__ import annotations

import pytest

from pvwarranty.ingest.echonet.checks import FLAGS, contradictions, rated_power

REAL = {  # what one storage battery said, Wh, W and 0-1
    "A0": 9704, "A1": 9704, "A2": 9704, "A3": 9704, "A4": 1067, "A5": 1067, "D0": 9230,
    "E2": 8214, "E4": 0.89, "CF": 0x42, "D3": 1500, "C8.maxValue": 5900, "C9.maxValue": 5900,
}  # fmt: skip
SOUND = REAL | {"A0": 9200, "A1": 8300, "A2": 9000, "A3": 8200, "A4": 1000, "A5": 7300}


def flags(code: int, said: dict[str, float]) -> set[tuple[int, str]]:
    return {tuple(found) for found in contradictions(code, said)}


def test_a_real_battery() -> None:
    found = flags(0x027D, REAL)
    assert {(epc, "above_rating") for epc in (0xA0, 0xA1, 0xA2, 0xA3)} <= found
    assert {(epc, "identical_capacities") for epc in (0xA0, 0xA1, 0xA2, 0xA3)} <= found
    assert (0xA5, "copies_a4") in found
    assert len(found) == 9


def test_a_sound_battery() -> None:
    assert flags(0x027D, SOUND) == set()


def test_half_full_is_no_copy() -> None:
    assert flags(0x027D, SOUND | {"A4": 4500, "A5": 4500}) == set()


@pytest.mark.parametrize(
    ("change", "epc", "flag"),
    [
        ({"E2": 5000}, 0xE2, "disagrees_with_soc"),
        ({"D3": -1500}, 0xD3, "sign_disagrees"),
        ({"CF": 0x43}, 0xD3, "sign_disagrees"),
        ({"D3": 9000}, 0xD3, "above_rating"),
        ({"A1": 9231}, 0xA1, "above_rating"),
    ],
)
def test_batteries(change: dict[str, float], epc: int, flag: str) -> None:
    assert flags(0x027D, SOUND | change) == {(epc, flag)}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"E0": 3210, "E8": 4000, "D1": 0x44, "A0": 1.0, "E1": 10, "E3": 9}, set()),
        ({"E0": 4500, "E8": 4000}, {(0xE0, "above_rating")}),
        ({"E0": 4300, "E8": 4000}, set()),
        ({"E0": 100, "D1": 0x41, "A0": 0.0}, {(0xD1, "generates_while_stopped")}),
        ({"E0": 0, "D1": 0x41, "A0": 0.0}, set()),
        ({"E1": 10, "E3": 11}, {(0xE3, "sold_above_generated")}),
        ({"E3": 11}, set()),
        ({}, set()),
    ],
)
def test_pv(said: dict[str, float], found: set[tuple[int, str]]) -> None:
    assert flags(0x0279, said) == found


def test_a_car() -> None:
    assert flags(0x027E, {"E1": 0x42, "D3": -3000.0}) == {(0xD3, "sign_disagrees")}
    assert flags(0x027E, {"C5": 3000, "C6": 6000, "D3": -6500}) == set()
    assert flags(0x027E, {"C5": 3000, "C6": 6000, "D3": -7000}) == {(0xD3, "above_rating")}


def test_a_meter_has_nothing_to_contradict() -> None:
    assert flags(0x0288, {"E0": 1, "E3": 2}) == set()


def test_rated_power() -> None:
    assert rated_power(0x0279, {"E8": 4000, "E9": 1500}) == 4000
    assert rated_power(0x027D, {"C9.maxValue": 2000, "C8.maxValue": 0}) == 2000
    assert rated_power(0x0279, {}) is None
    assert rated_power(0x0288, {"E8": 1}) is None


def test_every_flag_has_words() -> None:
    assert {flag for _, flag in contradictions(0x027D, REAL)} <= set(FLAGS)
    assert all(FLAGS.values())
