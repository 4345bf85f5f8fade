"""Dates and times of day as they stand in Japanese and foreign exports."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

DAY = 86400
_EPOCH = date(1970, 1, 1).toordinal()

# name, letter, first day of the era; a year of an era counts from 1 (元年)
_ERAS = (
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
    ("大正", "T", date(1912, 7, 30)),
    ("明治", "M", date(1868, 1, 25)),
)
_ERA = re.compile(
    r"^(令和|平成|昭和|大正|明治|[RHSTM])\.?\s*(元|\d{1,2})(?:年|[./-])\s*(\d{1,2})(?:月|[./-])"
    r"\s*(\d{1,2})日?$",
    re.IGNORECASE,
)
_THREE = re.compile(r"^(\d{1,4})\s*(?:年|[./-])\s*(\d{1,2})\s*(?:月|[./-])\s*(\d{1,4})\s*日?$")
_PACKED = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_WEEKDAY = re.compile(r"\s*[(][月火水木金土日](?:曜日?)?[)]$|\s*[月火水木金土日]曜日?$")
_COLON = re.compile(
    r"^(午前|午後|AM|PM)?\s*(\d{1,2})(?::(\d{2}))?(?::(\d{2})(?:\.\d+)?)?"
    r"\s*(AM|PM)?\s*(Z|UTC|JST|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_KANJI = re.compile(r"^(午前|午後)?(\d{1,2})時(?:(\d{1,2})分)?(?:(\d{1,2})秒)?$")
_HHMM = re.compile(r"^(\d{2})(\d{2})$")
_TILDE = re.compile(r"\s*[~〜～]\s*")
_DASH = re.compile(r"^(\d{1,2}:\d{2})\s*-\s*\d{1,2}:\d{2}$")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day [s] and, where the text gives one, its offset from UTC [s]."""

    seconds: int
    offset: int | None = None
    hour_alone: bool = False


def plain(text: str) -> str:
    """Return a text after NFKC, without blanks at its ends and without a leading apostrophe."""
    return unicodedata.normalize("NFKC", text).strip().lstrip("'").strip()


def day_of(text: str, order: str = "ymd") -> int | None:
    """Read a date: days since 1970-01-01, or None.

    Read are 2024/4/1, 2024-04-01, 2024年4月1日, 20240401, 令和6年4月1日, R6.4.1, a weekday after
    it, and in the order `order` (ymd, dmy, mdy) 01.04.2024 or 4/1/2024. A date that does not
    exist, or that lies before its era began, is None.
    """
    word = _WEEKDAY.sub("", plain(text))
    era = _ERA.match(word)
    if era:
        return _day_of_era(era)
    packed = _PACKED.match(word)
    if packed:
        return _day(int(packed[1]), int(packed[2]), int(packed[3]))
    found = _THREE.match(word)
    return None if found is None else _day_in_order((found[1], found[2], found[3]), order)


def _day_in_order(parts: tuple[str, str, str], order: str) -> int | None:
    first, second, third = parts
    if len(first) == 4 or order == "ymd":
        year, month, day = first, second, third
        if len(third) > 2:
            return None
    elif order == "dmy":
        day, month, year = first, second, third
    else:
        month, day, year = first, second, third
    if len(year) not in (2, 4) or len(day) > 2:
        return None
    return _day(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))


def _day_of_era(found: re.Match[str]) -> int | None:
    name = found[1].upper()
    start = next(first for word, letter, first in _ERAS if name in (word, letter))
    year = 1 if found[2] == "元" else int(found[2])
    day = _day(start.year + year - 1, int(found[3]), int(found[4])) if year else None
    return day if day is not None and day + _EPOCH >= start.toordinal() else None


def _day(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None


def clock_of(text: str, dash: bool = True) -> Clock | None:
    """Read a time of day: 0:30, 00:30:00, 0時30分, 24:00, 0030, 7 (an hour alone), 午後1:00.

    Of a range such as 0:00~0:30 the start is read; `dash` says whether 10:00-10:30 is one, or a
    time with an offset. 24:00 is the end of the day; later is None.
    """
    word = _TILDE.split(plain(text), maxsplit=1)[0]
    if dash:
        word = _DASH.sub(r"\1", word)
    packed = _HHMM.match(word)
    if packed:
        return _clock(int(packed[1]), int(packed[2]), 0)
    found = _COLON.match(word) or _KANJI.match(word)
    if found is None:
        return None
    groups = (*found.groups(), None, None)[:6]
    hour = _hour(int(found[2]), (groups[0] or groups[4] or "").upper())
    clock = None if hour is None else _clock(hour, int(groups[2] or 0), int(groups[3] or 0))
    if clock is None:
        return None
    return Clock(clock.seconds, _offset(groups[5]), groups[2] is None)


def _hour(hour: int, half: str) -> int | None:
    if not half:
        return hour
    if hour > 12:
        return None
    return hour % 12 + (12 if half in ("PM", "午後") else 0)


def _clock(hour: int, minute: int, second: int) -> Clock | None:
    seconds = hour * 3600 + minute * 60 + second
    return Clock(seconds) if minute < 60 and second < 60 and seconds <= DAY else None


def _offset(text: str | None) -> int | None:
    if not text:
        return None
    if text.upper() in ("Z", "UTC"):
        return 0
    if text.upper() == "JST":
        return 9 * 3600
    digits = text[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if text[0] == "-" else seconds


_SPLIT = re.compile(
    r"^(.+?(?:日|\d))(?:\s*[(][月火水木金土日][)])?(?:T|\s+|(?<=[日)]))(\d.*|[午AP].*)$"
)
_DIGITS = re.compile(r"^(\d{8})(\d{4})(?:\d{2})?$")


def split_stamp(text: str) -> tuple[str, str]:
    """Split a text that holds a date and a time into the two; the time may be empty."""
    word = plain(text)
    found = _DIGITS.match(word) or _SPLIT.match(word)
    return (found[1], found[2]) if found else (word, "")
