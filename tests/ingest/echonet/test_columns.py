"""Canonical rows: which reading stands where, and what a counter's gap gives."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.ingest.echonet.columns import Feed, canonical_rows, choose_feeds, tolerance
from pvwarranty.ingest.echonet.readings import Reading
from pvwarranty.ingest.echonet.tables import device_class

T0 = 1_717_200_000
SOURCE = "10.0.0.2"


def reading(
    time: float, epc: int, number: float | None, eoj: int = 0x027D01, *flags: str
) -> Reading:
    return Reading(time, SOURCE, eoj, epc, "", "", b"", number, "", "", "get", flags)


def rows(*said: Reading, eoj: int = 0x027D01, interval: int = 60) -> dict[int, dict[str, float]]:
    feeds = choose_feeds("X", (SOURCE, eoj), said, {})
    return canonical_rows(said, feeds, interval)


def column(found: dict[int, dict[str, float]], name: str) -> dict[int, float]:
    return {start - T0: row[name] for start, row in sorted(found.items()) if name in row}


def test_power_is_the_first_of_an_interval_and_split_by_sign() -> None:
    found = rows(
        reading(T0 + 0.1, 0xD3, 1500), reading(T0 + 30, 0xD3, 900), reading(T0 + 60.1, 0xD3, -700)
    )
    assert column(found, "X.p_charge") == {0: 1500, 60: 0}
    assert column(found, "X.p_discharge") == {0: 0, 60: 700}


def test_state_of_charge_stands_at_the_end_of_its_interval() -> None:
    found = rows(reading(T0 + 0.1, 0xE4, 0.5), reading(T0 + 60.2, 0xE4, 0.51))
    assert column(found, "X.soc") == {-60: 0.5, 0: 0.51}


def test_readings_far_from_a_boundary_are_no_ends() -> None:
    found = rows(reading(T0 + 25, 0xE4, 0.5), reading(T0 + 59, 0xE4, 0.6))
    assert column(found, "X.soc") == {0: 0.6}


def test_energy_is_the_rise_between_the_ends() -> None:
    said = [reading(T0 + 60 * i + 0.2, 0xA8, 1000 + 25 * i) for i in range(4)]
    assert column(rows(*said), "X.e_charge") == {0: 25, 60: 25, 120: 25}


def test_a_short_gap_shares_its_energy() -> None:
    said = [reading(T0, 0xA8, 1000), reading(T0 + 240, 0xA8, 1100)]
    assert column(rows(*said), "X.e_charge") == {0: 25, 60: 25, 120: 25, 180: 25}


@pytest.mark.parametrize(("interval", "longest"), [(60, 15), (300, 3), (1800, 3)])
def test_a_long_gap_stays_empty(interval: int, longest: int) -> None:
    for count, filled in ((longest, longest), (longest + 1, 0)):
        said = [reading(T0, 0xA8, 1000), reading(T0 + interval * count, 0xA8, 1100)]
        found = rows(*said, interval=interval)
        assert len(column(found, "X.e_charge")) == filled


def test_resets_and_jumps_give_nothing_and_roll_over_counts_on() -> None:
    reset = rows(reading(T0, 0xA8, 1000), reading(T0 + 60, 0xA8, 10, 0x027D01, "counter_reset"))
    jump = rows(reading(T0, 0xA8, 1000), reading(T0 + 60, 0xA8, 99999, 0x027D01, "counter_jump"))
    over = rows(reading(T0, 0xA8, 999_999_990), reading(T0 + 60, 0xA8, 10))
    assert not column(reset, "X.e_charge")
    assert not column(jump, "X.e_charge")
    assert column(over, "X.e_charge") == {0: 20}


def test_what_is_not_usable_is_left_out() -> None:
    said = [
        reading(T0, 0xE4, 1.01, 0x027D01, "out_of_range"),
        reading(T0, 0xCF, 0x7F, 0x027D01, "unknown_state"),
        reading(T0, 0xD3, None),
    ]
    assert rows(*said) == {}


def test_restraint_within_the_interval_wins() -> None:
    eoj = 0x027901
    found = rows(
        reading(T0, 0xD1, 0x44, eoj), reading(T0 + 20, 0xD1, 0x42, eoj),
        reading(T0 + 40, 0xD1, 0x44, eoj), reading(T0 + 60, 0xD1, 0x44, eoj), eoj=eoj,
    )  # fmt: skip
    assert column(found, "X.restraint") == {0: 0x42, 60: 0x44}


def test_the_ac_counter_is_taken_before_the_dc_counter() -> None:
    both = [reading(T0, epc, 1.0) for epc in (0xD8, 0xA8)]
    (feed,) = [f for f in choose_feeds("X", (SOURCE, 0x027D01), both, {}) if f.name == "X.e_charge"]
    assert feed.epc == 0xA8


def test_a_chosen_counter_stays() -> None:
    both = [reading(T0, epc, 1.0) for epc in (0xD8, 0xA8)]
    chosen = {"X.e_charge": "D8"}
    feeds = choose_feeds("X", (SOURCE, 0x027D01), both, chosen)
    assert [f.epc for f in feeds if f.name == "X.e_charge"] == [0xD8]


def test_two_objects_do_not_mix() -> None:
    kind = device_class(0x0279)
    assert kind is not None
    feed = Feed("A.p_ac", kind.columns[0], SOURCE, 0x027901, 0xE0)
    said = [reading(T0, 0xE0, 1.0, 0x027901), reading(T0, 0xE0, 2.0, 0x027902)]
    assert canonical_rows(said, [feed], 60) == {T0: {"A.p_ac": 1.0}}


def test_tolerance() -> None:
    assert [tolerance(n) for n in (1, 60, 300, 1800)] == [0.4, 6, 30, 30]


@given(
    st.lists(st.integers(0, 60), min_size=2, max_size=30, unique=True),
    st.lists(st.floats(0, 500), min_size=61, max_size=61),
)
def test_no_energy_is_made_or_lost_within_shared_gaps(at: list[int], rises: list[float]) -> None:
    counter = [sum(rises[: i + 1]) for i in range(61)]
    ends = sorted(at)
    said = [reading(T0 + 60 * i, 0xA8, counter[i]) for i in ends]
    found = column(rows(*said), "X.e_charge")
    expected = sum(counter[b] - counter[a] for a, b in pairwise(ends) if b - a <= 15)
    assert sum(found.values()) == pytest.approx(expected, abs=1e-6)
