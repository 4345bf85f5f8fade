from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.ingest.convert.merge import Doubles, coarser, merge, stored_first
from pvwarranty.ingest.convert.pieces import Piece
from pvwarranty.ingest.convert.spool import Spool

NAN = np.nan


def piece(time: list[int], values: list[float], name: str = "P.e_ac", step: int = 1800) -> Piece:
    return Piece(np.array(time, dtype=np.int64) * step, {name: np.array(values)}, step)


def test_rows_are_put_in_order_and_equal_ones_made_one() -> None:
    doubles = Doubles()
    found = merge([piece([3, 1], [30, 10]), piece([2, 3], [20, 30])], doubles)
    assert (found.time // 1800).tolist() == [1, 2, 3]
    assert found.columns["P.e_ac"].tolist() == [10, 20, 30]
    assert (doubles.rows, doubles.duplicates, dict(doubles.conflicts)) == (4, 1, {})


def test_number_goes_before_none_and_contradiction_is_empty() -> None:
    doubles = Doubles()
    found = merge([piece([1, 2], [NAN, 20]), piece([1, 2], [10, 21])], doubles)
    np.testing.assert_array_equal(found.columns["P.e_ac"], [10, NAN])
    assert dict(doubles.conflicts) == {"P.e_ac": 1}
    assert doubles.first_conflict == {"P.e_ac": 3600}


def test_columns_of_several_files_stand_side_by_side() -> None:
    doubles = Doubles()
    found = merge([piece([1, 2], [1, 2]), piece([2, 3], [0.5, 0.6], "B.soc")], doubles)
    np.testing.assert_array_equal(found.columns["P.e_ac"], [1, 2, NAN])
    np.testing.assert_array_equal(found.columns["B.soc"], [NAN, 0.5, 0.6])
    assert doubles.duplicates == 0


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2)), max_size=30, min_size=1),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_merge_is_that_of_a_dictionary(files: list[list[tuple[int, int]]]) -> None:
    doubles = Doubles()
    found = merge([piece([t for t, _ in f], [float(v) for _, v in f]) for f in files], doubles)
    met: dict[int, set[int]] = {}
    for t, v in (row for file in files for row in file):
        met.setdefault(t, set()).add(v)
    assert (found.time // 1800).tolist() == sorted(met)
    wanted = [next(iter(met[t])) if len(met[t]) == 1 else NAN for t in sorted(met)]
    np.testing.assert_array_equal(found.columns["P.e_ac"], wanted)
    assert doubles.duplicates == sum(map(len, files)) - len(met)


def test_stored_values_stay() -> None:
    doubles = Doubles()
    stored = piece([1, 2], [10, NAN])
    found = stored_first(stored, piece([1, 2, 3], [11, 20, 30]), doubles)
    np.testing.assert_array_equal(found.columns["P.e_ac"], [10, 20, 30])
    assert dict(doubles.conflicts) == {"P.e_ac": 1}


def test_coarser_interval_sums_energies_and_averages_powers() -> None:
    columns = {
        "P.e_ac": np.array([1.0, 2, 3, 4, 5]), "P.p_ac": np.array([10.0, 20, 30, NAN, 50]),
        "B.soc": np.array([0.1, 0.2, 0.3, 0.4, 0.5]),
    }  # fmt: skip
    found = coarser(Piece(np.arange(5, dtype=np.int64) * 1800, columns, 1800), 3600)
    assert found.time.tolist() == [0, 3600, 7200]
    np.testing.assert_array_equal(found.columns["P.e_ac"], [3, 7, NAN])
    np.testing.assert_array_equal(found.columns["P.p_ac"], [15, NAN, NAN])
    np.testing.assert_array_equal(found.columns["B.soc"], [0.2, 0.4, 0.5])


@pytest.mark.parametrize("memory", [1 << 30, 1000])
def test_spool_gives_back_all_in_order(tmp_path: Path, memory: int) -> None:
    rng = np.random.default_rng(1)
    spool = Spool(tmp_path, memory=memory, slab=30_000)
    time = rng.permutation(20_000).astype(np.int64)
    for part in np.array_split(time, 40):
        spool.add(Piece(part * 1800, {"発電.e_ac": part / 7.0}, 1800, stored=bool(part[0] % 2)))
    assert bool(list(tmp_path.iterdir())) == (memory == 1000)
    slabs = [merge(pieces, Doubles()) for pieces in spool.slabs()]
    assert len(slabs) > 3
    found = np.concatenate([s.time for s in slabs]) // 1800
    assert found.tolist() == list(range(20_000))
    np.testing.assert_array_equal(
        np.concatenate([s.columns["発電.e_ac"] for s in slabs]), found / 7.0
    )
    assert not list(tmp_path.iterdir())
