"""Reading ivcurves.csv: sweeps, times, and every problem at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.errors import DataError
from pvwarranty.ingest.ivcurves import read_ivcurves
from pvwarranty.ingest.site import site_of
from pvwarranty.ivcurve import IVCurve

SITE = site_of({
    "id": "home", "latitude": 35, "longitude": 139, "timezone": "Asia/Tokyo",
    "array": [
        {"id": "A", "product": "P", "surface_tilt": 20, "surface_azimuth": 180, "modules": 8}
    ],
    "inverter": [{"id": "PCS", "p_ac0": 4000}],
    "channel": [
        {"id": "S1", "kind": "string", "arrays": ["A"], "inverter": "PCS"},
        {"id": "M1", "kind": "module", "arrays": ["A"], "modules": 1},
        {"id": "P1", "kind": "inverter", "arrays": ["A"], "inverter": "PCS"},
    ],
})  # fmt: skip
HEADER = "channel,module,measured_at,poa_global,temp_module,v,i"
NOON = "2024-11-20T12:00:00+09:00"


def read(folder: Path, *rows: str, header: str = HEADER) -> tuple[IVCurve, ...]:
    (folder / "ivcurves.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_ivcurves(folder, SITE)


def problems(folder: Path, *rows: str, header: str = HEADER) -> list[str]:
    with pytest.raises(DataError) as caught:
        read(folder, *rows, header=header)
    return [str(p) for p in caught.value.problems]


def sweep(
    channel: str = "S1", module: str = "3", at: str = NOON, points: int = 20, g: float = 850
) -> list[str]:
    return [f"{channel},{module},{at},{g},50.5,{2 * n},{8 - 0.1 * n}" for n in range(points)]


def test_no_file_is_no_curves(tmp_path: Path) -> None:
    assert read_ivcurves(tmp_path, SITE) == ()


def test_reads_a_sweep(tmp_path: Path) -> None:
    (curve,) = read(tmp_path, *sweep())
    assert (curve.channel, curve.module, curve.modules) == ("S1", "3", 1)
    assert curve.measured_at == np.datetime64("2024-11-20T03:00:00")
    assert curve.day == date(2024, 11, 20)
    np.testing.assert_array_equal(curve.v, 2.0 * np.arange(20))
    np.testing.assert_allclose(curve.i, 8 - 0.1 * np.arange(20))
    np.testing.assert_array_equal(curve.poa_global, 850.0)
    np.testing.assert_array_equal(curve.temp_module, 50.5)
    assert curve.duration is None


def test_sweeps_are_told_apart_and_sorted(tmp_path: Path) -> None:
    later = "2024-11-20T12:10:00+09:00"
    found = read(
        tmp_path, *sweep(at=later), *sweep(module="12"), *sweep(), *sweep("M1", ""),
    )  # fmt: skip
    assert [(c.channel, c.module, str(c.measured_at)[11:16]) for c in found] == [
        ("M1", "", "03:00"), ("S1", "12", "03:00"), ("S1", "3", "03:00"), ("S1", "3", "03:10"),
    ]  # fmt: skip


def test_an_empty_module_is_the_whole_channel(tmp_path: Path) -> None:
    module, string = read(tmp_path, *sweep("S1", ""), *sweep("M1", ""))
    assert (module.channel, module.modules) == ("M1", 1)
    assert (string.channel, string.modules) == ("S1", 8)


def test_local_times_and_days(tmp_path: Path) -> None:
    (curve,) = read(tmp_path, *sweep(at="2024-11-20 12:00:00"))
    assert curve.measured_at == np.datetime64("2024-11-20T03:00:00")
    (curve,) = read(tmp_path, *sweep(at="2024-11-19T23:30:00Z"))
    assert curve.day == date(2024, 11, 20)


def test_points_stamped_one_by_one_are_one_sweep(tmp_path: Path) -> None:
    rows = [
        f"S1,3,2024-11-20T12:{m:02d}:{s:02d}+09:00,850,50,{2 * s},{8 - 0.1 * s}"
        for m in (0, 5) for s in range(20)
    ]  # fmt: skip
    found = read(tmp_path, *rows)
    assert [len(c.v) for c in found] == [20, 20]
    assert [c.duration for c in found] == [19.0, 19.0]


def test_sweeps_seconds_apart_stay_apart(tmp_path: Path) -> None:
    found = read(tmp_path, *sweep(), *sweep(at="2024-11-20T12:00:03+09:00"))
    assert [len(c.v) for c in found] == [20, 20]


def test_columns_in_any_order_with_mark_and_blank_lines(tmp_path: Path) -> None:
    text = "\ufeffi,v,temp_module,poa_global,measured_at,module,channel\r\n"
    text += f"8,0,50,850,{NOON},3,S1\r\n\r\n7.9,2,50,850,{NOON},3,S1\r\n"
    (tmp_path / "ivcurves.csv").write_bytes(text.encode())
    (curve,) = read_ivcurves(tmp_path, SITE)
    np.testing.assert_array_equal(curve.i, [8.0, 7.9])


def test_empty_numbers_are_absent(tmp_path: Path) -> None:
    (curve,) = read(tmp_path, f"S1,3,{NOON},,50,0,8", f"S1,3,{NOON},-3518,,2,")
    np.testing.assert_array_equal(curve.poa_global, [np.nan, -3518.0])
    np.testing.assert_array_equal(curve.temp_module, [50.0, np.nan])
    np.testing.assert_array_equal(curve.i, [8.0, np.nan])


def test_all_problems_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        f"S1,3,{NOON},850,50,0,8",
        f"S2,3,{NOON},850,warm,0,8",
        "S1,3,yesterday,850,50,0,eight",
        f"P1,,{NOON},850,50,0,8",
        f"S1,3,{NOON},850,50,0",
    )
    assert len(found) == 6
    text = "\n".join(found)
    assert "row 3, column temp_module: 'warm' is not a number" in text
    assert "row 4, column i: 'eight' is not a number" in text
    assert "row 4, column measured_at: 'yesterday' is no time" in text
    assert "row 3, column channel: no [[channel]] has the id 'S2'" in text
    assert "row 5, column module: is empty" in text
    assert "row 6: has 6 values where the header has 7" in text


def test_header_problems(tmp_path: Path) -> None:
    found = problems(tmp_path, "x", header="channel,module,measured_at,poa_globl,temp_module,v,v,i")
    text = "\n".join(found)
    assert "column poa_global: is missing" in text
    assert "column poa_globl: is not known (did you mean 'poa_global'?)" in text
    assert "column v: stands more than once" in text


def test_more_modules_than_the_channel_has(tmp_path: Path) -> None:
    rows = [row for n in range(9) for row in sweep(module=str(n))]
    assert "channel 'S1' has 8 modules, the file names 9" in problems(tmp_path, *rows)[0]


def test_many_alike_problems_are_counted(tmp_path: Path) -> None:
    found = problems(tmp_path, *[f"S1,3,{NOON},850,50,x,8"] * 25)
    assert len(found) == 11
    assert "and 15 more rows like these" in found[-1]


def test_empty_file_and_header_alone(tmp_path: Path) -> None:
    assert "has a header and no rows" in problems(tmp_path)[0]
    (tmp_path / "ivcurves.csv").write_text("")
    with pytest.raises(DataError, match="column channel: is missing"):
        read_ivcurves(tmp_path, SITE)


def test_other_encodings_are_told(tmp_path: Path) -> None:
    (tmp_path / "ivcurves.csv").write_bytes(HEADER.encode() + "\nS1,第3,x".encode("cp932"))
    with pytest.raises(DataError, match="is not UTF-8 text"):
        read_ivcurves(tmp_path, SITE)


@given(
    st.lists(
        st.tuples(st.floats(-5, 80, width=32), st.floats(-1, 12, width=32)), min_size=1, max_size=40
    )
)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, points) -> None:
    folder = tmp_path_factory.mktemp("site")
    (curve,) = read(folder, *[f"S1,3,{NOON},850,50,{v!r},{i!r}" for v, i in points])
    np.testing.assert_array_equal(np.stack([curve.v, curve.i], axis=1), np.array(points))
