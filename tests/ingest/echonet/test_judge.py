"""Readings beside one another: units, changes, counters, clocks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from pvwarranty.ingest.echonet import Entry, Frame, Property, Service, encode_frame, readings_of
from pvwarranty.ingest.echonet.judge import counter_rise, judged
from pvwarranty.ingest.echonet.readings import Reading

NOON = 1_717_200_000.0  # a multiple of 60 s


def heard(time: float, eoj: int, source: str = "10.0.0.2", **said: str) -> Entry:
    listed = tuple(Property(int(epc, 16), bytes.fromhex(edt)) for epc, edt in said.items())
    frame = Frame(1, eoj, 0x05FF01, Service.GET_RES, listed)
    return Entry(time, source, "frame", encode_frame(frame))


def judge(*entries: Entry, interval: int = 60) -> list[Reading]:
    return judged((r for e in entries for r in readings_of(e)), interval=interval)


def flags(readings: list[Reading], epc: int) -> list[tuple[str, ...]]:
    return [r.flags for r in readings if r.epc == epc]


def test_counters_of_a_meter_are_scaled() -> None:
    found = judge(heard(NOON, 0x028801, E0="000004D2", D3="0000000A", E1="01"))
    (energy,) = [r for r in found if r.epc == 0xE0]
    assert energy.number == pytest.approx(1234 * 10 * 0.1 * 1000)


def test_the_unit_may_come_later() -> None:
    found = judge(heard(NOON, 0x028801, E0="000004D2"), heard(NOON + 5, 0x028801, E1="02"))
    assert found[0].number == pytest.approx(12340)


def test_without_unit_no_number() -> None:
    (energy,) = judge(heard(NOON, 0x028801, E0="000004D2"))
    assert (energy.number, energy.flags) == (None, ("unit_unknown",))


def test_power_and_days_are_not_scaled() -> None:
    found = judge(heard(NOON, 0x028801, E1="03", E7="FFFFF9EB", E2="0005" + "00000001" * 48))
    by_part = {(r.epc, r.part): r.number for r in found}
    assert by_part[0xE7, ""] == -1557
    assert by_part[0xE2, "day"] == 5
    assert by_part[0xE2, "electricEnergy.0"] == pytest.approx(1.0)


def test_a_board_channel_keeps_its_current() -> None:
    found = judge(heard(NOON, 0x028701, C2="01", D0="0000000A 0064 7FFE"))
    by_part = {r.part: r.number for r in found if r.epc == 0xD0}
    assert by_part == {"electricEnergy": 1000, "currentRphase": 10, "currentTphase": None}


def test_a_rating_that_changes() -> None:
    found = judge(
        heard(NOON, 0x027D01, D0="0000240E"),
        heard(NOON + 60, 0x027D01, D0="0000240E"),
        heard(NOON + 120, 0x027D01, D0="0000224A"),
    )
    assert flags(found, 0xD0) == [(), (), ("changed",)]


def test_devices_are_kept_apart() -> None:
    found = judge(
        heard(NOON, 0x027D01, D0="0000240E"), heard(NOON + 60, 0x027D01, "10.0.0.3", D0="0000224A")
    )
    assert flags(found, 0xD0) == [(), ()]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (1000, 1500, ()),
        (1500, 1000, ("counter_reset",)),
        (999_999_900, 100, ("counter_rolled_over",)),
        (1000, 9000, ("counter_jump",)),
    ],
)
def test_counters(before: int, after: int, said: tuple[str, ...]) -> None:
    found = judge(
        heard(NOON, 0x027901, E8="0FA0", E1=f"{before:08X}"),
        heard(NOON + 60, 0x027901, E1=f"{after:08X}"),
    )
    assert flags(found, 0xE1) == [(), said]


def test_a_long_gap_is_no_jump() -> None:
    found = judge(
        heard(NOON, 0x027901, E8="0FA0", E1="00000000"),
        heard(NOON + 7200, 0x027901, E1=f"{8000:08X}"),
    )
    assert flags(found, 0xE1) == [(), ()]


def test_counter_rise() -> None:
    assert counter_rise(10, 30, 1e9) == 20
    assert counter_rise(999_999_990, 10, 1e9) == 20
    assert counter_rise(30, 10, 1e9) is None


def test_contradictions_flag_what_was_said_in_the_moment() -> None:
    four = dict.fromkeys(("A0", "A1", "A2", "A3"), "000025E8")
    found = judge(heard(NOON, 0x027D01, D0="0000240E", **four), heard(NOON + 60, 0x027D01, E4="59"))
    assert flags(found, 0xA0) == [("above_rating", "identical_capacities")]
    assert flags(found, 0xE4) == [()]


def test_a_rating_read_an_hour_before_counts() -> None:
    found = judge(heard(NOON - 3600, 0x027D01, D0="0000240E"), heard(NOON, 0x027D01, A0="000025E8"))
    assert flags(found, 0xA0) == [("above_rating",)]


def test_unusable_numbers_contradict_nothing() -> None:
    found = judge(heard(NOON, 0x027901, E8="FFFF", E0="0FFF"))
    assert flags(found, 0xE0) == [()]


@pytest.mark.parametrize(("shift", "off"), [(0, False), (60, False), (300, True), (-3600, True)])
def test_clocks(shift: int, off: bool) -> None:
    local = datetime.fromtimestamp(NOON + shift, ZoneInfo("Asia/Tokyo"))
    date = f"{local.year:04X}{local.month:02X}{local.day:02X}"
    found = judge(
        heard(NOON + 20, 0x027901, **{"98": date, "97": f"{local.hour:02X}{local.minute:02X}"})
    )
    assert flags(found, 0x97) == [("clock_differs",) if off else ()]


def test_malformed_and_unknown_go_through() -> None:
    noise = Entry(NOON, "10.0.0.2", "frame", b"\x10\x81noise")
    air = heard(NOON, 0x013001, **{"80": "30"})
    (only,) = judge(noise, air)
    assert (only.flags, only.raw, only.eoj) == (("malformed",), b"\x10\x81noise", 0)


def test_unknown_properties_are_kept() -> None:
    (found,) = judge(heard(NOON, 0x027901, F0="0102"))
    assert (found.raw, found.flags) == (b"\x01\x02", ("unknown_property",))
