"""Reading canonical measurements: both forms, and every way they may be wrong."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pvwarranty.errors import DataError
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import site_of
from pvwarranty.model import Site

SITE = site_of({
    "id": "home", "latitude": 35, "longitude": 139,
    "array": [
        {"id": "A", "product": "P", "surface_tilt": 20, "surface_azimuth": 180, "modules": 8}
    ],
    "inverter": [{"id": "PCS", "p_ac0": 4000}],
    "channel": [{"id": "S1", "kind": "string", "arrays": ["A"], "inverter": "PCS"}],
})  # fmt: skip
START = 1_700_000_000 // 1800 * 1800


def table(times: list[int], **columns: list[float | None]) -> pa.Table:
    stamps = pa.array(times, pa.timestamp("s", tz="UTC"))
    return pa.table({"time": stamps} | {k.replace("__", "."): v for k, v in columns.items()})


def read(folder: Path, data: pa.Table, site: Site = SITE):
    pq.write_table(data, folder / "measurements.parquet")
    return read_measurements(folder, site)


def problems(folder: Path, data: pa.Table) -> list[str]:
    with pytest.raises(DataError) as caught:
        read(folder, data)
    return [str(p) for p in caught.value.problems]


def test_reads_parquet(tmp_path: Path) -> None:
    measured = read(tmp_path, table([START, START + 1800, START + 3600], S1__p_dc=[1.0, None, 3.0]))
    assert measured.interval == 1800
    np.testing.assert_array_equal(measured.get("S1", "p_dc"), [1.0, np.nan, 3.0])
    assert measured.get("S1", "v_dc") is None
    assert measured.seconds()[0] == START
    assert measured.duplicates == 0


def test_reads_csv_with_offsets(tmp_path: Path) -> None:
    (tmp_path / "measurements.csv").write_text(
        "time,S1.p_dc,PCS.p_ac\n2024-04-01T09:00:00+09:00,100,\n2024-04-01T09:30:00+09:00,110,105\n"
    )
    measured = read_measurements(tmp_path, SITE)
    assert measured.time[0] == np.datetime64("2024-04-01T00:00:00")
    np.testing.assert_array_equal(measured.get("PCS", "p_ac"), [np.nan, 105.0])


def test_duplicated_rows_are_kept_once_and_counted(tmp_path: Path) -> None:
    times = [START, START + 1800, START + 1800, START + 3600]
    measured = read(tmp_path, table(times, S1__p_dc=[1.0, 2.0, 9.0, 3.0], S1__v_dc=[1, None, 5, 6]))
    np.testing.assert_array_equal(measured.get("S1", "p_dc"), [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(measured.get("S1", "v_dc"), [1.0, 5.0, 6.0])
    assert measured.duplicates == 1
    np.testing.assert_array_equal(measured.duplicated, [False, True, False])


def test_wrong_columns_are_told_together(tmp_path: Path) -> None:
    data = table([START, START + 1800], S1__p_dv=[1, 2], S9__p_dc=[1, 2], S1__i_dc=["a", "b"])
    assert problems(tmp_path, data) == [
        "measurements.parquet: column S1.p_dv: is of no known channel or quantity "
        "(did you mean 'S1.p_dc'?)",
        "measurements.parquet: column S9.p_dc: is of no known channel or quantity "
        "(did you mean 'S1.p_dc'?)",
        "measurements.parquet: column S1.i_dc: holds string, not numbers",
    ]


def test_naive_times_are_refused(tmp_path: Path) -> None:
    data = pa.table({"time": pa.array([0, 1800], pa.timestamp("s")), "S1.p_dc": [1.0, 2.0]})
    assert "without a zone" in problems(tmp_path, data)[0]


def test_unsorted_times_are_refused(tmp_path: Path) -> None:
    told = problems(tmp_path, table([START + 1800, START], S1__p_dc=[1.0, 2.0]))[0]
    assert "row 2" in told
    assert "sort the rows by time" in told


def test_a_missing_time_is_told(tmp_path: Path) -> None:
    assert "row 2: has no time" in problems(tmp_path, table([START, None], S1__p_dc=[1.0, 2.0]))[0]


def test_times_of_csv_without_zone_are_told_by_row(tmp_path: Path) -> None:
    rows = "".join(f"2024-04-01T{h:02d}:00:00,1\n" for h in range(12))
    (tmp_path / "measurements.csv").write_text(f"time,S1.p_dc\n{rows}")
    with pytest.raises(DataError) as caught:
        read_measurements(tmp_path, SITE)
    assert "row 2: '2024-04-01T00:00:00' has no zone" in str(caught.value.problems[0])
    assert "and 2 more rows" in str(caught.value.problems[-1])


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "measurements.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(DataError, match="cannot be read"):
        read_measurements(tmp_path, SITE)


def test_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no measurements\.parquet"):
        read_measurements(tmp_path, SITE)


def csv_problems(folder: Path, text: str | bytes) -> list[str]:
    content = text.encode() if isinstance(text, str) else text
    (folder / "measurements.csv").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_measurements(folder, SITE)
    return [str(p) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("times", "told"),
    [
        ([START, START], "holds fewer than two rows of different times"),
        ([START], "holds fewer than two rows of different times"),
        ([-62135596800, START], "row 1: 0001-01-01T00:00:00 is no time of a record"),
        ([START, 32503680000], "row 2: 3000-01-01T00:00:00 is no time of a record"),
        ([START, START + 31622400], "has 31622400 s between most rows, more than a day"),
    ],
)
def test_times_that_no_record_has(times: list[int], told: str, tmp_path: Path) -> None:
    found = problems(tmp_path, table(times, S1__p_dc=[1.0] * len(times)))
    assert any(told in p for p in found), found


def test_infinite_values_are_told_by_column_and_row(tmp_path: Path) -> None:
    inf = float("inf")
    data = table([START, START + 1800, START + 3600], S1__p_dc=[1.0, inf, -inf], S1__v_dc=[inf] * 3)
    assert problems(tmp_path, data) == [
        "measurements.parquet: column S1.p_dc, row 2: holds 2 infinite values "
        "(leave the cell empty where there is no value)",
        "measurements.parquet: column S1.v_dc, row 1: holds 3 infinite values "
        "(leave the cell empty where there is no value)",
    ]


ROWS = "time,S1.p_dc\n2024-04-01T09:00:00+09:00,100\n2024-04-01T09:30:00+09:00,110\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ROWS.replace("110", "inf"), "column S1.p_dc, row 3: holds 1 infinite values"),
        (ROWS.replace("2024-04-01T09:00", "0001-01-01T00:00"), "row 2: '0001-01-01T00:00:00"),
        (ROWS.encode("utf-16"), "write UTF-8 text with commas"),
        (ROWS.replace(",", ";"), "column time: is missing"),
        (ROWS.replace("110", "110,1"), "cannot be read"),
        ("", "cannot be read"),
        ("time,S1.p_dc\n", "fewer than two rows"),
    ],
)  # fmt: skip
def test_odd_csv_is_told(text: str | bytes, told: str, tmp_path: Path) -> None:
    found = csv_problems(tmp_path, text)
    assert any(told in p for p in found), found


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_a_mark_and_other_line_ends_are_read(ends: str, tmp_path: Path) -> None:
    (tmp_path / "measurements.csv").write_bytes(("\ufeff" + ROWS).replace("\n", ends).encode())
    np.testing.assert_array_equal(read_measurements(tmp_path, SITE).get("S1", "p_dc"), [100, 110])
