"""Merging rows into a canonical file, row group by row group."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pvwarranty.errors import DataError
from pvwarranty.ingest.echonet import store
from pvwarranty.ingest.echonet.columns import Rows
from pvwarranty.ingest.echonet.store import append_readings, merge_rows, write_table

ROWS = st.dictionaries(
    st.integers(0, 40).map(lambda n: 60 * n),
    st.dictionaries(st.sampled_from(["A.p_ac", "A.e_ac", "B.soc"]), st.integers(0, 9), min_size=1),
    min_size=1,
    max_size=20,
)


def rows_of(path: Path) -> dict[int, dict[str, Any]]:
    found = {}
    for row in pq.read_table(path).to_pylist():
        start = int(row.pop("time").timestamp())
        found[start] = {name: value for name, value in row.items() if value is not None}
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.tuples(ROWS, st.integers(0, 2400)), min_size=1, max_size=4))
def test_merging_is_what_it_says(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    batches: list[tuple[Rows, int]],
) -> None:
    monkeypatch.setattr(store, "_GROUP", 5)
    path = tmp_path_factory.mktemp("store") / "home.parquet"
    expected: dict[int, dict[str, Any]] = {}
    for rows, since in batches:
        count = merge_rows(path, rows, since)
        for start, row in rows.items():
            there = expected.setdefault(start, {})
            there.update(
                row if start >= since else {k: v for k, v in row.items() if k not in there}
            )
        assert rows_of(path) == expected
        assert count == len(expected)
        times = pq.read_table(path)["time"].to_pylist()
        assert times == sorted(times)


def test_full_row_groups_are_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_GROUP", 10)
    path = tmp_path / "home.parquet"
    for first in range(0, 40, 4):
        merge_rows(path, {60 * i: {"A.p_ac": float(i)} for i in range(first, first + 4)}, 0)
    file = pq.ParquetFile(path)
    sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    file.close()
    assert sizes == [12, 12, 12, 4]
    assert len(rows_of(path)) == 40


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "home.parquet").write_bytes(b"x")
    with pytest.raises(DataError, match="Parquet"):
        merge_rows(tmp_path / "home.parquet", {0: {"A.p_ac": 1.0}}, 0)


def test_a_spoilt_day_is_told(tmp_path: Path) -> None:
    from pvwarranty.ingest.echonet.readings import Reading

    (tmp_path / "1970-01-01.parquet").write_bytes(b"x")
    said = Reading(0.0, "h", 0x027901, 0xE0, "", "", b"", 1.0, "", "", "get")
    with pytest.raises(DataError, match="cannot be read"):
        append_readings(tmp_path, [said], {})


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    import pyarrow as pa

    with pytest.raises(DataError, match="cannot be written"):
        write_table(tmp_path / "none" / "x.parquet", pa.table({"time": [1]}))
