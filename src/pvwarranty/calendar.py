"""Calendar arithmetic of warranties: periods under the Civil Code, business days, hours.

How a period is counted is a convention, not a fact: none of the makers' documents defines it, so
the Japanese Civil Code fills the gap (arts. 138-143). `Counting` is that one parameter. Days are
`date`, moments naive local `datetime`.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

DAY = timedelta(days=1)


class Counting(Enum):
    """Whether the day of the event itself counts as the first day of a period.

    FIRST_DAY_NOT_COUNTED : Civil Code art. 140, the default (assumption A1): ten years from
        2020-06-15 end with 2030-06-15.
    FIRST_DAY_COUNTED : as many warranty cards print it: they end with 2030-06-14.
    """

    FIRST_DAY_NOT_COUNTED = "first_day_not_counted"
    FIRST_DAY_COUNTED = "first_day_counted"


def shift_months(day: date, months: int) -> date | None:
    """Return the corresponding day `months` later, or None where that month has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if day.day > monthrange(year, month + 1)[1]:
        return None
    return date(year, month + 1, day.day)


def month_end(day: date, months: int = 0) -> date:
    """Return the last day of the month that lies `months` after the month of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def plus(day: date, *, years: int = 0, months: int = 0, days: int = 0) -> date:
    """Return the calendar date so much later; the end of the month where there is no such day."""
    moved = 12 * years + months
    return (shift_months(day, moved) or month_end(day, moved)) + days * DAY


def period_end(
    event: date,
    *,
    years: int = 0,
    months: int = 0,
    days: int = 0,
    counting: Counting = Counting.FIRST_DAY_NOT_COUNTED,
) -> date:
    """Return the last day of a period of years and months, or of days, that runs from `event`.

    Civil Code art. 140 (the first day is not counted), 141 (it ends with the end of its last day)
    and 143 (it follows the calendar: it ends the day before the day corresponding to the first
    counted day, or with the end of the month that has no such day).
    """
    first = event if counting is Counting.FIRST_DAY_COUNTED else event + DAY
    if days:
        return first + (days - 1) * DAY
    corresponding = shift_months(first, 12 * years + months)
    if corresponding is None:
        return month_end(first, 12 * years + months)
    return corresponding - DAY


def year_of(
    event: date, on: date, *, counting: Counting = Counting.FIRST_DAY_NOT_COUNTED
) -> int | None:
    """Return in which year of a period from `event` the day `on` lies (1 = first), None before.

    Year n ends with the end of the n-th anniversary day; the next begins the day after.
    """
    if on < event:
        return None
    year = max(1, on.year - event.year)
    while period_end(event, years=year, counting=counting) < on:
        year += 1
    return year


def cycle(start: date, every_years: int, until: date) -> tuple[date, ...]:
    """Return the calendar dates `every_years`, twice, … after `start`, up to and with `until`."""
    dates = []
    at = plus(start, years=every_years)
    while at <= until:
        dates.append(at)
        at = plus(start, years=every_years * (len(dates) + 1))
    return tuple(dates)


@dataclass(frozen=True, slots=True)
class Office:
    """When someone is there: weekdays (0 = Monday), hours, closed days of the year (month, day)."""

    weekdays: frozenset[int] = frozenset(range(5))
    national_holidays: bool = True
    closed: frozenset[tuple[int, int]] = frozenset()
    opens: time = time(0)
    closes: time = time(23, 59, 59)

    def is_business_day(self, day: date, holidays: frozenset[date] | None = None) -> bool:
        """Tell whether `day` is a business day; `holidays`, where given, replaces the calendar."""
        if day.weekday() not in self.weekdays or (day.month, day.day) in self.closed:
            return False
        return not (self.national_holidays and is_national_holiday(day, holidays))

    def is_open(self, moment: datetime, holidays: frozenset[date] | None = None) -> bool:
        """Tell whether `moment` lies in the hours of a business day, both ends included."""
        inside = self.opens <= moment.time() <= self.closes
        return inside and self.is_business_day(moment.date(), holidays)


def is_national_holiday(day: date, holidays: frozenset[date] | None = None) -> bool:
    """Tell whether `day` is a Japanese national holiday (by law, or of the days given)."""
    if holidays is not None:
        return day in holidays
    import jpholiday  # late: only questions of business days need it

    return bool(jpholiday.is_holiday(day))


def business_day_after(
    day: date, n: int, office: Office, holidays: frozenset[date] | None = None
) -> date:
    """Return the n-th business day after `day`, which itself is not counted."""
    while n > 0:
        day += DAY
        n -= office.is_business_day(day, holidays)
    return day


def next_opening(
    moment: datetime, office: Office, holidays: frozenset[date] | None = None
) -> datetime:
    """Return `moment` where the office is open then, else when it opens next."""
    if office.is_open(moment, holidays):
        return moment
    day = moment.date()
    if moment.time() > office.opens or not office.is_business_day(day, holidays):
        day = business_day_after(day, 1, office, holidays)
    return datetime.combine(day, office.opens)
