"""Conversion of exports: ten years of half-hours in cp932, against pandas on the same plain table.

    pytest benchmarks/test_convert.py --benchmark-only --benchmark-columns=median,iqr,rounds

The peer reads the same file, makes UTC stamps and writes Parquet with what a script of the trade
does; it finds no profile, no encoding and no unit, checks nothing and merges nothing. Times are CPU
seconds of this process, one thread. Memory is measured in processes of their own
(`--benchmark-skip` leaves the timing out and runs these): the growth of the resident set over that
of the same process after a first small conversion.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from pvwarranty.ingest.convert.options import Options
from pvwarranty.ingest.convert.plan import make_plan
from pvwarranty.ingest.convert.run import Imported, carry_out
from pvwarranty.ingest.site import read_site

CORPUS = Path(__file__).parents[1] / "tests" / "ingest" / "corpus"
HEADER = (
    "年月日,時刻,発電電力量[kWh],消費電力量[kWh],売電電力量[kWh],買電電力量[kWh],充電電力量[kWh],"
    "放電電力量[kWh]"
)
ROWS = 175_296  # half-hours of ten years
MODULES = 60


@pytest.fixture(scope="module")
def decade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten years of half-hours, 175,296 rows of 8 columns, cp932."""
    rng = np.random.default_rng(1)
    hour = (np.arange(ROWS) % 48 + 0.5) / 2
    made = 1.5 * np.maximum(0, np.sin((hour - 6) / 12 * np.pi)) * rng.random(ROWS)
    load = rng.random(ROWS)
    columns = [
        made,
        load,
        np.maximum(made - load, 0),
        np.maximum(load - made, 0),
        0 * made,
        0 * made,
    ]
    cells = np.char.mod("%.2f", np.stack(columns, axis=1))
    start = datetime(2014, 1, 1)
    lines = [HEADER]
    for i, row in enumerate(cells.tolist()):
        at = start + timedelta(minutes=30 * i)
        lines.append(f"{at:%Y/%m/%d},{at:%H:%M},{','.join(row)}")
    path = tmp_path_factory.mktemp("decade") / "decade.csv"
    path.write_bytes("\n".join([*lines, ""]).encode("cp932"))
    return path


def ours(path: Path, out: Path) -> Imported:
    out.unlink(missing_ok=True)
    return carry_out(make_plan([path], read_site(CORPUS / "sites" / "home"), Options()), out)


def peer(path: Path, out: Path) -> int:
    import pandas as pd

    table = pd.read_csv(path, encoding="cp932")
    stamps = pd.to_datetime(table.iloc[:, 0] + " " + table.iloc[:, 1], format="%Y/%m/%d %H:%M")
    table.index = pd.DatetimeIndex(stamps).tz_localize("Asia/Tokyo").tz_convert("UTC")
    (table.iloc[:, [2, 6, 7]] * 1000).astype("float32").to_parquet(out, compression="zstd")
    return len(table)


@pytest.mark.benchmark(group="convert ten years", timer=time.process_time)
def test_ours(benchmark: BenchmarkFixture, decade: Path, tmp_path: Path) -> None:
    result = benchmark.pedantic(
        ours, (decade, tmp_path / "o.parquet"), rounds=7, warmup_rounds=1, iterations=1
    )
    assert result.tally.rows == ROWS
    assert result.tally.columns["PCS.e_ac"].values == ROWS


@pytest.mark.benchmark(group="convert ten years", timer=time.process_time)
def test_pandas(benchmark: BenchmarkFixture, decade: Path, tmp_path: Path) -> None:
    rows = benchmark.pedantic(
        peer, (decade, tmp_path / "p.parquet"), rounds=7, warmup_rounds=1, iterations=1
    )
    assert rows == ROWS


MEASURE = """
import sys
from pathlib import Path
from pvwarranty.ingest.convert.options import Options
from pvwarranty.ingest.convert.plan import make_plan
from pvwarranty.ingest.convert.run import carry_out
from pvwarranty.ingest.site import read_site
small, small_site, file, site, out = map(Path, sys.argv[1:])
carry_out(make_plan([small], read_site(small_site), Options()), out)
out.unlink()
def resident(name):  # getrusage would tell the peak of the parent
    lines = open("/proc/self/status").read().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith(name)).split()[1])
before = resident("VmRSS")
carry_out(make_plan([file], read_site(site), Options()), out)
print(before, resident("VmHWM"))
"""


def memory(file: Path, site: Path, out: Path) -> tuple[int, int]:
    """Return the growth of the resident set and its peak in a process of its own [bytes]."""
    home = CORPUS / "sites" / "home"
    small = CORPUS / "kpnet_cp932.csv"
    shown = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, (small, home, file, site, out))],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    before, peak = map(int, shown.stdout.split())
    return peak - before, peak


def test_memory_of_ten_years(decade: Path, tmp_path: Path) -> None:
    grown, _ = memory(decade, CORPUS / "sites" / "home", tmp_path / "o.parquet")
    size = decade.stat().st_size
    shown = f"{grown / 1e6:.0f} MB grown, x {grown / size:.1f}"
    print(f"\nten years: {size / 1e6:.1f} MB of file, {shown}")
    assert grown < 10 * size


def modules(folder: Path, size: int) -> tuple[Path, Path]:
    """Write minutes of sixty modules, `size` bytes or a row more, and their site."""
    folder.mkdir()
    array = (
        '[[array]]\nid="S1"\nproduct="SPR-X21-345"\nsurface_tilt=20\nsurface_azimuth=180\n'
        "modules=60"
    )
    blocks = [
        'id="m"\nlatitude=35.7\nlongitude=139.7',
        array,
        '[[inverter]]\nid="PCS"\np_ac0=20000',
    ]
    blocks += [
        f'[[channel]]\nid="M{i}"\nkind="module"\narrays=["S1"]\ninverter="PCS"\nmodules=1'
        for i in range(MODULES)
    ]
    (folder / "site.toml").write_text("\n".join(blocks), encoding="utf-8")
    path = folder / "minutes.csv"
    shapes = [
        [f"{300 * k / 1000 * (0.9 + i % 7 / 70):.1f}" for i in range(MODULES)] for k in range(1001)
    ]
    lines = [",".join(shape) for shape in shapes]
    at, written = datetime(2015, 1, 1), 0
    with path.open("w", encoding="ascii") as file:
        file.write("Datetime," + ",".join(f"M{i}" for i in range(MODULES)) + "\n")
        while written < size:
            sun = max(0.0, float(np.sin((at.hour + at.minute / 60 - 6) / 12 * np.pi)))
            written += file.write(f"{at:%Y/%m/%d %H:%M:%S},{lines[round(1000 * sun)]}\n")
            at += timedelta(minutes=1)
    return path, folder


def test_memory_of_a_large_file(tmp_path: Path) -> None:
    """Grows far less than the file; PVW_LARGE=1024 takes a gigabyte (a minute or two)."""
    size = int(os.environ.get("PVW_LARGE", "128")) << 20
    path, site = modules(tmp_path / "modules", size)
    grown, peak = memory(path, site, tmp_path / "o.parquet")
    print(f"\n{size >> 20} MiB: {grown / 1e6:.0f} MB grown, {peak / 1e6:.0f} MB in all")
    assert peak < 1 << 30
    assert grown < 256 << 20
