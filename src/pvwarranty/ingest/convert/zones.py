"""Local stamps to UTC, through the changes of the clock that a zone knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from pvwarranty.errors import DataError, Problem

Seconds = NDArray[np.int64]
_DAY = 86400


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a zone's offset at `at` [s UTC] from `before` to `after` [s]."""

    at: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Localised:
    """Instants in UTC (n,) and the rows whose local time was skipped by a change of the clock."""

    utc: Seconds
    skipped: NDArray[np.bool_]
    repeated: NDArray[np.bool_]


def zone_of(name: str, where: str) -> ZoneInfo:
    """Return the zone called `name`; raises DataError, told with `where`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = "use a name such as Asia/Tokyo or UTC"
        raise DataError(Problem(where, f"'{name}' is no time zone", hint)) from None


def offset_at(zone: ZoneInfo, instant: int) -> int:
    """Return the offset of a zone from UTC at an instant [s]."""
    moment = datetime.fromtimestamp(0, UTC) + timedelta(seconds=instant)
    offset = moment.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def changes(zone: ZoneInfo, first: int, last: int) -> list[Change]:
    """Return the changes of offset of a zone between two instants [s UTC]."""
    found = []
    low, before = first, offset_at(zone, first)
    while low < last:
        high = min(low + _DAY, last)
        after = offset_at(zone, high)
        if after != before:
            found.append(Change(_change_between(zone, low, high), before, after))
        low, before = high, after
    return found


def _change_between(zone: ZoneInfo, low: int, high: int) -> int:
    before = offset_at(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if offset_at(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def to_utc(local: Seconds, zone: ZoneInfo, seen: set[int]) -> Localised:
    """Turn local stamps [s] into UTC.

    In the hour that a clock repeats, the first row of a stamp is taken as before the change and
    the second as after it, or the other way round where the newest row comes first; `seen` carries
    the stamps of such hours between calls on one file. Stamps of an hour that a clock skips do not
    exist and are marked.
    """
    none = np.zeros(len(local), dtype=bool)
    if not len(local):
        return Localised(local, none, none)
    low, high = _clamped(int(local.min()) - _DAY), _clamped(int(local.max()) + _DAY)
    utc = local - offset_at(zone, low)
    skipped, repeated = none.copy(), none.copy()
    for change in changes(zone, low, high):
        starts = change.at + change.after
        ends = change.at + change.before
        utc = np.where(local >= max(starts, ends), local - change.after, utc)
        if change.after > change.before:
            skipped |= (local >= ends) & (local < starts)
        else:
            hour = (local >= starts) & (local < ends)
            repeated |= hour
            first, second = change.before, change.after
            if local[0] > local[-1]:
                first, second = second, first
            utc[hour] = _in_turn(local[hour], first, second, seen)
    return Localised(utc, skipped, repeated)


def _in_turn(local: Seconds, first: int, second: int, seen: set[int]) -> Seconds:
    result = np.empty(len(local), dtype=np.int64)
    for i, stamp in enumerate(local.tolist()):
        result[i] = stamp - (second if stamp in seen else first)
        seen.add(stamp)
    return result


def _clamped(instant: int) -> int:
    # what datetime can hold, a day from its ends
    return min(max(instant, -62_000_000_000), 253_300_000_000)
