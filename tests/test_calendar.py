"""Periods under the Civil Code, steps of years, business days and hours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.calendar import (
    DAY,
    Counting,
    Office,
    business_day_after,
    cycle,
    is_national_holiday,
    month_end,
    next_opening,
    period_end,
    plus,
    year_of,
)

NEW_YEAR = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})
DESK = Office(closed=NEW_YEAR, opens=time(9), closes=time(17, 30))
days = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("start", "length", "last"),
    [
        ("2020-06-15", {"years": 10}, "2030-06-15"),
        ("2024-02-29", {"years": 10}, "2034-02-28"),
        ("2024-02-29", {"years": 20}, "2044-02-29"),
        ("2021-02-28", {"years": 15}, "2036-02-29"),
        ("2024-04-30", {"months": 1}, "2024-05-31"),
        ("2024-01-31", {"months": 1}, "2024-02-29"),
        ("2023-01-30", {"months": 1}, "2023-02-28"),
        ("2023-12-31", {"months": 2}, "2024-02-29"),
        ("2024-04-01", {"days": 14}, "2024-04-15"),
        ("2024-12-20", {"days": 14}, "2025-01-03"),
        ("2023-06-10", {"months": 1}, "2023-07-10"),
        ("2020-12-31", {"years": 1}, "2021-12-31"),
    ],
)
def test_periods_do_not_count_the_first_day(start: str, length: dict[str, int], last: str) -> None:
    assert period_end(date.fromisoformat(start), **length) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("start", "length", "last"),
    [
        ("2020-06-15", {"years": 10}, "2030-06-14"),
        ("2024-04-01", {"days": 14}, "2024-04-14"),
        ("2024-02-29", {"years": 1}, "2025-02-28"),
        ("2024-04-01", {"months": 1}, "2024-04-30"),
    ],
)
def test_the_convention_can_be_switched(start: str, length: dict[str, int], last: str) -> None:
    found = period_end(date.fromisoformat(start), **length, counting=Counting.FIRST_DAY_COUNTED)
    assert found == date.fromisoformat(last)


@given(days, st.integers(1, 30), st.sampled_from(Counting))
def test_year_n_ends_with_its_period(start: date, n: int, counting: Counting) -> None:
    end = period_end(start, years=n, counting=counting)
    assert year_of(start, end, counting=counting) == n
    assert year_of(start, end + DAY, counting=counting) == n + 1
    assert year_of(start, start - DAY) is None


@given(days, st.integers(1, 30))
def test_a_longer_period_never_ends_earlier(start: date, n: int) -> None:
    assert period_end(start, years=n) < period_end(start, years=n + 1)
    assert period_end(start, years=n) - start >= timedelta(days=365 * n)


def test_plain_calendar_dates_stay_in_their_month() -> None:
    assert plus(date(2024, 2, 29), years=2) == date(2026, 2, 28)
    assert plus(date(2024, 1, 31), months=1) == date(2024, 2, 29)
    assert plus(date(2024, 3, 1), days=-14) == date(2024, 2, 16)
    assert month_end(date(2024, 12, 27), 1) == date(2025, 1, 31)
    assert month_end(date(2024, 2, 1)) == date(2024, 2, 29)


def test_cycles_do_not_drift_from_a_leap_day() -> None:
    found = cycle(date(2024, 2, 29), 2, date(2030, 2, 28))
    assert found == (date(2026, 2, 28), date(2028, 2, 29), date(2030, 2, 28))
    assert cycle(date(2024, 2, 29), 2, date(2026, 2, 27)) == ()


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        ("2024-12-28", False),  # a Saturday
        ("2026-12-28", True),  # the 28th on a weekday
        ("2026-12-29", False),
        ("2027-01-04", True),
        ("2024-05-03", False),  # a national holiday
        ("2024-05-07", True),
        ("2024-02-12", False),  # a holiday in lieu
    ],
)
def test_business_days(day: str, open_: bool) -> None:
    assert DESK.is_business_day(date.fromisoformat(day)) is open_


def test_given_holidays_replace_the_calendar() -> None:
    day = date(2024, 6, 11)
    assert not is_national_holiday(day)
    assert is_national_holiday(day, frozenset({day}))
    assert not is_national_holiday(date(2024, 5, 3), frozenset())
    assert business_day_after(day - DAY, 1, DESK, frozenset({day})) == date(2024, 6, 12)


def test_the_next_business_day_skips_golden_week_and_new_year() -> None:
    assert business_day_after(date(2024, 5, 2), 1, DESK) == date(2024, 5, 7)
    assert business_day_after(date(2026, 12, 28), 1, DESK) == date(2027, 1, 4)
    assert business_day_after(date(2024, 6, 13), 2, DESK) == date(2024, 6, 17)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2024-06-11T17:30:00", True),
        ("2024-06-11T17:30:01", False),
        ("2024-06-11T09:00:00", True),
        ("2024-06-11T08:59:59", False),
        ("2024-06-15T10:00:00", False),
    ],
)
def test_hours_include_both_ends(moment: str, open_: bool) -> None:
    assert DESK.is_open(datetime.fromisoformat(moment)) is open_


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2024-06-15T10:00", "2024-06-17T09:00"),
        ("2024-06-11T08:00", "2024-06-11T09:00"),
        ("2024-06-11T17:31", "2024-06-12T09:00"),
        ("2024-06-11T12:00", "2024-06-11T12:00"),
    ],
)
def test_next_opening(moment: str, opens: str) -> None:
    found = next_opening(datetime.fromisoformat(moment), DESK)
    assert found == datetime.fromisoformat(opens)
