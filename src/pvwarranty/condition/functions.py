"""The named functions of expressions: calendar arithmetic and small pure computations.

A function is called with known values only: where an argument is unknown its result is unknown,
where one is known not to exist (null) so is the result, unless `nulls` says that it takes null.
`context` functions get the `Context` of the decision (how periods are counted, given holidays).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Decimal
from fnmatch import fnmatchcase
from typing import Any

from pvwarranty import calendar as cal


@dataclass(frozen=True, slots=True)
class Context:
    """How a decision counts: the convention of periods, and holidays that replace the calendar."""

    counting: cal.Counting = cal.Counting.FIRST_DAY_NOT_COUNTED
    holidays: frozenset[date] | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: what it does, how it is called, which assumptions it rests on."""

    run: Callable[..., Any]
    call: str
    says: str
    returns: str = ""
    assumptions: frozenset[str] = frozenset()
    context: bool = False
    nulls: bool = False


def _period_end(c: Context, start: date, *, years: int = 0, months: int = 0, days: int = 0) -> date:
    return cal.period_end(start, years=years, months=months, days=days, counting=c.counting)


def _step_on(c: Context, steps: tuple[Any, ...], start: date, on: date) -> Any:
    if on < start:
        return None
    ends = ((s, cal.period_end(start, years=s["to"], counting=c.counting)) for s in steps)
    return next((s for s, end in ends if on <= end), None)


def _year_of(c: Context, start: date, on: date) -> int | None:
    return cal.year_of(start, on, counting=c.counting)


def _business_day_after(c: Context, day: date, n: int, office: cal.Office) -> date:
    return cal.business_day_after(day, n, office, c.holidays)


def _is_business_day(c: Context, day: date, office: cal.Office) -> bool:
    return office.is_business_day(day, c.holidays)


def _is_open(c: Context, moment: datetime, office: cal.Office) -> bool:
    return office.is_open(moment, c.holidays)


def _next_opening(c: Context, moment: datetime, office: cal.Office) -> datetime:
    return cal.next_opening(moment, office, c.holidays)


def _is_holiday(c: Context, day: date) -> bool:
    return cal.is_national_holiday(day, c.holidays)


def _largest(*values: Any) -> Any:
    return max(values)


def _smallest(*values: Any) -> Any:
    return min(values)


def _text(*parts: Any) -> str:
    return "".join(str(p) for p in parts)


def _either(*values: Any) -> Any:
    return next((v for v in values if v is not None), None)


def _plus_hours(moment: datetime, hours: Any) -> datetime:
    """Return the moment so many hours later; hours run from the moment (Civil Code art. 139)."""
    return moment + timedelta(hours=float(hours))


def _count(items: tuple[Any, ...] | str) -> int:
    return len(items)


_A1, _BUSINESS = frozenset({"A1"}), frozenset({"A10"})

FUNCTIONS: dict[str, Function] = {
    "period_end": Function(
        _period_end, "period_end(start, years=, months=, days=)",
        "last day of a period that runs from an event on `start`", "date", _A1, context=True),
    "step_on": Function(
        _step_on, "step_on(steps, start, on)",
        "the row of `steps` (column `to`: years from `start`) in force on a day; null outside", "",
        frozenset({"A1", "A2"}), context=True),
    "year_of": Function(
        _year_of, "year_of(start, on)",
        "in which year from `start` a day lies (1 = first); null before", "number",
        frozenset({"A1", "A2"}), context=True),
    "plus": Function(
        cal.plus, "plus(day, years=, months=, days=)",
        "the calendar date so much later (minus with negative numbers)", "date"),
    "plus_hours": Function(
        _plus_hours, "plus_hours(moment, 4)", "the moment so many hours later", "datetime",
        frozenset({"A11"})),
    "cycle": Function(
        cal.cycle, "cycle(start, every_years, until)",
        "calendar dates every so many years after `start`, up to and with `until`", "list:date",
        frozenset({"A24"})),
    "month_end": Function(
        cal.month_end, "month_end(day, months=0)",
        "last day of the month so many months after that of `day`", "date"),
    "day": Function(date.fromisoformat, "day('2025-03-31')", "a date written down", "date"),
    "month": Function(
        lambda text: cal.month_end(date.fromisoformat(f"{text}-01")), "month('2025-03')",
        "last day of a month written down", "date", frozenset({"A5"})),
    "clock": Function(time.fromisoformat, "clock('17:30')", "a time of day written down", "time"),
    "time_of": Function(datetime.time, "time_of(moment)", "time of day of a moment", "time"),
    "date_of": Function(datetime.date, "date_of(moment)", "day of a moment", "date"),
    "days_between": Function(
        lambda a, b: (b - a).days, "days_between(a, b)", "days from a to b", "number"),
    "is_business_day": Function(
        _is_business_day, "is_business_day(day, office)", "whether an office works on a day",
        "yes_no", _BUSINESS, context=True),
    "is_holiday": Function(
        _is_holiday, "is_holiday(day)", "whether a day is a national holiday", "yes_no",
        context=True),
    "business_day_after": Function(
        _business_day_after, "business_day_after(day, n, office)",
        "the n-th business day after a day, which is not counted", "date", _BUSINESS, context=True),
    "is_open": Function(
        _is_open, "is_open(moment, office)", "whether a moment lies in the hours of a business day",
        "yes_no", _BUSINESS | {"A11"}, context=True),
    "next_opening": Function(
        _next_opening, "next_opening(moment, office)", "the moment itself, or when it opens next",
        "datetime", _BUSINESS, context=True),
    "largest": Function(_largest, "largest(a, b, …)", "the largest (or latest) of its arguments"),
    "smallest": Function(_smallest, "smallest(a, b, …)", "the smallest (or earliest)"),
    "floor": Function(
        lambda x: int(Decimal(x).to_integral_value(ROUND_FLOOR)), "floor(x)",
        "the whole number at or below x", "number"),
    "size": Function(_count, "size(list or text)", "number of items or characters", "number"),
    "text": Function(_text, "text(a, b, …)", "its arguments joined", "word"),
    "matches": Function(
        fnmatchcase, "matches(text, 'BV*')", "whether a text fits a pattern (* and ?)", "yes_no"),
    "without_end": Function(
        str.removesuffix, "without_end(text, ending)",
        "a text without its ending; the text itself where it does not end so", "word"),
    "exists": Function(
        lambda x: x is not None, "exists(x)",
        "no where x is known not to exist (null, no row); unknown where x is", "yes_no",
        nulls=True),
    "either": Function(
        _either, "either(a, b, …)", "the first that is not null", nulls=True),
}  # fmt: skip
"""Functions over known values."""

LOOKUPS: dict[str, str] = {
    "row(table, column=value, …)": "first row whose cells equal (or, where lists, contain) the "
    "values; null where there is none",
    "rows(table, column=value, …)": "all such rows",
    "ask('request')": "unknown: asks for a request of the vocabulary",
}
"""Look-ups, built with the tables of the terms at hand."""

AGGREGATES: dict[str, str] = {
    "any(… for x in list if …)": "whether one of them is so",
    "all(… for x in list if …)": "whether every one is so",
    "count(… for x in list if …)": "for how many it is so",
    "sum(… for x in list if …)": "their sum; 0 of none",
    "max(…)": "the largest; null of none",
    "min(…)": "the smallest; null of none",
    "first(x for x in list if …)": "the first; null of none",
    "last(x for x in list if …)": "the last; null of none",
}
"""Aggregates over lists of facts and rows of tables, with one loop and at most one condition."""
