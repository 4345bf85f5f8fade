"""Generated tables, written as a generated profile says, come back as the same tables."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pvwarranty.ingest.canonical import stored_rows
from pvwarranty.ingest.convert.options import Options
from pvwarranty.ingest.convert.plan import make_plan
from pvwarranty.ingest.convert.run import carry_out
from pvwarranty.ingest.site import site_of

# the site's own zone is UTC, so that production at any hour is no sign of a wrong clock
SITE = site_of({
    "id": "any", "latitude": 35.7, "longitude": 139.7, "timezone": "UTC",
    "array": [{"id": "S1", "product": "SPR-X21-345", "surface_tilt": 20.0,
               "surface_azimuth": 180.0, "modules": 14}],
    "inverter": [{"id": "PCS", "p_ac0": 4000.0}],
    "channel": [{"id": "PCS", "kind": "inverter", "arrays": ["S1"], "inverter": "PCS",
                 "modules": 14}],
})  # fmt: skip

DATES = {
    "slash": ("ymd", lambda t: f"{t.year}/{t.month}/{t.day}"),
    "dash": ("ymd", lambda t: f"{t:%Y-%m-%d}"),
    "packed": ("ymd", lambda t: f"{t:%Y%m%d}"),
    "kanji": ("ymd", lambda t: f"{t.year}年{t.month}月{t.day}日"),
    "era": ("ymd", lambda t: f"平成{t.year - 1988}年{t.month}月{t.day}日"),
    "dots": ("dmy", lambda t: f"{t:%d.%m.%Y}"),
    "american": ("mdy", lambda t: f"{t.month}/{t.day}/{t.year}"),
}
CLOCKS = {
    "short": lambda h, m: f"{h}:{m:02d}",
    "long": lambda h, m: f"{h:02d}:{m:02d}:00",
    "kanji": lambda h, m: f"{h}時{m}分",
    "packed": lambda h, m: f"{h:02d}{m:02d}",
    "full width": lambda h, m: f"{h}:{m:02d}".translate(
        str.maketrans("0123456789:", "０１２３４５６７８９：")
    ),
}
UNITS = {"Wh": 1.0, "kWh": 1000.0, "W": 1.0, "kW": 1000.0}
MISSING = ["", "-", "－", "***", "noData", "欠測"]


@dataclass(frozen=True)
class Form:
    """How a table is written."""

    date: str
    clock: str
    joined: bool
    label: str
    midnight: bool  # the end of a day is written 24:00
    separator: str
    decimal: str
    encoding: str
    unit: str
    unit_place: str
    missing: str
    order: tuple[int, ...]
    titles: int
    footer: bool
    blank: bool
    thousands: bool


FORMS = st.builds(
    Form,
    date=st.sampled_from(sorted(DATES)),
    clock=st.sampled_from(sorted(CLOCKS)),
    joined=st.booleans(),
    label=st.sampled_from(["start", "end"]),
    midnight=st.booleans(),
    separator=st.sampled_from([",", "\t", ";", "|"]),
    decimal=st.sampled_from([".", ","]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp"]),
    unit=st.sampled_from(sorted(UNITS)),
    unit_place=st.sampled_from(["header", "row", "profile"]),
    missing=st.sampled_from(MISSING),
    order=st.permutations(range(4)).map(tuple),
    titles=st.integers(0, 3),
    footer=st.booleans(),
    blank=st.booleans(),
    thousands=st.booleans(),
)
VALUES = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(0, 3900)), st.integers(-300, 450)),
    min_size=3, max_size=60,
)  # fmt: skip
STARTS = st.datetimes(datetime(1991, 1, 1), datetime(2018, 12, 1))


def profile_of(form: Form) -> str:
    order, _ = DATES[form.date]
    time = 'datetime = "日時"' if form.joined else 'date = "日付"\ntime = "時刻"'
    unit = f'unit = "{form.unit}"' if form.unit_place == "profile" else ""
    return f"""
id = "generated"
title = "generated"
source = "generated"
quality = "assumed"
separators = ["{form.separator if form.separator != chr(9) else chr(92) + "t"}"]
decimal = "{form.decimal}"

[time]
{time}
order = "{order}"
label = "{form.label}"
zone = "Asia/Tokyo"

[[column]]
names = "発電"
quantity = "{"e_ac" if form.unit.endswith("h") else "p_ac"}"
required = true
{unit}

[[column]]
names = "気温"
quantity = "temp_air"
of = "site"
unit = "℃"
"""


def number(value: float, form: Form) -> str:
    text = f"{value:.4f}" if value % 1 else f"{value:.0f}"
    if form.thousands:
        text = f"{value:,.4f}" if value % 1 else f"{value:,.0f}"
    if form.decimal == ",":
        return text.translate(str.maketrans(",.", ".,"))
    return text


def stamp_of(at: datetime, form: Form) -> list[str]:
    day = at
    hour, minute = at.hour, at.minute
    if form.midnight and form.label == "end" and hour == minute == 0:
        day, hour = at - timedelta(days=1), 24
    parts = [DATES[form.date][1](day), CLOCKS[form.clock](hour, minute)]
    return [f"{parts[0]} {parts[1]}"] if form.joined else parts


def text_of(form: Form, stamps: list[datetime], values: list[tuple], step: int) -> str:
    names = ["日時"] if form.joined else ["日付", "時刻"]
    shown = f"発電（{form.unit}）" if form.unit_place == "header" else "発電"
    header = [*names, shown, "気温", "備考"]
    rows = []
    for at, (made, air) in zip(stamps, values, strict=True):
        label = at + timedelta(seconds=step if form.label == "end" else 0)
        made_text = form.missing if made is None else number(made / UNITS[form.unit], form)
        rows.append([*stamp_of(label, form), made_text, number(air / 10, form), 'a "b"; c, d'])
    order = [i for i in form.order if i < len(header) - 1] + [len(header) - 1]
    order += [i for i in range(len(header)) if i not in order]
    table = [["題名"] for _ in range(form.titles)] + [[header[i] for i in order]]
    if form.unit_place == "row":
        units = [""] * len(names) + [f"[{form.unit}]", "[℃]", ""]
        table.append([units[i] for i in order])
    table += [[row[i] for i in order] for row in rows]
    if form.blank:
        table.insert(len(table) - 1, [""] * len(header))
    if form.footer:
        total = ["合計", *[""] * (len(header) - 1)]
        table.append([total[i] for i in order])
    out = io.StringIO()
    csv.writer(out, delimiter=form.separator).writerows(table)
    return out.getvalue()


def encoded(text: str, form: Form) -> bytes:
    # EUC-JP has the minus sign where cp932 has the full-width hyphen
    return (text.replace("－", "−") if form.encoding == "euc_jp" else text).encode(form.encoding)


@settings(max_examples=150, deadline=None)
@given(FORMS, VALUES, STARTS, st.sampled_from([300, 600, 900, 1800, 3600]))
def test_table_comes_back(form: Form, values: list[tuple], start: datetime, step: int) -> None:
    values[0] = (100, values[0][1])  # a table of missing values alone is refused
    begin = start.replace(minute=0, second=0, microsecond=0)
    stamps = [begin + timedelta(seconds=i * step) for i in range(len(values))]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "generated.toml").write_text(profile_of(form), encoding="utf-8")
        data = encoded(text_of(form, stamps, values, step), form)
        (folder / "table.csv").write_bytes(data)
        # a few cells do not tell EUC-JP from cp932; the user may
        options = Options(profile=str(folder / "generated.toml"), encoding=form.encoding)
        plan = make_plan([folder / "table.csv"], SITE, options)
        carry_out(plan, folder / "out.parquet")
        time, columns = next(stored_rows(folder / "out.parquet"))
    zone = ZoneInfo("Asia/Tokyo")
    wanted = [int(at.replace(tzinfo=zone).astimezone(UTC).timestamp()) for at in stamps]
    assert plan.interval == step
    assert time.tolist() == wanted
    made = [np.nan if v is None else v for v, _ in values]
    name = "PCS.e_ac" if form.unit.endswith("h") else "PCS.p_ac"
    np.testing.assert_allclose(columns[name], made, atol=0.11)  # four digits of kW are written
    np.testing.assert_allclose(columns["site.temp_air"], [a / 10 for _, a in values], atol=1e-4)
