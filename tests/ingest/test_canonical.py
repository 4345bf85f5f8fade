from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pvwarranty.errors import DataError
from pvwarranty.ingest.canonical import canonical_file, sole_writer, stored_columns, stored_rows

TIME = np.arange(1_711_897_200, 1_711_897_200 + 100 * 1800, 1800)
VALUES = np.where(np.arange(100) % 10 == 3, np.nan, np.arange(100) / 10)


def write(path: Path) -> None:
    with canonical_file(path, ["A.p_ac", "B.soc"]) as add:
        add(TIME[:60], {"A.p_ac": VALUES[:60]})
        add(TIME[60:], {"A.p_ac": VALUES[60:], "B.soc": np.ones(40)})


def test_form_of_the_file(tmp_path: Path) -> None:
    write(tmp_path / "m.parquet")
    file = pq.ParquetFile(tmp_path / "m.parquet")
    assert file.schema_arrow.field("time").type == pa.timestamp("ms", tz="UTC")
    assert file.schema_arrow.field("A.p_ac").type == pa.float32()
    time, values = (file.metadata.row_group(0).column(i) for i in (0, 1))
    assert "DELTA_BINARY_PACKED" in time.encodings
    assert "RLE_DICTIONARY" in values.encodings
    assert {time.compression, values.compression} == {"ZSTD"}
    assert file.read().column("A.p_ac").null_count == 10
    assert not np.isnan(file.read().column("A.p_ac").drop_null().to_numpy()).any()


def test_rows_come_back(tmp_path: Path) -> None:
    write(tmp_path / "m.parquet")
    assert stored_columns(tmp_path / "m.parquet") == ("A.p_ac", "B.soc")
    parts = list(stored_rows(tmp_path / "m.parquet"))
    np.testing.assert_array_equal(np.concatenate([t for t, _ in parts]), TIME)
    np.testing.assert_allclose(np.concatenate([c["A.p_ac"] for _, c in parts]), VALUES, rtol=1e-6)
    assert np.isnan(parts[0][1]["B.soc"]).all()


def broken(path: Path) -> None:
    with canonical_file(path, ["A.p_ac"]) as add:
        add(TIME, {"A.p_ac": VALUES})
        raise RuntimeError


def test_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "m.parquet"
    write(path)
    before = path.read_bytes()
    with pytest.raises(RuntimeError):
        broken(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["m.parquet"]


KILLED = """
import os, sys, numpy
from pathlib import Path
from pvwarranty.ingest.canonical import canonical_file
with canonical_file(Path(sys.argv[1]), ["A.p_ac"]) as add:
    add(numpy.arange(100), {"A.p_ac": numpy.ones(100)})
    os.kill(os.getpid(), 9)
"""


def test_killed_writer_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "m.parquet"
    write(path)
    before = path.read_bytes()
    assert subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False).returncode == -9
    assert path.read_bytes() == before
    write(path)


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    path, met = tmp_path / "m.parquet", []

    def second() -> None:
        with sole_writer(path):
            met.append("second")

    with sole_writer(path):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        met.append("first")
    thread.join(10)
    assert met == ["first", "second"]


def test_what_is_no_canonical_file(tmp_path: Path) -> None:
    assert stored_columns(tmp_path / "none.parquet") == ()
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and nothing")
    with pytest.raises(DataError, match="is no Parquet file"):
        stored_columns(tmp_path / "a.parquet")
    pq.write_table(pa.table({"x": [1]}), tmp_path / "b.parquet")
    with pytest.raises(DataError, match="holds no canonical measurements"):
        stored_columns(tmp_path / "b.parquet")
    with (
        pytest.raises(DataError, match="cannot be written"),
        canonical_file(tmp_path / "none" / "c.parquet", []),
    ):
        pass


def test_a_link_stays_a_link_and_its_file_is_written(tmp_path: Path) -> None:
    real, link = tmp_path / "store" / "m.parquet", tmp_path / "m.parquet"
    real.parent.mkdir()
    link.symlink_to(real)
    with sole_writer(link):
        write(link)
    assert link.is_symlink()
    assert stored_columns(real) == ("A.p_ac", "B.soc")
    assert [p.name for p in real.parent.iterdir()] == ["m.parquet"]


@pytest.mark.parametrize(
    "column",
    [
        {"time": pa.array([0], pa.timestamp("s"))},
        {"time": pa.array([0], pa.int64())},
        {"A.p_ac": pa.array(["1"])},
        {"A.p_ac": pa.array([True])},
    ],
)
def test_files_of_another_form_are_refused(column: dict[str, pa.Array], tmp_path: Path) -> None:
    time = pa.array([0], pa.timestamp("s", "UTC"))
    pq.write_table(pa.table({"time": time, "A.p_ac": [1.0]} | column), tmp_path / "m.parquet")
    with pytest.raises(DataError, match="holds no canonical measurements"):
        stored_columns(tmp_path / "m.parquet")


def test_rows_without_a_time_are_refused(tmp_path: Path) -> None:
    time = pa.array([0, None], pa.timestamp("s", "UTC"))
    pq.write_table(pa.table({"time": time}), tmp_path / "m.parquet")
    with pytest.raises(DataError, match="has rows without a time"):
        list(stored_rows(tmp_path / "m.parquet"))


def test_a_flipped_byte_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "measurements.parquet"
    with canonical_file(path, ["A.p_dc"]) as write:
        write(np.arange(5000) * 1800, {"A.p_dc": np.arange(5000) % 977 / 7.0})
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises((OSError, pa.ArrowInvalid)):
        pq.read_table(path, page_checksum_verification=True)
