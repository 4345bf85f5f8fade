"""Makes the corpus of example files, each with the canonical table that must come of it.

    .venv/bin/python tests/ingest/make_corpus.py

The files are made here in the exact forms of the headers; the expected tables are written from the
same truth by the few lines at the end, and by no code of the product.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
JST = timezone(timedelta(hours=9))
START = datetime(2024, 4, 1, tzinfo=JST)
Values = Sequence[float | None]


@dataclass
class Case:
    """A file of the corpus: its bytes, the profile that fits, and the table that must come."""

    name: str
    data: bytes
    profile: str
    step: int
    columns: Mapping[str, Values]
    start: datetime = START
    site: str = "home"
    options: Mapping[str, object] = field(default_factory=dict)
    times: Sequence[datetime] = ()


CASES: list[Case] = []


def add(case: Case) -> None:
    CASES.append(case)


def sunny(n: int, step: int, peak: float, digits: int = 2) -> list[float]:
    """Return a day's energy or power by interval: nothing at night, `peak` at noon."""
    hours = [(i + 0.5) * step / 3600 % 24 for i in range(n)]
    return [round(peak * max(0.0, math.sin((h - 6) / 12 * math.pi)), digits) for h in hours]


def stamps(n: int, step: int, start: datetime = START) -> list[datetime]:
    return [start + timedelta(seconds=i * step) for i in range(n)]


def text(rows: Iterable[Sequence[object]], separator: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    return out.getvalue()


def times(values: Values, factor: float) -> list[float | None]:
    return [None if v is None else v * factor for v in values]


# ---------------------------------------------------------------- KP-NET

KPNET = [
    "年月日", "時刻", "発電電力量[kWh]", "消費電力量[kWh]", "売電電力量[kWh]", "買電電力量[kWh]",
    "充電電力量[kWh]", "放電電力量[kWh]", "蓄電残量(SOC)[%]",
]  # fmt: skip


def kpnet(
    n: int = 48, step: int = 1800, start: datetime = START
) -> tuple[list[list[object]], dict]:
    made = sunny(n, step, 1.4 * step / 1800)
    load = [0.35] * n
    charge = [0.2 if v > 0.6 else 0.0 for v in made]
    out = [0.1 if v == 0 else 0.0 for v in made]
    net = [round(g + d - c - u, 3) for g, d, c, u in zip(made, out, charge, load, strict=True)]
    soc = [30 + i % 50 for i in range(n)]
    rows: list[list[object]] = []
    for i, at in enumerate(stamps(n, step, start)):
        rows.append([
            f"{at:%Y/%m/%d}", f"{at:%H:%M}", made[i], load[i], max(net[i], 0), max(-net[i], 0),
            charge[i], out[i], soc[i],
        ])  # fmt: skip
    truth = {
        "PCS.e_ac": times(made, 1000), "BAT.e_charge": times(charge, 1000),
        "BAT.e_discharge": times(out, 1000), "BAT.soc": times(soc, 0.01),
    }  # fmt: skip
    return rows, truth


def make_kpnet() -> None:
    rows, truth = kpnet()
    whole = text([KPNET, *rows])
    add(Case("kpnet_bom.csv", whole.encode("utf-8-sig"), "kpnet", 1800, truth))
    add(Case("kpnet_cp932.csv", whole.encode("cp932"), "kpnet", 1800, truth))
    order = [8, 0, 3, 2, 1, 4, 5, 7, 6]
    mixed = [[row[i] for i in order] for row in [KPNET, *rows]]
    add(Case("kpnet_other_order.csv", text(mixed).encode("utf-8"), "kpnet", 1800, truth))
    holes = [KPNET, *rows[:20], [""] * 9, *rows[20:], [""] * 9]
    add(Case("kpnet_blank_rows.csv", text(holes).encode("utf-8-sig"), "kpnet", 1800, truth))
    hourly, hourly_truth = kpnet(24, 3600)
    add(Case("kpnet_hours.csv", text([KPNET, *hourly]).encode("cp932"), "kpnet", 3600,
             hourly_truth))  # fmt: skip
    footer = ["合計", "", "1,020.50", "16.80", "0", "0", "0", "0", ""]
    add(Case("kpnet_total.csv", text([KPNET, *rows, footer]).encode("cp932"), "kpnet", 1800, truth))
    twice = [KPNET, *rows[:24], KPNET, *rows[24:]]
    add(Case("kpnet_header_again.csv", text(twice).encode("cp932"), "kpnet", 1800, truth))
    few = [0, 1, 2, 3, 4]
    bare = [[row[i] for i in few] for row in [KPNET, *rows]]
    add(Case("kpnet_no_battery.csv", text(bare).encode("cp932"), "kpnet", 1800,
             {"PCS.e_ac": truth["PCS.e_ac"]}))  # fmt: skip
    make_kpnet_archives()


def make_kpnet_archives() -> None:
    rows, truth = kpnet(96)
    first, second = text([KPNET, *rows[:48]]), text([KPNET, *rows[48:]])
    data = archive({"2024年04月01日.csv": first.encode("cp932"), "02.csv": second.encode("cp932")})
    add(Case("kpnet_days.zip", data, "kpnet", 1800, truth))
    overlap = text([KPNET, *rows[30:]])
    data = archive({"a.csv": first.encode("cp932"), "b/b.csv": overlap.encode("utf-8-sig"),
                    "__MACOSX/._a.csv": b"\0\1"})  # fmt: skip
    add(Case("kpnet_overlap.zip", data, "kpnet", 1800, truth))


def archive(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(zipfile.ZipInfo(name, (2024, 5, 1, 0, 0, 0)), data)
    return out.getvalue()


# ---------------------------------------------------------------- エコめがね, L・eye


def make_ecomegane() -> None:
    header = [
        "商品ＩＤ", "表示名", "センサー番号", "センサーＩＤ", "都道府県", "データ計測日",
        "消費電力量（ｋＷｈ）", "発電電力量（ｋＷｈ）", "売電電力量（ｋＷｈ）",
    ]  # fmt: skip
    made = sunny(24, 3600, 2.85)
    rows = [
        ["'0012345", "髙橋邸①", "センサー01", "S-1", "千葉県", f"{t:%Y/%m/%d %H:%M}", "",
         f"{v:.2f}", ""]
        for t, v in zip(stamps(24, 3600), made, strict=True)
    ]  # fmt: skip
    truth = {"PCS.e_ac": times(made, 1000)}
    add(Case("ecomegane.csv", text([header, *rows]).encode("cp932"), "ecomegane", 3600, truth))
    plain = [
        "商品ID", "表示名", "センサー番号", "センサーID", "都道府県", "データ計測日",
        "消費電力量(kWh)", "発電電力量(kWh)",
    ]  # fmt: skip
    both = [
        ["'77", "A", f"センサー0{s}", f"S-{s}", "千葉県", f"{t:%Y/%m/%d %H:%M}", "1,200.5",
         round(v * s, 2)]
        for t, v in zip(stamps(24, 3600), sunny(24, 3600, 1.1), strict=True)
        for s in (1, 2)
    ]  # fmt: skip
    one = sunny(24, 3600, 1.1)
    truth = {
        "PCS1.e_ac": times(one, 1000),
        "PCS2.e_ac": [round(v * 2, 2) * 1000 for v in one],
    }
    rules = {"map": ["センサー01=PCS1", "センサー02=PCS2", "消費電力量(kWh)=PCS1.e_ac"][:2]}
    add(Case("ecomegane_sensors.csv", text([plain, *both]).encode("cp932"), "ecomegane", 3600,
             truth, site="two", options=rules))  # fmt: skip


def make_leye() -> None:
    made = sunny(48, 1800, 1.3)
    header = ["日時", "発電電力量(kWh)", "傾斜日射強度(kW/m2)", "外気温(℃)"]
    sun = sunny(48, 1800, 0.9, 3)
    air = [round(10 + i / 8, 1) for i in range(48)]
    rows = [
        [f"{t:%Y/%m/%d %H:%M}", g, s, a]
        for t, g, s, a in zip(stamps(48, 1800), made, sun, air, strict=True)
    ]
    truth = {
        "PCS.e_ac": times(made, 1000),
        "site.poa_global": times(sun, 1000),
        "site.temp_air": air,
    }
    add(Case("leye.csv", text([header, *rows]).encode("cp932"), "laplace_leye", 1800, truth,
             options={"profile": "laplace_leye"}))  # fmt: skip
    ends = [
        [f"{t + timedelta(minutes=30):%Y/%m/%d %H:%M}", g]
        for t, g in zip(stamps(48, 1800), made, strict=True)
    ]
    add(Case("leye_ends.csv", text([header[:2], *ends]).encode("cp932"), "laplace_leye", 1800,
             {"PCS.e_ac": truth["PCS.e_ac"]}, options={"profile": "laplace_leye"}))  # fmt: skip


# ---------------------------------------------------------------- SMA


def counter(values: Sequence[float], start: float) -> list[float]:
    found, total = [], start
    for value in values:
        total += value
        found.append(total)
    return found


def make_sma() -> None:
    made = [float(round(v)) for v in sunny(288, 300, 290.0)]
    read = counter(made, 41_919_016)
    bar = chr(124)
    top = ["sep=,", f"Version CSV3{bar}Tool WebUI{bar}Linebreaks CR/LF{bar}Delimiter comma", ""]
    head = [
        ["", "SN: 1234567890", "SN: 1234567890"], ["", "SB5.0-1AV", "SB5.0-1AV"],
        ["", "1234567890", "1234567890"], ["", "Metering.TotWhOut", "Metering.GridMs.TotWhIn"],
        ["", "Analog", "Analog"], ["DD.MM.YYYY hh:mm:ss", "[Wh]", "[Wh]"],
    ]  # fmt: skip
    rows = [
        [f"{t + timedelta(minutes=5):%d.%m.%Y %H:%M:%S}", f"{r:.0f}", "NaN"]
        for t, r in zip(stamps(288, 300), read, strict=True)
    ]
    whole = "\r\n".join([*top, text([*head, *rows])])
    truth: Values = [None, *made[1:]]
    add(Case("sma_csv3.csv", whole.encode("utf-8-sig"), "sma_csv3", 300, {"PCS.e_ac": truth}))
    asleep = [
        [row[0], "NaN" if 0 < i < 71 or i > 216 else row[1], row[2]] for i, row in enumerate(rows)
    ]
    night = "\r\n".join([*top, text([*head, *asleep])])
    truth = [None, *([0.0] * 71), *made[72:217], *([None] * 71)]
    add(Case("sma_csv3_nights.csv", night.encode("utf-8-sig"), "sma_csv3", 300,
             {"PCS.e_ac": truth}))  # fmt: skip
    make_sma_two(made)


def make_sma_two(made: list[float]) -> None:
    first, second = counter(made, 1_000), counter([v / 2 for v in made], 500_000)
    bar = chr(124)
    lines = [
        "sep=;",
        f"Version CSV3{bar}Tool WebUI{bar}Linebreaks CR/LF{bar}Delimiter semicolon",
        "",
    ]
    head = [
        ["", "SN: 11", "SN: 22"], ["", "SB", "SB"], ["", "11", "22"],
        ["", "Metering.TotWhOut", "Metering.TotWhOut"], ["", "Analog", "Analog"],
        ["DD.MM.YYYY hh:mm:ss", "[Wh]", "[Wh]"],
    ]  # fmt: skip
    rows = [
        [f"{t + timedelta(minutes=5):%d.%m.%Y %H:%M:%S}", a, b]
        for t, a, b in zip(stamps(288, 300), first, second, strict=True)
    ]
    whole = "\r\n".join([*lines, text([*head, *rows], ";")])
    truth = {
        "PCS1.e_ac": [None, *made[1:]], "PCS2.e_ac": [None, *(v / 2 for v in made[1:])],
    }  # fmt: skip
    add(Case("sma_csv3_two.csv", whole.encode("utf-8-sig"), "sma_csv3", 300, truth, site="two",
             options={"map": ["11=PCS1", "22=PCS2"]}))  # fmt: skip


# ---------------------------------------------------------------- SolarEdge, Enphase, FusionSolar


def solaredge(values: Values, unit: str, word: str, labels: Sequence[str]) -> bytes:
    rows = [{"date": d, "value": v} for d, v in zip(labels, values, strict=True)]
    energy = {"timeUnit": word, "unit": unit, "measuredBy": "INVERTER", "values": rows}
    return json.dumps({"energy": energy}).encode()


def make_solaredge() -> None:
    made: list[float | None] = [v or None for v in sunny(96, 900, 700.0)]
    labels = [f"{t:%Y-%m-%d %H:%M:%S}" for t in stamps(96, 900)]
    add(Case("solaredge_quarters.json", solaredge(made, "Wh", "QUARTER_OF_AN_HOUR", labels),
             "solaredge_json", 900, {"PCS.e_ac": made}))  # fmt: skip
    labels = [t.isoformat() for t in stamps(96, 900)]
    add(Case("solaredge_offset.json", solaredge(made, "Wh", "QUARTER_OF_AN_HOUR", labels),
             "solaredge_json", 900, {"PCS.e_ac": made}))  # fmt: skip
    hourly = sunny(24, 3600, 2.9)
    labels = [f"{t:%Y-%m-%d %H:%M:%S}" for t in stamps(24, 3600)]
    add(Case("solaredge_hours.json", solaredge(hourly, "kWh", "HOUR", labels), "solaredge_json",
             3600, {"PCS.e_ac": times(hourly, 1000)}))  # fmt: skip


def make_enphase() -> None:
    made = [float(round(v)) for v in sunny(96, 900, 700.0)]
    header = [
        "Date/Time", "Energy Produced (Wh)", "Energy Consumed (Wh)", "Exported to Grid (Wh)",
        "Imported from Grid (Wh)",
    ]  # fmt: skip
    rows = [
        [f"{t:%m/%d/%Y %H:%M}", int(v), 81, max(int(v) - 81, 0), max(81 - int(v), 0)]
        for t, v in zip(stamps(96, 900), made, strict=True)
    ]
    truth = {"PCS.e_ac": made}
    add(Case("enphase_site.csv", text([header, *rows]).encode(), "enphase_site", 900, truth))
    longer = [*header, "Stored in AC Batteries (Wh)", "Discharged from AC Batteries (Wh)"]
    rows = [
        [f"{t:%Y-%m-%d %H:%M:%S +0900}", int(v), 22, 0, 26, 4, 1]
        for t, v in zip(stamps(96, 900), made, strict=True)
    ]
    n = len(made)
    more = truth | {"BAT.e_charge": [4.0] * n, "BAT.e_discharge": [1.0] * n}
    add(Case("enphase_site_offset.csv", text([longer, *rows]).encode(), "enphase_site", 900, more))
    make_enphase_inverters()


def make_enphase_inverters() -> None:
    """Answers every 300 s; a report is held until the next, so quarters are means of three."""
    n = 24
    powers = {"A1": [120 + 2 * i for i in range(n)], "A2": [90 + (i % 3) for i in range(n)]}
    lines = []
    begin = START + timedelta(hours=9)
    for i in range(n):
        at = int((begin + timedelta(seconds=300 * i)).timestamp())
        lines.append(json.dumps([
            {"serialNumber": s, "lastReportDate": at, "devType": 1, "lastReportWatts": p[i],
             "maxReportWatts": 300}
            for s, p in powers.items()
        ]))  # fmt: skip
    truth = {
        f"{s}.p_ac": [sum(p[k : k + 3]) / 3 for k in range(0, n, 3)] for s, p in powers.items()
    }
    add(Case("enphase_inverters.json", "\n".join(lines).encode(), "enphase_inverters", 900, truth,
             start=begin, site="modules"))  # fmt: skip


def make_fusionsolar() -> None:
    made = sunny(24, 3600, 2.9)
    data = [
        {"collectTime": int(t.timestamp() * 1000), "stationCode": "NE=12345",
         "dataItemMap": {"radiation_intensity": None, "inverter_power": v or None,
                         "power_profit": 1.2}}
        for t, v in zip(stamps(24, 3600), made, strict=True)
    ]  # fmt: skip
    answer = {"success": True, "failCode": 0, "params": {}, "message": None, "data": data}
    truth = {"PCS.e_ac": [None if v == 0 else v * 1000 for v in made]}
    add(Case("fusionsolar.json", json.dumps(answer).encode(), "fusionsolar_json", 3600, truth))
    header = [
        "Statistical Period", "Global Irradiation (kWh/㎡)", "Average Temperature(°C)",
        "Theoretical Yield (kWh)", "PV Yield (kWh)", " Inverter Yield (kWh)", "Export (kWh)",
        "Import (kWh)", "Charge (kWh)", "Discharge (kWh)", "Revenue (฿)",
    ]  # fmt: skip
    rows = [
        [f"{t:%Y-%m-%d %H:%M:%S}", v / 3, 15.5, v, v, v, 0.0, 0.1, 0.0, 0.0, 3.3]
        for t, v in zip(stamps(24, 3600), made, strict=True)
    ]
    sheets = {"Sheet1": [["Plant Report_2024-04-01"], header, *rows], "Sheet2": []}
    n = [0.0] * 24
    truth = {
        "PCS.e_ac": times(made, 1000), "site.temp_air": [15.5] * 24, "BAT.e_charge": n,
        "BAT.e_discharge": n, "site.poa_global": [v / 3 * 1000 for v in made],
    }  # fmt: skip
    rule = {"map": ["Global Irradiation=site.poa_global"]}
    add(Case("fusionsolar.xlsx", workbook(sheets), "fusionsolar_xlsx", 3600, truth, options=rule))


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    day = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"  # when it was made: the same bytes each time
    core = "docProps/core.xml"
    return archive(parts | {core: re.sub(day, b"2024-05-01T00:00:00Z", parts[core])})


# ---------------------------------------------------------------- other portals


def make_others() -> None:
    header = ["Time", "PV(kWh)", "Purchased Energy(kWh)", "Feed-in(kWh)", "Load(kWh)"]
    daily = [14.2, 3.1, 9.8]
    days = stamps(3, 86400)
    rows = [[f"{t:%Y-%m-%d}", v, 4.0, 6.1, 12.0] for t, v in zip(days, daily, strict=True)]
    add(Case("isolarcloud.csv", text([header, *rows]).encode("utf-8-sig"), "isolarcloud", 86400,
             {"PCS.e_ac": times(daily, 1000)}))  # fmt: skip
    begin = START + timedelta(hours=11)
    minutes = stamps(30, 60, begin)
    a1, a2 = [200 + i for i in range(30)], [190.5 - i for i in range(30)]
    rows = [[f"{t:%Y/%m/%d %H:%M:%S}", p, q] for t, p, q in zip(minutes, a1, a2, strict=True)]
    add(Case("tigo.csv", text([["Datetime", "A1", "A2"], *rows]).encode(), "tigo", 60,
             {"A1.p_dc": a1, "A2.p_dc": a2}, start=begin, site="modules"))  # fmt: skip
    make_home_assistant()
    header = [
        "Date time", "Home (kWh)", "From Powerwall (kWh)", "Solar Energy (kWh)", "From Grid (kWh)",
        "To Grid (kWh)",
    ]  # fmt: skip
    rows = [[t.isoformat(), 11.2, 2.5, v, 12.4, 0.0] for t, v in zip(days, daily, strict=True)]
    add(Case("powerwall.csv", text([header, *rows]).encode(), "tesla_powerwall", 86400,
             {"PCS.e_ac": times(daily, 1000), "BAT.e_discharge": [2500.0] * 3}))  # fmt: skip


def make_home_assistant() -> None:
    """Changes of a power and of a counter; a half-hour with "unavailable" in it has no mean."""
    head = ["entity_id", "state", "last_changed"]
    begin = START + timedelta(hours=10)

    def row(entity: str, state: object, minutes: float) -> list[object]:
        at = (begin + timedelta(minutes=minutes)).astimezone(UTC)
        return [entity, state, f"{at:%Y-%m-%dT%H:%M:%S}.000Z"]

    power = [
        row("sensor.pv_power", 1000, 0), row("sensor.pv_power", 2000, 15),
        row("sensor.pv_power", 1500, 30), row("sensor.pv_power", "unavailable", 70),
        row("sensor.pv_power", 800, 80), row("sensor.pv_power", 900, 150),
    ]  # fmt: skip
    other = [row("light.porch", "on", 5), row("light.porch", "off", 65)]
    means: Values = [1500.0, 1500.0, None, 800.0, 800.0, None]
    add(Case("home_assistant_power.csv", text([head, *power, *other]).encode(), "home_assistant",
             1800, {"PCS.p_ac": means}, start=begin,
             options={"map": ["sensor.pv_power=PCS.p_ac"]}))  # fmt: skip
    reads = [(0, 100.0), (29, 100.5), (58, 101.1), (89, 101.8), (119, 0.2), (149, 0.9)]
    energy = [row("sensor.pv_energy", v, m) for m, v in reads]
    # read at 30, 60, 90, 120 min: 100.5, 101.1, 101.8, 0.2 (a reset); from 149 on nothing is known
    taken: Values = [None, 600.0, 700.0, None, None]
    add(Case("home_assistant_energy.csv", text([head, *energy]).encode(), "home_assistant", 1800,
             {"PCS.e_ac": taken}, start=begin,
             options={"map": ["sensor.pv_energy=PCS.e_ac"]}))  # fmt: skip


def make_tso() -> None:
    header = [
        "DATE",
        "TIME",
        "需要",
        "原子力",
        "火力",
        "水力",
        "地熱",
        "バイオマス",
        "太陽光(実績)",
        "太陽光(抑制量)",
        "風力(実績)",
        "風力(抑制量)",
        "揚水",
        "連系線潮流",
    ]
    title = [
        ["供給区域の需給実績", *[""] * 13],
        ["", "", "需要実績(MWh)", "供給実績(MWh)", *[""] * 10],
    ]
    solar = [float(round(v)) for v in sunny(24, 3600, 3000.0)]
    cut: list[float | None] = [50.0 if 10 <= i < 14 else None for i in range(24)]
    rows = [
        [f"{t.year}/{t.month}/{t.day}", f"{t.hour}:00", 5000, 0, 4000, 1, 0, 1, int(s),
         "－" if c is None else int(c), 2, "－", 0, -88]
        for t, s, c in zip(stamps(24, 3600), solar, cut, strict=True)
    ]  # fmt: skip
    add(Case("tso_hours.csv", text([*title, header, *rows]).encode("cp932"), "tso_area", 3600,
             {"area.e_solar": times(solar, 1e6), "area.e_curtailed": times(cut, 1e6)}))  # fmt: skip
    header = [
        "DATE",
        "TIME",
        "エリア需要",
        "原子力",
        "火力(LNG)",
        "火力(石炭)",
        "火力(石油)",
        "火力(その他)",
        "水力",
        "地熱",
        "バイオマス",
        "太陽光発電実績",
        "太陽光出力制御量",
        "風力発電実績",
        "風力出力制御量",
        "揚水",
        "蓄電池",
        "連系線",
        "その他",
        "合計",
    ]
    solar = [float(round(v)) for v in sunny(48, 1800, 3000.0)]
    limited = [50.0 if 20 <= i < 28 else 0.0 for i in range(48)]
    rows = [
        [f"{t.year}/{t.month}/{t.day}", f"{t.hour}:{t.minute:02d}", *[1] * 9, int(s), int(c),
         *[2] * 7]
        for t, s, c in zip(stamps(48, 1800), solar, limited, strict=True)
    ]  # fmt: skip
    whole = text([["単位[MW平均]", "", "", "供給力", *[""] * 16], header, *rows])
    add(
        Case(
            "tso_half_hours.csv",
            whole.encode("utf-8"),
            "tso_area",
            1800,
            {"area.p_solar": times(solar, 1e6), "area.p_curtailed": times(limited, 1e6)},
        )
    )


def make_ppa() -> None:
    made = sunny(48, 1800, 1.3)
    header = "year,month,date,time,買電電力量(kWh),売電電力量(kWh),発電電力量(kWh),消費電力量(kWh)"
    rows = [
        [t.year, t.month, t.day, f"{t:%H:%M:%S}", max(0, round(0.3 - v, 2)),
         max(0, round(v - 0.3, 2)), v, 0.3]
        for t, v in zip(stamps(48, 1800), made, strict=True)
    ]  # fmt: skip
    whole = text([header.split(","), *rows]).encode()
    add(Case("ppa.csv", whole, "ppa_30min", 1800, {"PCS.e_ac": times(made, 1000)}))
    sun = sunny(144, 600, 0.95, 3)
    air = [round(12 + i / 40, 1) for i in range(144)]
    rows = [
        [f"{t:%Y/%m/%d %H:%M}", s, a] for t, s, a in zip(stamps(144, 600), sun, air, strict=True)
    ]
    logger = text([["TIME", "日射強度", "外気温度"], ["", "kW/㎡", "℃"], *rows]).encode("cp932")
    add(Case("weather_logger.csv", logger, "weather_logger", 600,
             {"site.ghi": times(sun, 1000), "site.temp_air": air},
             options={"map": ["日射強度=site.ghi"]}))  # fmt: skip


# ---------------------------------------------------------------- Japanese tables of any maker

Stamp = Callable[[datetime], Sequence[object]]


def day_and_time(at: datetime) -> list[str]:
    return [f"{at:%Y/%m/%d}", f"{at:%H:%M}"]


def era(at: datetime) -> list[str]:
    return [f"令和{at.year - 2018}年{at.month}月{at.day}日", f"{at.hour}時{at.minute:02d}分"]


def table(header: Sequence[str], stamp: Stamp, values: Sequence[object], step: int = 1800) -> list:
    rows = [[*stamp(t), v] for t, v in zip(stamps(len(values), step), values, strict=True)]
    return [list(header), *rows]


def make_generic() -> None:
    made = sunny(48, 1800, 1.3)
    truth = {"PCS.e_ac": times(made, 1000)}
    two = ["年月日", "時刻", "発電電力量(kWh)"]
    forms: dict[str, tuple[list, str, str]] = {
        "ja_era": (table(two, era, made), "cp932", ","),
        "ja_tab_utf16": (table(two, day_and_time, made), "utf-16", "\t"),
        "ja_semicolon": (table(two, day_and_time, made), "utf-8", ";"),
        "ja_euc": (table(["日付", "時間", "発電量（ｋＷｈ）"], day_and_time, made), "euc_jp", ","),
        "ja_era_letter": (
            table(two, lambda t: [f"R{t.year - 2018}.{t.month}.{t.day}", f"{t:%H:%M:%S}"], made),
            "cp932",
            ",",
        ),
        "ja_weekday_range": (
            table(
                two,
                lambda t: [f"{t:%Y/%m/%d}(月)", f"{t:%H:%M}～{t + timedelta(minutes=30):%H:%M}"],
                made,
            ),
            "cp932",
            ",",
        ),
        "ja_half_of_day": (
            table(
                two,
                lambda t: [
                    f"{t:%Y-%m-%d}",
                    f"{'午前' if t.hour < 12 else '午後'}{t.hour % 12}:{t.minute:02d}",
                ],
                made,
            ),
            "utf-8",
            ",",
        ),
    }
    for name, (rows, encoding, separator) in forms.items():
        add(Case(f"{name}.csv", text(rows, separator).encode(encoding), "generic_ja", 1800, truth))
    make_generic_ends(made, truth)
    make_generic_numbers(made, truth)
    make_generic_headers(made, truth)
    make_stamps(made, truth)


def make_generic_ends(made: Values, truth: Mapping[str, Values]) -> None:
    def ends(t: datetime) -> list[str]:
        end = t + timedelta(minutes=30)
        last = end.hour == 0 and end.minute == 0
        return [f"{t:%Y/%m/%d}", "24:00" if last else f"{end:%H:%M}"]

    whole = text(table(["年月日", "時刻", "発電電力量(kWh)"], ends, made))
    add(Case("ja_24_00.csv", whole.encode("cp932"), "generic_ja", 1800, truth))
    hourly = sunny(24, 3600, 2.6)
    rows = table(
        ["日付", "時", "発電量(kWh)"], lambda t: [f"{t:%Y/%m/%d}", t.hour + 1], hourly, 3600
    )
    add(Case("ja_hours_1_24.csv", text(rows).encode("cp932"), "generic_ja", 3600,
             {"PCS.e_ac": times(hourly, 1000)}))  # fmt: skip


def make_generic_numbers(made: Values, truth: Mapping[str, Values]) -> None:
    two = ["年月日", "時刻", "発電電力量(kWh)"]
    wide = str.maketrans("0123456789.:/", "０１２３４５６７８９．：／")
    rows = table(two, lambda t: [c.translate(wide) for c in map(str, day_and_time(t))],
                 [str(v).translate(wide) for v in made])  # fmt: skip
    add(Case("ja_full_width.csv", text(rows).encode("cp932"), "generic_ja", 1800, truth))
    wh = [f"{round(1000 * v):,}" for v in made]
    rows = table(["年月日", "時刻", "発電電力量（Ｗｈ）"], day_and_time, wh)
    add(Case("ja_thousands_wh.csv", text(rows).encode("cp932"), "generic_ja", 1800, truth))
    words = ["-", "－", "***", "noData", "欠測", "", "―", "N/A", "ー", "---"]
    cells = [words[i // 4] if i % 4 == 0 and i // 4 < len(words) else v for i, v in enumerate(made)]
    holes = [None if isinstance(c, str) else c * 1000 for c in cells]
    add(
        Case(
            "ja_missing_words.csv",
            text(table(two, day_and_time, cells)).encode("cp932"),
            "generic_ja",
            1800,
            {"PCS.e_ac": holes},
        )
    )
    power = sunny(48, 1800, 2.6)
    rows = table(["年月日", "時刻", "発電電力(㎾)"], day_and_time, power)
    add(Case("ja_power.csv", text(rows).encode("utf-8"), "generic_ja", 1800,
             {"PCS.p_ac": times(power, 1000)}))  # fmt: skip


def make_generic_headers(made: Values, truth: Mapping[str, Values]) -> None:
    sun = sunny(48, 1800, 1.6)  # MJ/m² of a half-hour
    rows = [
        [f"{t:%Y/%m/%d}", f"{t:%H:%M}", v, s, 15.0]
        for t, v, s in zip(stamps(48, 1800), made, sun, strict=True)
    ]
    head = [
        ["施設名", "山田邸", "", "", ""],
        ["作成日時 2024/05/01", "", "", "", ""],
        ["年月日", "時刻", "発電電力量", "傾斜面日射量", "気温"],
        ["", "", "(kWh)", "(MJ/㎡)", "(℃)"],
    ]
    foot = [
        ["平均", "", 0.4, 0.5, 15.0],
        ["最大", "", 1.3, 1.6, 15.0],
        ["", "合計", 19.9, 24.0, ""],
    ]
    more = {"site.poa_global": [v * 1e6 / 1800 for v in sun], "site.temp_air": [15.0] * 48}
    add(Case("ja_titles_units.csv", text([*head, *rows, *foot]).encode("cp932"), "generic_ja", 1800,
             {**truth, **more}))  # fmt: skip
    quoted = '"年月日","時刻","発電\n電力量\n[kWh]",備考\n' + "".join(
        f'"{t:%Y/%m/%d}","{t:%H:%M}","{v}","晴れ, ""快晴"""\n'
        for t, v in zip(stamps(48, 1800), made, strict=True)
    )
    add(Case("ja_quoted.csv", quoted.encode("utf-8"), "generic_ja", 1800, truth))
    comma = text(table(["年月日", "時刻", "発電電力量(kWh)"],
                       lambda t: [f"{t:%Y/%m/%d}", f"{t:%H:%M}"], made)).splitlines()  # fmt: skip
    trailing = "\r\n".join([comma[0], *(line + "," for line in comma[1:])])
    add(Case("ja_trailing_comma.csv", trailing.encode("utf-8"), "generic_ja", 1800, truth))


def make_stamps(made: Values, truth: Mapping[str, Values]) -> None:
    one = ["日時", "発電電力量[kWh]"]
    forms: dict[str, Stamp] = {
        "stamp_kanji": lambda t: [f"{t.year}年{t.month}月{t.day}日{t.hour}時{t.minute}分"],
        "stamp_packed": lambda t: [f"{t:%Y%m%d%H%M}"],
        "stamp_excel": lambda t: [f"{t.year}/{t.month}/{t.day} {t.hour}:{t.minute:02d}"],
        "stamp_iso": lambda t: [t.isoformat()],
        "stamp_utc": lambda t: [f"{t.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"],
    }
    for name, stamp in forms.items():
        whole = text(table(one, stamp, made))
        add(Case(f"{name}.csv", whole.encode("cp932"), "generic_ja_stamp", 1800, truth))
    rows = [[t.replace(tzinfo=None), v] for t, v in zip(stamps(48, 1800), made, strict=True)]
    add(
        Case(
            "stamp.xlsx",
            workbook({"データ": [["月報"], one, *rows]}),
            "generic_ja_stamp",
            1800,
            truth,
        )
    )
    jitter = text(
        table(one, lambda t: [f"{t + timedelta(seconds=t.hour % 3 * 7):%Y/%m/%d %H:%M:%S}"], made)
    )
    add(Case("stamp_jitter.csv", jitter.encode(), "generic_ja_stamp", 1800, truth))


def make_wide() -> None:
    half, quarter, hour = sunny(48, 1800, 1.3), sunny(96, 900, 0.6), sunny(24, 3600, 2.6)
    title = [["発電電力量（kWh） 30分値", *[""] * 48]]
    header = ["年月日", *(f"{i // 2}:{i % 2 * 30:02d}" for i in range(48))]
    rows = [[f"2024/04/0{d}", *(round(v * d, 2) for v in half)] for d in (1, 2)]
    truth = {"PCS.e_ac": [round(v * d, 2) * 1000 for d in (1, 2) for v in half]}
    add(Case("wide_48.csv", text([*title, header, *rows]).encode("cp932"), "generic_ja_wide", 1800,
             truth))  # fmt: skip
    header = ["日付", "項目", *(str(i) for i in range(1, 25))]
    rows = [
        ["2024年4月1日", "発電電力量[kWh]", *hour],
        ["2024年4月1日", "消費電力量[kWh]", *[0.7] * 24],
        ["2024年4月1日", "売電単価", *[16] * 24],
    ]
    add(Case("wide_24_items.csv", text([header, *rows]).encode("cp932"), "generic_ja_wide", 3600,
             {"PCS.e_ac": times(hour, 1000)}))  # fmt: skip
    ends = [timedelta(minutes=15 * (i + 1)) for i in range(96)]
    header = [
        "対象日",
        *(f"{int(e.total_seconds()) // 3600}:{e.seconds // 60 % 60:02d}" for e in ends),
    ]
    rows = [["発電量(kWh)", *[""] * 96], header, ["20240401", *quarter]]
    add(Case("wide_96_ends.csv", text(rows).encode("utf-8-sig"), "generic_ja_wide", 900,
             {"PCS.e_ac": times(quarter, 1000)}))  # fmt: skip
    header = ["日付", *(f"{i}コマ" for i in range(1, 49)), "合計"]
    rows = [header, ["R6.4.1", *half, 20.0]]
    add(Case("wide_numbered.csv", text(rows).encode("cp932"), "generic_ja_wide", 1800,
             {"PCS.e_ac": times(half, 1000)},
             options={"map": ["values=PCS.e_ac"], "unit": ["values=kWh"]}))  # fmt: skip


# ---------------------------------------------------------------- clocks and intervals


def make_clocks() -> None:
    """A table of local time in a zone whose clock goes back: the hour of 2:00 stands twice."""
    begin = datetime(2023, 10, 28, 22, tzinfo=UTC)  # midnight in Rome
    n = 25  # hours of that day
    made = [0.5 + 0.01 * i for i in range(n)]
    local = [begin + timedelta(hours=i + (2 if i < 3 else 1)) for i in range(n)]
    rows = [[f"{t:%Y/%m/%d}", f"{t:%H:%M}", round(v, 2)] for t, v in zip(local, made, strict=True)]
    whole = text([["年月日", "時刻", "発電電力(kW)"], *rows])
    add(
        Case(
            "clock_back.csv",
            whole.encode("cp932"),
            "generic_ja",
            3600,
            {"PCS.p_ac": [round(v, 2) * 1000 for v in made]},
            start=begin,
            site="rome",
        )
    )
    half, hour = sunny(48, 1800, 1.3), sunny(24, 3600, 2.6)
    head = ["年月日", "時刻", "発電電力量(kWh)"]
    first = text(table(head, lambda t: [f"{t:%Y/%m/%d}", f"{t:%H:%M}"], half))
    second = text(
        table(head, lambda t: [f"{t + timedelta(days=1):%Y/%m/%d}", f"{t:%H:%M}"], hour, 3600)
    )
    data = archive({"a.csv": first.encode(), "b.csv": second.encode()})
    joined = [1000 * (half[i] + half[i + 1]) for i in range(0, 48, 2)] + times(hour, 1000)
    add(Case("intervals.zip", data, "generic_ja", 3600, {"PCS.e_ac": joined},
             options={"interval": 3600}))  # fmt: skip


# ---------------------------------------------------------------- writing

HOME = """id = "{id}"
latitude = {lat}
longitude = {lon}
timezone = "{zone}"

[[array]]
id = "S1"
product = "SPR-X21-345"
surface_tilt = 20
surface_azimuth = 180
modules = 14
"""
INVERTER = '\n[[inverter]]\nid = "{0}"\np_ac0 = 4000\n'
BATTERY = '\n[[battery]]\nid = "BAT"\nproduct = "battery_unit"\ninitial_capacity = 9800\n'
CHANNEL = (
    '\n[[channel]]\nid = "{0}"\nkind = "module"\narrays = ["S1"]\ninverter = "PCS"\nmodules = 1\n'
)


def sites() -> dict[str, str]:
    tokyo = {"lat": 35.7, "lon": 139.7, "zone": "Asia/Tokyo"}
    rome = {"lat": 41.9, "lon": 12.5, "zone": "Europe/Rome"}
    pcs = INVERTER.format("PCS")
    whole = (
        CHANNEL.format("PCS")
        .replace("module", "inverter", 1)
        .replace("modules = 1", "modules = 14")
    )
    return {
        "home": HOME.format(id="home", **tokyo) + pcs + whole + BATTERY,
        "two": HOME.format(id="two", **tokyo) + INVERTER.format("PCS1") + INVERTER.format("PCS2")
        + whole.replace("PCS", "PCS1") + whole.replace("PCS", "PCS2"),
        "modules": HOME.format(id="modules", **tokyo) + pcs + CHANNEL.format("A1")
        + CHANNEL.format("A2"),
        "rome": HOME.format(id="rome", **rome) + pcs + whole,
    }  # fmt: skip


def write_expected(case: Case) -> None:
    names = sorted(case.columns)
    n = len(case.columns[names[0]])
    lines = [",".join(["time", *names])]
    for i, at in enumerate(stamps(n, case.step, case.start)):
        cells = ["" if (v := case.columns[c][i]) is None else f"{v:.10g}" for c in names]
        lines.append(",".join([at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), *cells]))
    (FOLDER / f"{case.name}.expected.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    makers = (
        make_kpnet, make_ecomegane, make_leye, make_sma, make_solaredge, make_enphase,
        make_fusionsolar, make_others, make_tso, make_ppa, make_generic, make_wide, make_clocks,
    )  # fmt: skip
    for make in makers:
        make()
    FOLDER.mkdir(exist_ok=True)
    for name, content in sites().items():
        (FOLDER / "sites" / name).mkdir(parents=True, exist_ok=True)
        (FOLDER / "sites" / name / "site.toml").write_text(content, encoding="utf-8")
    for case in CASES:
        (FOLDER / case.name).write_bytes(case.data)
        write_expected(case)
    listed = [
        {"file": c.name, "profile": c.profile, "site": c.site, "interval": c.step,
         "options": dict(c.options)}
        for c in CASES
    ]  # fmt: skip
    manifest = json.dumps(listed, ensure_ascii=False, indent=1)
    (FOLDER / "manifest.json").write_text(manifest + "\n", encoding="utf-8")
    print(len(CASES), "files")


if __name__ == "__main__":
    main()
