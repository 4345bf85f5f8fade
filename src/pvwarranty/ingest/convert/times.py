"""Columns of dates and times to seconds, each different text read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pvwarranty.ingest.convert.dates import DAY, Clock, clock_of, day_of, plain, split_stamp

if TYPE_CHECKING:
    import pyarrow as pa

Seconds = NDArray[np.int64]
_NONE = -(2**62)  # unreadable


@dataclass(frozen=True, slots=True)
class Stamps:
    """Stamps of n rows.

    seconds : (n,) int64, since 1970-01-01 of the local clock, or of UTC where `offset` is finite
    offset : (n,) offset from UTC that the text gave [s], NaN without
    bad : (n,) bool, no date or no time could be read
    midnight_ends : stamps written 24:00
    hours_alone : stamps whose time is a bare hour
    """

    seconds: Seconds
    offset: NDArray[np.float64]
    bad: NDArray[np.bool_]
    midnight_ends: int = 0
    hours_alone: int = 0


def read_stamps(parts: Mapping[str, pa.Array], order: str) -> Stamps:
    """Read the stamps of columns (``datetime``, or ``date`` and ``time``, …), each (n,)."""
    if "datetime" in parts:
        if order.startswith("epoch"):
            return _epoch(parts["datetime"], 1 if order == "epoch_s" else 1000)
        return _whole(parts["datetime"], order)
    days = _days(parts, order)
    clocks = _clocks(parts, len(days))
    bad = (days == _NONE) | (clocks.seconds == _NONE)
    seconds = np.where(bad, 0, days * DAY + clocks.seconds)
    return _shifted(Stamps(seconds, clocks.offset, bad, clocks.midnight_ends, clocks.hours_alone))


def _epoch(cells: pa.Array, divisor: int) -> Stamps:
    from pvwarranty.ingest.convert.numbers import NumberStyle, read_numbers

    values = read_numbers(cells, NumberStyle()).values / divisor
    bad = ~(np.abs(values) < 1e11)
    seconds = np.where(bad, 0, values).astype(np.int64)
    return Stamps(seconds, np.zeros(len(values)), bad)


def _whole(cells: pa.Array, order: str) -> Stamps:
    coded = cells.dictionary_encode()
    day = lru_cache(maxsize=None)(lambda text: day_of(text, order))
    clock = lru_cache(maxsize=None)(lambda text: clock_of(text, dash=False))
    words = coded.dictionary.to_pylist()
    days = np.empty(len(words), dtype=np.int64)
    clocks: list[Clock | None] = []
    for i, word in enumerate(words):
        head, tail = split_stamp(word)
        found = day(head)
        days[i] = _NONE if found is None else found
        clocks.append(clock(tail) if tail else Clock(0))
    times = _tabled(clocks)
    bad = (days == _NONE) | (times.seconds == _NONE)
    seconds = np.where(bad, 0, days * DAY + times.seconds)
    index = coded.indices.to_numpy(zero_copy_only=False)
    return _shifted(_picked(Stamps(seconds, times.offset, bad), times, index))


def _days(parts: Mapping[str, pa.Array], order: str) -> Seconds:
    if "date" in parts:
        return _mapped(parts["date"], lambda text: day_of(text, order))
    year, month, day = (_mapped(parts[p], _whole_number) for p in ("year", "month", "day"))
    whole = _mapped(parts["day"], lambda text: day_of(text, order))  # a full date stands there
    codes = np.where((year < 0) | (month < 0) | (day < 0), -1, (year * 100 + month) * 100 + day)
    different, index = np.unique(codes, return_inverse=True)
    table = [_NONE if (d := day_of(f"{code:08d}")) is None else d for code in different.tolist()]
    counted = np.array(table, dtype=np.int64)[index]
    return np.where(counted == _NONE, whole, counted)


def _whole_number(text: str) -> int | None:
    word = plain(text).rstrip("年月日時分")
    return int(word) if word.isascii() and word.isdigit() and len(word) < 5 else None


@dataclass(frozen=True, slots=True)
class _Times:
    seconds: Seconds
    offset: NDArray[np.float64]
    ends: NDArray[np.bool_]
    alone: NDArray[np.bool_]

    @property
    def midnight_ends(self) -> int:
        return int(self.ends.sum())

    @property
    def hours_alone(self) -> int:
        return int(self.alone.sum())


def _clocks(parts: Mapping[str, pa.Array], n: int) -> _Times:
    if "time" in parts:
        coded = parts["time"].dictionary_encode()
        table = _tabled([clock_of(word) for word in coded.dictionary.to_pylist()])
        index = coded.indices.to_numpy(zero_copy_only=False)
        return _Times(*(a[index] for a in (table.seconds, table.offset, table.ends, table.alone)))
    seconds = np.zeros(n, dtype=np.int64)
    for part, factor in (("hour", 3600), ("minute", 60)):
        if part in parts:
            values = _mapped(parts[part], _whole_number)
            wrong = (values == _NONE) | (values * factor > (DAY if factor == 3600 else 3599))
            seconds = np.where(wrong | (seconds == _NONE), _NONE, seconds + values * factor)
    alone = np.full(n, "hour" in parts and "minute" not in parts)
    return _Times(seconds, np.full(n, np.nan), seconds == DAY, alone & (seconds != _NONE))


def _tabled(clocks: list[Clock | None]) -> _Times:
    seconds = np.array([_NONE if c is None else c.seconds for c in clocks], dtype=np.int64)
    offset = np.array(
        [np.nan if c is None or c.offset is None else c.offset for c in clocks], dtype=np.float64
    )
    alone = np.array([c is not None and c.hour_alone for c in clocks], dtype=bool)
    return _Times(seconds, offset, seconds == DAY, alone)


def _picked(stamps: Stamps, times: _Times, index: NDArray[np.int32]) -> Stamps:
    ends, alone = (int(a[index].sum()) for a in (times.ends, times.alone))
    return Stamps(stamps.seconds[index], stamps.offset[index], stamps.bad[index], ends, alone)


def _shifted(stamps: Stamps) -> Stamps:
    given = np.isfinite(stamps.offset)
    if not given.any():
        return stamps
    shift = np.where(given, stamps.offset, 0).astype(np.int64)
    seconds = stamps.seconds - shift
    return Stamps(seconds, stamps.offset, stamps.bad, stamps.midnight_ends, stamps.hours_alone)


def _mapped(cells: pa.Array, read: Callable[[str], int | None]) -> Seconds:
    coded = cells.dictionary_encode()
    table = np.array(
        [_NONE if (v := read(word)) is None else v for word in coded.dictionary.to_pylist()],
        dtype=np.int64,
    )
    index = coded.indices.to_numpy(zero_copy_only=False)
    return table[index] if len(table) else np.empty(0, dtype=np.int64)
