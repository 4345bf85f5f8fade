from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.ingest.convert.dates import clock_of, day_of, split_stamp

EPOCH = date(1970, 1, 1)
ERAS = [
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
]


def read(text: str, order: str = "ymd") -> date | None:
    day = day_of(text, order)
    return None if day is None else EPOCH + timedelta(days=day)


@pytest.mark.parametrize(
    ("text", "order", "year", "month", "day"),
    [
        ("2024/4/1", "ymd", 2024, 4, 1),
        ("2024-04-01", "ymd", 2024, 4, 1),
        ("2024.04.01", "ymd", 2024, 4, 1),
        ("20240401", "ymd", 2024, 4, 1),
        ("24/4/1", "ymd", 2024, 4, 1),
        ("2024年4月1日", "ymd", 2024, 4, 1),
        ("２０２４年４月１日（月）", "ymd", 2024, 4, 1),
        ("2024/04/01(月)", "ymd", 2024, 4, 1),
        ("'2024/04/01", "ymd", 2024, 4, 1),
        ("令和6年4月1日", "ymd", 2024, 4, 1),
        ("令和元年5月1日", "ymd", 2019, 5, 1),
        ("平成31年4月30日", "ymd", 2019, 4, 30),
        ("昭和64年1月7日", "ymd", 1989, 1, 7),
        ("R6.4.1", "ymd", 2024, 4, 1),
        ("h30/12/31", "ymd", 2018, 12, 31),
        ("01.04.2024", "dmy", 2024, 4, 1),
        ("1/4/24", "dmy", 2024, 4, 1),
        ("04/01/2024", "mdy", 2024, 4, 1),
        ("2024-04-01", "mdy", 2024, 4, 1),
    ],
)
def test_dates(text: str, order: str, year: int, month: int, day: int) -> None:
    assert read(text, order) == date(year, month, day)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "2024/2/30",
        "2024/13/1",
        "1/4/2024",
        "令和元年4月30日",
        "令和0年1月1日",
        "4月1日",
        "合計",
        "2024/4/1/1",
        "45383",
        "平成元年1月7日",
        "2024//1",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert read(text) is None


@given(st.dates(date(1927, 1, 1), date(2035, 12, 31)))
def test_every_day_of_an_era_is_read(day: date) -> None:
    name, letter, first = next(era for era in ERAS if day >= era[2])
    year = day.year - first.year + 1
    word = "元" if year == 1 else str(year)
    assert read(f"{name}{word}年{day.month}月{day.day}日") == day
    assert read(f"{letter}{year}.{day.month}.{day.day}") == day


@pytest.mark.parametrize(
    ("text", "seconds", "offset"),
    [
        ("0:00", 0, None),
        ("7:05", 25500, None),
        ("24:00", 86400, None),
        ("24:00:00", 86400, None),
        ("7", 25200, None),
        ("7時", 25200, None),
        ("0時30分", 1800, None),
        ("0030", 1800, None),
        ("１２：３０", 45000, None),
        ("午前0:30", 1800, None),
        ("午後1時5分", 47100, None),
        ("12:00 AM", 0, None),
        ("12:30 pm", 45000, None),
        ("0:00～0:30", 0, None),
        ("10:00-10:30", 36000, None),
        ("00:30:15.500Z", 1815, 0),
        ("00:30:00+09:00", 1800, 32400),
        ("00:30:00 -0730", 1800, -27000),
    ],
)
def test_times_of_day(text: str, seconds: int, offset: int | None) -> None:
    clock = clock_of(text)
    assert clock is not None
    assert (clock.seconds, clock.offset) == (seconds, offset)


@pytest.mark.parametrize(
    "text", ["", "24:01", "25:00", "10:60", "10:5", "13:00 PM", "noon", "1:2:3"]
)
def test_what_is_no_time(text: str) -> None:
    assert clock_of(text) is None


def test_dash_is_an_offset_where_a_date_stands_before() -> None:
    clock = clock_of("10:00-07:00", dash=False)
    assert clock is not None
    assert clock.offset == -7 * 3600


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2024/4/1 0:30", ("2024/4/1", "0:30")),
        ("2024-04-01T00:30:00+09:00", ("2024-04-01", "00:30:00+09:00")),
        ("2024年4月1日0時30分", ("2024年4月1日", "0時30分")),
        ("2024/4/1(月) 0:30", ("2024/4/1", "0:30")),
        ("202404010030", ("20240401", "0030")),
        ("20240401003000", ("20240401", "0030")),
        ("2024/4/1", ("2024/4/1", "")),
        ("4/1/2024 1:00 PM", ("4/1/2024", "1:00 PM")),
    ],
)
def test_stamps_are_split(text: str, parts: tuple[str, str]) -> None:
    assert split_stamp(text) == parts


@given(st.text(max_size=30))
def test_no_text_breaks_the_readers(text: str) -> None:
    day_of(text)
    clock_of(text)
    split_stamp(text)
