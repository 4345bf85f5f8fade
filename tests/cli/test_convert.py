"""``pvwarranty convert`` and ``pvwarranty profiles`` as a user meets them."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from pvwarranty.cli import run
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site

CORPUS = Path(__file__).parents[1] / "ingest" / "corpus"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CORPUS / "sites" / "home", tmp_path / "home"))


def convert(home: Path, *arguments: str | Path) -> int:
    return run(["convert", *map(str, arguments), "--site", str(home)])


def test_convert_writes_what_the_site_reads(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert(home, CORPUS / "kpnet_days.zip") == 0
    assert "96 rows of 1800 s" in capsys.readouterr().out
    measured = read_measurements(home, read_site(home))
    assert measured.interval == 1800
    assert len(measured.time) == 96
    assert set(measured.columns) == {"PCS.e_ac", "BAT.e_charge", "BAT.e_discharge", "BAT.soc"}


def test_report_and_strip_plot_stand_beside(home: Path) -> None:
    convert(home, CORPUS / "kpnet_days.zip")
    report = json.loads((home / "measurements.import.json").read_text("utf-8"))
    assert report["coverage"]["PCS.e_ac"]["share"] == 1.0
    assert (home / "measurements.import.png").read_bytes().startswith(b"\x89PNG")


def test_json_prints_nothing_else(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert(home, CORPUS / "kpnet_cp932.csv", "--json", "--explain", "--no-plot") == 0
    printed = capsys.readouterr()
    report = json.loads(printed.out)
    assert report["understood"][0]["profile"] == "kpnet"
    assert report["understood"][0]["form"] == "text in cp932, separated by comma"
    assert "-> PCS.e_ac" in printed.err
    assert not (home / "measurements.import.png").exists()


def test_explain_comes_before_anything_is_written(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert(home, CORPUS / "kpnet_total.csv", "--explain", "--no-plot") == 0
    printed = capsys.readouterr().out
    for told in (
        "profile   kpnet", "text in cp932", "interval  1800 s", "mark the start", "Asia/Tokyo",
        "[kWh, of the interval] -> PCS.e_ac [Wh] x 1000", "read for checks, not stored",
        "1 rows of totals and averages left out",
    ):  # fmt: skip
        assert told in printed
    assert printed.index("-> PCS.e_ac") < printed.index("wrote ")


def test_dry_run_writes_nothing(home: Path) -> None:
    assert convert(home, CORPUS / "kpnet_cp932.csv", "--dry-run", "--explain") == 0
    assert [p.name for p in home.iterdir()] == ["site.toml"]


def test_months_are_added_one_after_another(home: Path, tmp_path: Path) -> None:
    whole = (CORPUS / "kpnet_cp932.csv").read_bytes().split(b"\r\n")
    for name, rows in (("a.csv", whole[1:30]), ("b.csv", whole[20:])):
        (tmp_path / name).write_bytes(b"\r\n".join([whole[0], *rows]))
        assert convert(home, tmp_path / name, "--no-plot") == 0
    both = read_measurements(home, read_site(home))
    assert convert(home, CORPUS / "kpnet_cp932.csv", "--no-plot", "--replace") == 0
    once = read_measurements(home, read_site(home))
    assert both.time.tolist() == once.time.tolist()
    assert all(both.columns[n].tolist() == once.columns[n].tolist() for n in once.columns)


def test_other_columns_are_put_beside_stored_ones(home: Path) -> None:
    convert(home, CORPUS / "kpnet_cp932.csv", "--no-plot")
    convert(home, CORPUS / "ja_titles_units.csv", "--no-plot", "--map", "発電電力量=PCS.p_ac,kW")
    measured = read_measurements(home, read_site(home))
    assert {"PCS.e_ac", "PCS.p_ac", "site.poa_global", "BAT.soc"} <= set(measured.columns)


def test_stored_values_stay_when_an_import_is_refused(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    convert(home, CORPUS / "kpnet_cp932.csv", "--no-plot")
    before = (home / "measurements.parquet").read_bytes()
    other = (CORPUS / "kpnet_cp932.csv").read_text("cp932").replace(",0.35,", ",x,")
    (tmp_path / "a.csv").write_text(other, encoding="cp932")
    assert convert(home, tmp_path / "a.csv") == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith(
        "pvwarranty: a.csv, row 2, column '消費電力量[kWh]': 'x' is no number"
    )
    assert (home / "measurements.parquet").read_bytes() == before
    assert sorted(p.name for p in home.iterdir() if p.name.startswith(".")) == []


def test_import_that_contradicts_stored_values_is_refused(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    convert(home, CORPUS / "ja_power.csv", "--no-plot")
    before = (home / "measurements.parquet").read_bytes()
    text = (CORPUS / "ja_power.csv").read_text("utf-8").replace(",2.", ",1.")
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert convert(home, tmp_path / "a.csv") == 2
    assert "PCS.p_ac: has two different values" in capsys.readouterr().err
    assert (home / "measurements.parquet").read_bytes() == before


def test_another_interval_is_not_mixed_in(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    convert(home, CORPUS / "kpnet_cp932.csv", "--no-plot")
    assert convert(home, CORPUS / "kpnet_hours.csv") == 2
    assert "has a row every 1800 s, the files one every 3600 s" in capsys.readouterr().err


def test_csv_of_a_site_is_not_hidden(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "measurements.csv").write_text("time,PCS.p_ac\n")
    assert convert(home, CORPUS / "kpnet_cp932.csv") == 2
    assert "would hide" in capsys.readouterr().err


def test_hint_of_the_area_is_a_file_of_its_own(home: Path) -> None:
    assert convert(home, CORPUS / "tso_hours.csv", "--no-plot") == 0
    assert (home / "curtailment.parquet").exists()
    assert not (home / "measurements.parquet").exists()


def test_several_maps_and_units(tmp_path: Path) -> None:
    two = Path(shutil.copytree(CORPUS / "sites" / "two", tmp_path / "two"))
    file = CORPUS / "ecomegane_sensors.csv"
    out = tmp_path / "x.parquet"
    arguments = [
        "--map",
        "センサー01=PCS1",
        "--map",
        "センサー02=PCS2",
        "--out",
        str(out),
        "--no-plot",
    ]
    assert convert(two, file, *arguments) == 0
    assert out.exists()


def test_profile_that_does_not_fit_says_what_it_lacks(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert(home, CORPUS / "ja_power.csv", "--profile", "kpnet") == 2
    told = capsys.readouterr().err
    assert "for profile kpnet it lacks a column '発電電力量'" in told
    assert convert(home, CORPUS / "ja_power.csv", "--profile", "kpnt") == 2
    assert "did you mean 'kpnet'?" in capsys.readouterr().err


def test_file_that_two_profiles_fit_is_refused(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = "Time,PV(kWh),Purchased Energy(kWh),Feed-in(kWh),Date/Time,Energy Produced (Wh)"
    rows = [f"2024-04-01 {h}:00,1,0,0,04/01/2024 {h}:00,1000" for h in range(24)]
    (tmp_path / "a.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    assert convert(home, tmp_path / "a.csv") == 2
    told = capsys.readouterr().err
    assert "fits 2 profiles: enphase_site (row 1 has" in told
    assert "say which: --profile enphase_site or --profile isolarcloud" in told


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (["--map", "x"], "is no mapping"),
        (["--map", "a=PCS.e_acc"], "'e_acc' is no quantity did you mean 'e_ac'?"),
        (["--map", "a=PCS.e_ac,kWhh"], "'kWhh' is no unit"),
        (["--unit", "a=yen"], "names no unit"),
        (["--zone", "Tokyo"], "'Tokyo' is no time zone"),
        (["--encoding", "utf-9"], "there is no encoding 'utf-9'"),
        (["--interval", "1000"], "does not fit the files"),
        (["--label", "middle"], "--label"),
        (["--out", "/nowhere/x.parquet"], "is no folder"),
    ],
)
def test_wrong_option_is_told(
    home: Path, option: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert(home, CORPUS / "kpnet_cp932.csv", *option) == 2
    printed = capsys.readouterr()
    assert told in printed.err
    assert "Traceback" not in printed.err


def test_profiles_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["profiles", "list"]) == 0
    assert "kpnet" in capsys.readouterr().out
    assert run(["profiles", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"id", "title", "kinds", "quality", "fallback", "source"} == set(rows[0])


def test_profiles_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = """
id = "mine"
title = "mine"
source = "the file beside it"
quality = "sourced"

[time]
datetime = "when"

[[column]]
names = "made"
quantity = "e_ac"
unit = "kWh"
required = true
"""
    profile, example = tmp_path / "mine.toml", tmp_path / "mine.csv"
    profile.write_text(text, encoding="utf-8")
    rows = [f"2024/04/01 {h}:00,{h % 3}" for h in range(24)]
    example.write_text("\n".join(["when,made", *rows]), encoding="utf-8")
    assert run(["profiles", "check", str(profile), str(example)]) == 0
    assert "read 24 rows into 24" in capsys.readouterr().out
    example.write_text("\n".join(["when,mad", *rows]), encoding="utf-8")
    assert run(["profiles", "check", str(profile), str(example)]) == 2
    assert "it lacks a column 'made' (did you mean 'mad'?" in capsys.readouterr().err
    profile.write_text(text.replace('unit = "kWh"', 'unit = "kwhh"\nunits = 3'), encoding="utf-8")
    assert run(["profiles", "check", str(profile), str(example)]) == 2
    assert (
        "mine.toml: column[0].units: unknown key (did you mean 'unit'?)" in capsys.readouterr().err
    )


def test_a_new_profile_is_used_as_a_file(home: Path, tmp_path: Path) -> None:
    test_profiles_check_text = (CORPUS / "kpnet_cp932.csv").read_text("cp932")
    renamed = test_profiles_check_text.replace("発電電力量", "つくった電力量")
    (tmp_path / "a.csv").write_text(renamed, encoding="cp932")
    (tmp_path / "p.toml").write_text(
        'id = "p"\ntitle = "p"\nsource = "p"\nquality = "sourced"\n'
        '[time]\ndate = "年月日"\ntime = "時刻"\n'
        '[[column]]\nnames = "つくった電力量"\nquantity = "e_ac"\nrequired = true\n',
        encoding="utf-8",
    )
    assert convert(home, tmp_path / "a.csv", "--profile", tmp_path / "p.toml", "--no-plot") == 0


def missing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)


def test_workbook_without_openpyxl_says_what_to_do(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing("openpyxl", monkeypatch)
    assert convert(home, CORPUS / "stamp.xlsx") == 2
    assert "stamp.xlsx: needs openpyxl to be read (pip install openpyxl" in capsys.readouterr().err


def test_without_matplotlib_the_plot_alone_lacks(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("matplotlib", "matplotlib.figure", "matplotlib.backends.backend_agg"):
        missing(name, monkeypatch)
    assert convert(home, CORPUS / "kpnet_cp932.csv") == 0
    assert "needs matplotlib to be drawn" in capsys.readouterr().err
    assert (home / "measurements.parquet").exists()
    assert not (home / "measurements.import.png").exists()


def test_command_line_starts_without_heavy_imports() -> None:
    import subprocess

    heavy = "('pyarrow', 'pandas', 'matplotlib', 'pydantic')"
    code = f"import sys, pvwarranty.cli.convert; print([m for m in {heavy} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
