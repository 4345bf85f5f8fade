"""Any bytes convert or are refused with problems: nothing else may come of them."""

from __future__ import annotations

import importlib.util
import random
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvwarranty.errors import DataError
from pvwarranty.ingest.convert.options import Options
from pvwarranty.ingest.convert.plan import make_plan
from pvwarranty.ingest.convert.run import carry_out
from pvwarranty.ingest.site import read_site

CORPUS = Path(__file__).parent / "corpus"
SITE = read_site(CORPUS / "sites" / "home")
SEEDS = sorted((CORPUS / "fuzz").iterdir())
HEADERS = [
    "年月日,時刻,発電電力量[kWh],消費電力量[kWh],売電電力量[kWh],買電電力量[kWh]",
    "日時,発電電力量[kWh],気温(℃),SOC(%)",
    "日付,項目," + ",".join(map(str, range(1, 25))),
    "Date/Time,Energy Produced (Wh)",
    "entity_id,state,last_changed",
    "Datetime,PCS",
]
CELLS = st.one_of(
    st.sampled_from(
        [
            "2024/04/01",
            "2024/04/02",
            "0:00",
            "12:30",
            "24:00",
            "1.5",
            "1,234",
            "",
            "-",
            "合計",
            "令和6年4月1日",
            "発電電力量",
            "04/01/2024 10:00",
            "2024-04-01T00:00:00Z",
            "=1",
            '"',
            "1e309",
            "sensor.pcs_p_ac",
            "nan",
            "-0.0",
            "9999/12/31",
            "0001/01/01",
            "\u3000",
        ]
    ),
    st.text(max_size=8),
    st.floats().map(str),
)


def converted(name: str, data: bytes) -> None:
    """Convert bytes; any error but a refusal fails the test."""
    with tempfile.TemporaryDirectory() as folder, suppress(DataError):
        path = Path(folder) / name
        path.write_bytes(data)
        carry_out(make_plan([path], SITE, Options()), Path(folder) / "out.parquet")


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(HEADERS),
    st.lists(st.lists(CELLS, max_size=8), max_size=25),
    st.sampled_from([",", "\t", ";"]),
    st.sampled_from(["utf-8", "utf-16", "cp932"]),
)
def test_tables_of_odd_cells(header: str, rows: list[list[str]], mark: str, encoding: str) -> None:
    text = "\n".join([header.replace(",", mark), *(mark.join(row) for row in rows)])
    converted("a.csv", text.encode(encoding, "replace"))


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"PK\x03\x04", b"{", b"[", b"\xff\xfe", b"a,b\n"]),
)
def test_any_bytes(data: bytes, start: bytes) -> None:
    converted("a.csv", start + data)


@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.name)
def test_seeds_of_earlier_crashes(path: Path) -> None:
    converted(path.name, path.read_bytes())


def test_the_fuzzer_itself_runs(tmp_path: Path) -> None:
    place = Path(__file__).parents[2] / "benchmarks" / "fuzz_convert.py"
    spec = importlib.util.spec_from_file_location("fuzz_convert", place)
    assert spec is not None
    assert spec.loader is not None
    fuzz = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fuzz)
    rng = random.Random(5)
    case = {"file": "kpnet_cp932.csv", "profile": "kpnet", "site": "home", "options": {}}
    data = (CORPUS / case["file"]).read_bytes()
    met = {fuzz.one(case, fuzz.change(data, rng, [(case, data)]), tmp_path, rng) for _ in range(20)}
    assert met <= {"converted", "refused"}
    assert "crashed" not in met
