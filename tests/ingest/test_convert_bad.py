"""Bad inputs: for each the error or the flag that a user gets. Nothing of them is silently used.

`REFUSED` are told as errors, and nothing is written; `NAMED` are stored with a flag.
"""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from pvwarranty.errors import DataError
from pvwarranty.ingest.canonical import stored_rows
from pvwarranty.ingest.convert.options import Options, read_rules
from pvwarranty.ingest.convert.plan import make_plan
from pvwarranty.ingest.convert.run import Imported, carry_out
from pvwarranty.ingest.site import read_site

CORPUS = Path(__file__).parent / "corpus"
HEADER = "年月日,時刻,発電電力量[kWh],消費電力量[kWh],売電電力量[kWh],買電電力量[kWh]"
Make = Callable[[], bytes]


def sun(i: int, per_day: int = 48) -> float:
    hour = (i % per_day + 0.5) * 24 / per_day
    return round(1.4 * max(0.0, float(np.sin((hour - 6) / 12 * np.pi))), 2)


def rows(days: int = 2, start: str = "2024-04-01", shift: int = 0, swap: bool = False) -> list[str]:
    """Rows of KP-NET; `shift` moves the stamps by hours, `swap` changes purchase and sale."""
    found = []
    begin = datetime.fromisoformat(start) + timedelta(hours=shift)
    for i in range(48 * days):
        at = begin + timedelta(minutes=30 * i)
        made, load = sun(i), 0.4
        sold, bought = round(max(made - load, 0), 2), round(max(load - made, 0), 2)
        last = (bought, sold) if swap else (sold, bought)
        found.append(f"{at:%Y/%m/%d},{at:%H:%M},{made},{load},{last[0]},{last[1]}")
    return found


def csv(lines: list[str], header: str = HEADER, encoding: str = "cp932") -> bytes:
    return "\n".join([header, *lines, ""]).encode(encoding)


def archive(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return out.getvalue()


def bomb(size: int, entries: int = 1) -> bytes:
    """An archive whose entries say that each unpacks to `size` bytes."""
    data = archive({f"{i}.csv": b"0" * 5_000_000 for i in range(entries)})
    directory = data.index(b"PK\x01\x02")
    told = data[directory:].replace(struct.pack("<I", 5_000_000), struct.pack("<I", size))
    return data[:directory] + told


def link() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        entry = zipfile.ZipInfo("a.csv")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(entry, "/etc/passwd")
    return out.getvalue()


def locked() -> bytes:
    data = bytearray(archive({"a.csv": csv(rows())}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    return bytes(data)


def damaged() -> bytes:
    data = bytearray(archive({"a.csv": csv(rows(20))}))
    data[300:340] = b"\xff" * 40
    return bytes(data)


def edited(at: int, text: str, days: int = 2) -> bytes:
    lines = rows(days)
    lines[at] = text
    return csv(lines)


def fuller(edit: Callable[[list[str]], list[str]], days: int = 2) -> bytes:
    return csv(edit(rows(days)))


def energies(factor: float, unit: str, days: int = 10) -> bytes:
    lines = [f"{r[:16]},{sun(i) * factor:.6g}" for i, r in enumerate(rows(days))]
    return csv(lines, f"年月日,時刻,発電電力量[{unit}]")


def two_sites() -> bytes:
    header = "商品ID,表示名,センサー番号,データ計測日,発電電力量(kWh)"
    lines = []
    for i in range(24):
        lines += [f"'1,A邸,S1,2024/04/01 {i}:00,{sun(i, 24)}", f"'2,B邸,S1,2024/04/01 {i}:00,0.5"]
    return csv(lines, header)


def contradicting() -> bytes:
    other = [",".join([*r.split(",")[:2], str(round(sun(i) * 0.7, 2)), *r.split(",")[3:]])
             for i, r in enumerate(rows())]  # fmt: skip
    return archive({"a.csv": csv(rows()), "b.csv": csv(other)})


def quarters(lines: list[str]) -> list[str]:
    return [line.replace(":30,", ":45,") if i % 3 == 2 else line for i, line in enumerate(lines)]


def utc_month() -> bytes:
    """March to May; in April the stamps are UTC, nine hours behind."""
    months = {"03": 0, "04": -9, "05": 0}
    return archive({
        f"{m}.csv": csv(rows(28, f"2024-{m}-01", shift)) for m, shift in months.items()
    })  # fmt: skip


FAILED = json.dumps({"success": False, "failCode": 407, "message": "ACCESS_FREQUENCY_IS_TOO_HIGH"})
SEVERAL = "年月日,時刻,発電電力量[kWh],発電量[kWh]"

REFUSED: dict[str, tuple[str, Make, str]] = {
    "no such file": ("missing", lambda: b"", "cannot be read: No such file"),
    "empty file": ("a.csv", lambda: b"", "is empty"),
    "header alone": ("a.csv", lambda: csv([]), "has no rows under the header"),
    "web page": ("a.csv", lambda: b"<!DOCTYPE html><html>sign in</html>", "is a web page"),
    "PDF": ("a.csv", lambda: b"%PDF-1.7 ...", "is a PDF"),
    "old Excel": ("a.xls", lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Excel file"),
    "binary": ("a.csv", lambda: b"a,b\n\0\0\1\2\n" * 50, "holds bytes that no text has"),
    "unknown columns": ("a.csv", lambda: b"when,what\n1,2\n", "columns are those of no profile"),
    "no encoding fits": ("a.csv", lambda: csv(rows()) + b"\xff\xfe\xfd\n", "is no text in UTF-8"),
    "mixed encodings": (
        "a.csv", lambda: csv(rows()) + "備考,発電所の記録です\n".encode(), "are of two encodings"),
    "truncated ZIP": (
        "a.zip", lambda: archive({"a.csv": csv(rows(20))})[:-60], "is no complete ZIP archive"),
    "damaged ZIP": ("a.zip", damaged, "is damaged"),
    "ZIP that leaves the folder": (
        "a.zip", lambda: archive({"../../etc/cron.d/x.csv": csv(rows())}), "leaves the archive"),
    "ZIP with an absolute path": (
        "a.zip", lambda: archive({"C:\\x.csv": csv(rows())}), "leaves the archive"),
    "ZIP with a link": ("a.zip", link, "is a link, not a file"),
    "ZIP with a password": ("a.zip", locked, "is locked with a password"),
    "ZIP in a ZIP": (
        "a.zip", lambda: archive({"b.zip": archive({"a.csv": b"1"})}), "an archive in an archive"),
    "bomb, 10 GB in all": (
        "a.zip", lambda: bomb(3_900_000_000, 3), "would unpack to 10.9 GiB, more than the 4 GiB"),
    "bomb, one entry": ("a.zip", lambda: bomb(3_900_000_000), "MiB from almost nothing"),
    "bomb that lies of its size": ("a.zip", lambda: bomb(1_000_000), "is damaged"),
    "a word for a number": (
        "a.csv", lambda: edited(5, "2024/04/01,02:30,故障,0.4,0,0.4"),
        "row 7, column '発電電力量[kWh]': '故障' is no number"),
    "formula in a cell": (
        "a.csv", lambda: edited(5, "2024/04/01,02:30,=cmd|'/C calc'!A0,0.4,0,0.4"),
        "it looks like a formula"),
    "formula with a link": (
        "a.csv", lambda: edited(5, '2024/04/01,02:30,"=HYPERLINK(""http://x"",""1"")",0.4,0,0.4'),
        "it looks like a formula"),
    "infinity": ("a.csv", lambda: edited(5, "2024/04/01,02:30,inf,0.4,0,0.4"), "inf' is no number"),
    "number out of range": (
        "a.csv", lambda: edited(5, "2024/04/01,02:30,1e999,0.4,0,0.4"), "is no number"),
    "decimal comma": (
        "a.csv", lambda: edited(5, '2024/04/01,02:30,"0,45",0.4,0,0.4'), "'0,45' is no number"),
    "thousands comma without quotes": (
        "a.csv", lambda: edited(5, "2024/04/01,02:30,1,200,0.4,0,0.4"), "has 7 cells where"),
    "date that is none": (
        "a.csv", lambda: edited(5, "2024/02/30,02:30,0,0.4,0,0.4"), "02/30 02:30' is no time"),
    "time that is none": (
        "a.csv", lambda: edited(5, "2024/04/01,25:30,0,0.4,0,0.4"), "is no time"),
    "year 1904": (
        "a.csv", lambda: edited(5, "1904/01/01,02:30,0,0.4,0,0.4"), "lies outside 1990-2100"),
    "day and month swapped": (
        "a.csv",
        lambda: "\n".join(
            ["Date/Time,Energy Produced (Wh)",
             *(f"{d:02d}/04/2024 {h:02d}:00,{100 * sun(h, 24)}" for d in range(1, 13)
               for h in range(24))]).encode(), "its dates step by months"),
    "no date on most rows": (
        "a.csv", lambda: fuller(lambda r: [x if i % 48 == 0 else x[10:] for i, x in enumerate(r)]),
        "rows have no date or time"),
    "quote never closed": (
        "a.csv", lambda: edited(5, '2024/04/01,02:30,"0.1,0.4,0,0.4', 8), "a quote is opened"),
    "quote never closed in a column of notes": (
        "a.csv", lambda: csv([f"{r[:16]},0.1," + ("\"" if i == 80 else "") + "memo"
                              for i, r in enumerate(rows())], "年月日,時刻,発電電力量[kWh],備考"),
        "a quote is opened"),
    "24:00 where starts are marked": (
        "a.csv", lambda: edited(47, "2024/04/01,24:00,0,0.4,0,0.4"), "which mark the end"),
    "a month of UTC among local files": ("a.zip", utc_month, "its stamps look like UTC"),
    "kWh labelled Wh": ("a.csv", lambda: energies(1.0, "Wh"), "kWh under a header of Wh"),
    "Wh labelled kWh": ("a.csv", lambda: energies(1000.0, "kWh"), "is too large"),
    "unit of another kind": ("a.csv", lambda: energies(1.0, "℃"), "is in °C, and e_ac is in Wh"),
    "no unit": ("a.csv", lambda: csv([r[:20] for r in rows()], "日付,時間,発電量"), "says no unit"),
    "unit that is none": (
        "a.csv", lambda: csv([r[:20] for r in rows()], "日付,時間,発電量(円)"),
        "its columns are those of no profile"),
    "two sites in one file": ("a.csv", two_sites, "the files hold 2 sites: '1', '2'"),
    "files that contradict each other": ("a.zip", contradicting, "has two different values"),
    "two columns for one": (
        "a.csv", lambda: csv([f"{r[:16]},1.0,1.1" for r in rows()], SEVERAL), "goes to PCS.e_ac"),
    "negative generation": (
        "a.csv", lambda: csv([f"{r[:16]},{-sun(i)}" for i, r in enumerate(rows())],
                             "年月日,時刻,発電電力量[kWh]"), "is negative in"),
    "charge above the whole": (
        "a.csv", lambda: csv([f"{r[:16]},0.1,{50 + i * 2}" for i, r in enumerate(rows())],
                             "年月日,時刻,発電電力量[kWh],SOC[%]"), "runs from 50 % to 240 %"),
    "half-hours and hours": (
        "a.zip", lambda: archive({"a.csv": csv(rows(2)), "b.csv": csv(rows(4, "2024-05-01")[::2])}),
        "the files have several intervals"),
    "JSON cut off": (
        "a.json", lambda: b'{"energy":{"timeUnit":"HOUR","values":[{"date":"2024', "is no JSON"),
    "JSON nested without end": ("a.json", lambda: b"[" * 100_000, "is nested too deeply"),
    "JSON with a key twice": (
        "a.json", lambda: b'{"energy":{"unit":"Wh","unit":"kWh"}}', "names the key 'unit' twice"),
    "JSON of a refused request": (
        "a.json", lambda: FAILED.encode(), "a failed request: success false, failCode 407"),
    "nothing but missing values": (
        "a.csv", lambda: csv([f"{r[:16]},-" for r in rows()], "年月日,時刻,発電電力量[kWh]"),
        "not one value"),
    "interval that changes in a file": (
        "a.csv", lambda: csv([*rows(4), *rows(8, "2024-05-01")[::2]]), "the rest 1800 s"),
    "24:00 far down in a file": (
        "a.csv", lambda: csv([*(f"{r[:16]},{sun(i)}" for i, r in enumerate(rows(400))),
                              "2025/05/05,24:00,0"], "日付,時間,発電量[kWh]"),
        "has stamps of 24:00, which mark ends, after"),
    "offsets on some rows": (
        "a.csv", lambda: csv([f"2024-04-01T{h:02d}:00:00{'+09:00' if h % 2 else ''},{sun(h, 24)}"
                              for h in range(24)], "日時,発電量[kWh]"),
        "stamps with an offset from UTC and stamps without"),
    "kW/m² labelled W/m²": (
        "a.csv", lambda: csv([f"{r[:16]},{sun(i)},{sun(i) / 2}" for i, r in enumerate(rows(10))],
                             "日付,時間,発電量[kWh],傾斜面日射強度[W/m2]"), "never above 0.7 W"),
    "degrees of the wrong scale": (
        "a.csv", lambda: csv([f"{r[:16]},{sun(i)},{60 + i % 40}" for i, r in enumerate(rows())],
                             "日付,時間,発電量[kWh],気温[℃]"), "runs from 60 to 99"),
    "no channel for what is asked": (
        "a.csv", lambda: csv([f"{r[:16].replace(',', ' ')},0.5,20" for r in rows()],
                             "TIME,日射強度,外気温度"), "'日射強度' is mapped to nothing"),
    "monthly totals": (
        "a.csv",
        lambda: csv([f"2024/{m:02d}/01,0:00,300" for m in range(1, 13)],
                    "年月日,時刻,発電電力量[kWh]"), "too coarse to verify"),
}  # fmt: skip


def duplicated() -> bytes:
    """8.4 % of the rows stand twice."""
    lines = rows(5)
    return csv([*lines, *lines[100:120], *lines[10:12]])


def partly_new() -> bytes:
    """An export of a day that was not over, and the same day later."""
    early = rows(1)[:20]
    early[-1] = "2024/04/01,09:30,0.3,0.2,0.0,0.1"
    return archive({"a.csv": csv(early), "b.csv": csv(rows(1))})


def counter_csv(edit: Callable[[list[float]], list[float]]) -> bytes:
    bar = chr(124)
    reads = edit([float(np.sum([1000 * sun(k) for k in range(i + 1)])) for i in range(96)])
    lines = [
        "sep=,", f"Version CSV3{bar}Tool WebUI{bar}Linebreaks CR/LF{bar}Delimiter comma", "",
        ",SN: 1", ",SB", ",1", ",Metering.TotWhOut", ",Analog", "DD.MM.YYYY hh:mm:ss,[Wh]",
    ]  # fmt: skip
    start = datetime(2024, 4, 1)
    for i, read in enumerate(reads):
        at = start + timedelta(minutes=30 * (i + 1))
        lines.append(f"{at:%d.%m.%Y %H:%M:%S},{'NaN' if np.isnan(read) else round(read)}")
    return "\r\n".join(lines).encode("utf-8-sig")


def reset(reads: list[float]) -> list[float]:
    return [*reads[:30], *(r - reads[29] for r in reads[30:])]


def exchanged(reads: list[float]) -> list[float]:
    return [*reads[:30], *(r + 5_000_000 for r in reads[30:])]


def holes(reads: list[float]) -> list[float]:
    return [np.nan if 24 <= i < 28 else r for i, r in enumerate(reads)]


def jitter(lines: list[str]) -> list[str]:
    return [line.replace(":00,", ":01,", 1) if i % 4 == 0 else line for i, line in enumerate(lines)]


NAMED: dict[str, tuple[str, Make, str]] = {
    "8.4 % duplicated rows": ("a.csv", duplicated, "duplicate"),
    "a day exported before it was over": ("a.zip", partly_new, "conflict"),
    "purchase and sale swapped": (
        "a.csv",
        lambda: csv(rows(5, swap=True)),
        "purchase_sale_swapped",
    ),
    "energies that do not add up": (
        "a.csv",
        lambda: csv([",".join([*r.split(",")[:3], "2.0", *r.split(",")[4:]]) for r in rows(5)]),
        "unbalanced",
    ),
    "a few negative intervals": (
        "a.csv",
        lambda: edited(5, "2024/04/01,02:30,-0.9,0.4,0,0.4", 5),
        "negative",
    ),
    "standby draw at night": (
        "a.csv",
        lambda: edited(5, "2024/04/01,02:30,-0.01,0.4,0,0.4"),
        "standby",
    ),
    "more than the rating": (
        "a.csv",
        lambda: edited(24, "2024/04/01,12:00,4.5,0.4,0,0.4"),
        "above_rating",
    ),
    "counter that was reset": ("a.csv", lambda: counter_csv(reset), "counter_reset"),
    "meter that was exchanged": ("a.csv", lambda: counter_csv(exchanged), "counter_jump"),
    "energy counted across a gap": ("a.csv", lambda: counter_csv(holes), "energy_in_gaps"),
    "stamps a little off": ("a.csv", lambda: fuller(jitter), "snapped"),
    "stamps of no grid": ("a.csv", lambda: fuller(quarters), "off_grid"),
    "production at night": (
        "a.csv",
        lambda: csv(
            [f"{r[:16]},{0.3 if i % 48 < 6 else sun(i) / 6}" for i, r in enumerate(rows(10))],
            "年月日,時刻,発電電力量[kWh]",
        ),
        "night",
    ),
    "columns that go nowhere": (
        "a.json",
        lambda: json.dumps(
            {
                "success": True,
                "data": [
                    {
                        "collectTime": 1711897200000 + 3600000 * h,
                        "stationCode": "N",
                        "dataItemMap": {"inverter_power": sun(h, 24), "radiation_intensity": 0.1},
                    }
                    for h in range(24)
                ],
            }
        ).encode(),
        "not_stored",
    ),
    "days": (
        "a.csv",
        lambda: csv(
            [f"2024/04/{d:02d},0:00,12.5" for d in range(1, 20)], "年月日,時刻,発電電力量[kWh]"
        ),
        "coarse",
    ),
    "clock that was set": (
        "a.zip",
        lambda: archive(
            {"a.csv": csv(rows(28, "2024-04-01")), "b.csv": csv(rows(28, "2024-05-01", 1))}
        ),
        "clock",
    ),
}


def convert(folder: Path, name: str, data: bytes, options: Options | None = None) -> Imported:
    path = folder / name
    if name != "missing":
        path.write_bytes(data)
    site = read_site(CORPUS / "sites" / "home")
    return carry_out(make_plan([path], site, options or Options()), folder / "out.parquet")


def test_table_of_bad_inputs_is_long_enough() -> None:
    assert len(REFUSED) + len(NAMED) >= 30


@pytest.mark.parametrize("what", REFUSED)
def test_is_refused(what: str, tmp_path: Path) -> None:
    name, make, told = REFUSED[what]
    with pytest.raises(DataError) as caught:
        convert(tmp_path, name, make())
    assert told in str(caught.value)
    assert all("Traceback" not in str(p) and "\n" not in str(p) for p in caught.value.problems)
    assert not list(tmp_path.glob("*.parquet")), "nothing may be written"
    assert not list(tmp_path.glob(".*")), "nothing may be left behind"


@pytest.mark.parametrize("what", NAMED)
def test_is_named(what: str, tmp_path: Path) -> None:
    name, make, code = NAMED[what]
    result = convert(tmp_path, name, make())
    assert code in {flag.code for flag in result.flags}
    assert (tmp_path / "out.parquet").exists()


def test_good_file_has_no_flag(tmp_path: Path) -> None:
    assert convert(tmp_path, "a.csv", csv(rows(20))).flags == ()


def stored(folder: Path) -> dict[str, np.ndarray]:
    return next(stored_rows(folder / "out.parquet"))[1]


def test_duplicates_are_counted_and_stored_once(tmp_path: Path) -> None:
    result = convert(tmp_path, "a.csv", duplicated())
    assert (result.doubles.rows, result.doubles.duplicates) == (262, 22)
    assert "8.4 % of rows" in next(f.what for f in result.flags if f.code == "duplicate")
    assert len(stored(tmp_path)["PCS.e_ac"]) == 240


def test_cell_that_differs_is_left_empty(tmp_path: Path) -> None:
    convert(tmp_path, "a.zip", partly_new())
    values = stored(tmp_path)["PCS.e_ac"]
    assert np.flatnonzero(np.isnan(values)).tolist() == [19]


def test_counter_reset_leaves_one_interval_empty(tmp_path: Path) -> None:
    convert(tmp_path, "a.csv", counter_csv(reset))
    values = stored(tmp_path)["PCS.e_ac"]
    assert np.flatnonzero(np.isnan(values)).tolist() == [0, 30]
    np.testing.assert_allclose(values[31:], [1000 * sun(i) for i in range(31, 96)])


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    lines = rows()
    lines[3] = "2024/04/01,01:30,x,0.4,0,0.4"
    lines[7] = "2024/04/31,03:30,0,0.4,0,0.4"
    with pytest.raises(DataError) as caught:
        convert(tmp_path, "a.csv", csv(lines))
    places = [p.where for p in caught.value.problems]
    assert any("row 5, column '発電電力量[kWh]'" in p for p in places)
    assert any("row 9, column" in p for p in places)


def test_many_problems_are_told_as_a_number(tmp_path: Path) -> None:
    lines = [r.replace(",0.4,", ",?,") for r in rows()]
    with pytest.raises(DataError) as caught:
        convert(tmp_path, "a.csv", csv(lines))
    assert len(caught.value.problems) == 21
    assert "and 76 more problems" in str(caught.value.problems[-1])


def test_one_site_of_two_can_be_read(tmp_path: Path) -> None:
    result = convert(tmp_path, "a.csv", two_sites(), Options(only="2"))
    assert result.progress[0].left.dropped["rows of another site"] == 24
    assert set(stored(tmp_path)["PCS.e_ac"].tolist()) == {500.0}


def test_missing_word_can_be_said(tmp_path: Path) -> None:
    data = edited(5, "2024/04/01,02:30,故障,0.4,0,0.4")
    convert(tmp_path, "a.csv", data, Options(missing=("故障",)))
    assert np.isnan(stored(tmp_path)["PCS.e_ac"][5])


def test_map_to_no_channel_is_refused(tmp_path: Path) -> None:
    rules = read_rules(["発電電力量=PCS9.e_ac"])
    with pytest.raises(DataError, match="the site has no channel 'PCS9'"):
        convert(tmp_path, "a.csv", csv(rows()), Options(rules=rules))
