from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.ingest.convert.counters import Carry, take_apart
from pvwarranty.ingest.convert.pieces import Piece

NAN = np.nan
STEP = 1800
MIDNIGHT = 1_711_897_200  # 2024-04-01 00:00 in Tokyo


def carry(most: float = np.inf) -> Carry:
    return Carry(ZoneInfo("Asia/Tokyo"), {"P.e_ac": most})


def piece(
    reads: list[float], reading: str = "cumulative", first: int = 0, rows: list[int] | None = None
) -> Piece:
    places = range(len(reads)) if rows is None else rows
    time = np.array([MIDNIGHT + STEP * (first + i) for i in places], dtype=np.int64)
    return Piece(time, {f"P.e_ac#{reading}": np.array(reads)}, STEP)


def energy(
    reads: list[float], reading: str = "cumulative", state: Carry | None = None
) -> list[float]:
    return take_apart(piece(reads, reading), state or carry()).columns["P.e_ac"].tolist()


def same(found: list[float], wanted: list[float]) -> None:
    np.testing.assert_array_equal(found, wanted)


def test_energy_is_the_difference_to_the_reading_before() -> None:
    same(energy([10, 12, 15]), [NAN, 2, 3])


def test_gap_has_no_energy_and_its_sum_is_told() -> None:
    state = carry()
    same(energy([10, NAN, 15, 16], state=state), [NAN, NAN, NAN, 1])
    assert state.lost["P.e_ac"] == 5


def test_gap_across_which_the_counter_stood_still_is_zero() -> None:
    same(energy([10, NAN, NAN, 10, 11]), [NAN, 0, 0, 0, 1])


def test_reset_is_left_empty_and_counted() -> None:
    state = carry()
    same(energy([10, 12, 1, 4], state=state), [NAN, 2, NAN, 3])
    assert state.resets["P.e_ac"] == 1


def test_jump_is_left_empty_and_counted() -> None:
    state = carry(most=1.0)
    same(energy([10, 12, 9000, 9004], state=state), [NAN, 2, NAN, 4])
    assert state.jumps["P.e_ac"] == 1


def test_readings_go_on_from_one_part_to_the_next() -> None:
    state = carry()
    same(take_apart(piece([10, 12]), state).columns["P.e_ac"].tolist(), [NAN, 2])
    same(take_apart(piece([15], first=2), state).columns["P.e_ac"].tolist(), [3])


def test_rows_that_lack_are_a_gap() -> None:
    found = take_apart(piece([10, 12, 18, 19], rows=[0, 1, 4, 5]), carry())
    same(found.columns["P.e_ac"].tolist(), [NAN, 2, NAN, 1])


def test_counter_from_midnight_starts_each_day_anew() -> None:
    reads = [*(float(min(i, 40)) for i in range(1, 49)), 3.0, 5.0]
    found = energy(reads, "cumulative_daily")
    same(found[:3], [1, 1, 1])
    same(found[46:], [0, 0, 3, 2])


def test_counter_from_midnight_first_seen_later_tells_nothing_of_before() -> None:
    state = carry()
    found = take_apart(piece([5, 7], "cumulative_daily", first=20), state).columns["P.e_ac"]
    same(found.tolist(), [NAN, 2])


@given(st.lists(st.integers(0, 3000), min_size=2, max_size=50), st.integers(1, 49))
def test_sum_and_difference_undo_each_other(energies: list[int], cut: int) -> None:
    reads = np.cumsum(energies).astype(float)
    state = carry()
    first = take_apart(piece(reads[:cut].tolist()), state).columns["P.e_ac"]
    rest = take_apart(piece(reads[cut:].tolist(), first=cut), state).columns["P.e_ac"]
    same(np.concatenate([first, rest])[1:].tolist(), energies[1:])
