"""Jumps of the unit in a record of power: W to kW and back, energy of an hour in half an hour.

A recorder that is exchanged or set anew writes the same power in another unit from one day on.
A factor of a thousand is no fault of any plant; more than the sky can give by two is none either.
Half as much for a time may be a string that was off: it is told, not corrected.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pvwarranty.model import Floats, Index, Measurements, Site

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

QUANTITIES = ("p_dc", "p_ac", "e_ac")
BRIGHT = 0.2  # expected clear power (0-1) of intervals that count
LEAST = 4  # of them a day
NORMAL = (0.02, 1.4)  # a day's share of clear-sky energy that plants have
REACH = 40  # days on either side with which a stretch is compared
GAP = 10  # days between two suspects that speak for neither unit
MOST = 4  # stretches of a column: with more of them the nominal power is wrong, not the unit


@dataclass(frozen=True, slots=True)
class Jump:
    """A stretch of a column in another unit.

    column : ``<channel>.<quantity>``; factor : recorded over true
    since, until : first and last instant [s UTC]; certain : whether it may be corrected
    lasting : whether it goes on to the end of the record
    """

    column: str
    factor: float
    since: int
    until: int
    certain: bool
    lasting: bool


def find_jumps(indexes: Sequence[Index], measured: Measurements, site: Site) -> tuple[Jump, ...]:
    """Return the stretches of all power columns that are in another unit."""
    found: list[Jump] = []
    for name, values in measured.columns.items():
        owner, quantity = name.split(".", 1)
        if quantity not in QUANTITIES:
            continue
        behind = [i for i in indexes if owner in (i.channel.id, i.channel.inverter)]
        own = [i for i in behind if i.channel.id == owner] or behind
        if own:
            nominal = sum(i.p0 for i in own)
            clear = np.asarray(sum(i.p0 * i.clear for i in own) / nominal)
            hours = measured.interval / 3600.0 if quantity == "e_ac" else 1.0
            found += _jumps(name, values / (nominal * hours), clear, own[0])
    return tuple(found)


def corrected(measured: Measurements, jumps: Sequence[Jump]) -> Measurements:
    """Return the measurements with the certain jumps taken out."""
    columns = dict(measured.columns)
    for jump in jumps:
        if jump.certain:
            inside = _inside(measured.seconds(), jump)
            columns[jump.column] = np.where(
                inside, columns[jump.column] / jump.factor, columns[jump.column]
            )
    return replace(measured, columns=columns)


def in_doubt(index: Index, jumps: Sequence[Jump]) -> Mask:
    """Tell the intervals (n,) of a channel in a unit that is not certain, for a time."""
    out = np.zeros(len(index.time), dtype=bool)
    for jump in jumps:
        if not jump.certain and not jump.lasting and _owner(jump) == index.channel.id:
            out |= _inside(index.time, jump)
    return out


def _owner(jump: Jump) -> str:
    return jump.column.split(".", 1)[0]


def _inside(time: Ints, jump: Jump) -> Mask:
    return np.asarray((time >= jump.since) & (time <= jump.until))


@dataclass(frozen=True, slots=True)
class _Unit:
    """A factor: days that a stretch has at least, and how near (log) it must come."""

    factor: float
    days: int
    near: float
    certain: bool = True


UNITS = (
    _Unit(1000.0, 3, 0.5), _Unit(0.001, 8, 0.5), _Unit(2.0, 3, 0.15),
    _Unit(0.5, 20, 0.06, certain=False),
)  # fmt: skip


def _jumps(name: str, power: Floats, clear: Floats, index: Index) -> list[Jump]:
    day = (index.time + int(index.longitude * 240)) // 86400
    first = int(day[0])
    level = _daily(power, clear, day - first)
    right = level[(level > NORMAL[0]) & (level < NORMAL[1])]
    if len(right) < LEAST:
        return []
    usual = float(np.quantile(right, 0.8))
    found = []
    for unit in UNITS:
        spans = [s for s in _stretches(level, usual, unit) if _fits(level, *s, usual, unit)]
        for a, b in spans if len(spans) <= MOST else ():
            inside = np.flatnonzero((day >= first + a) & (day <= first + b))
            lasting = int(np.isfinite(level[b + 1 :]).sum()) < LEAST
            since, until = int(index.time[inside[0]]), int(index.time[inside[-1]])
            found.append(Jump(name, unit.factor, since, until, unit.certain, lasting))
    return found


def _daily(power: Floats, clear: Floats, day: Ints) -> Floats:
    """Return each day's share of clear-sky energy, NaN where too little is known."""
    use = (clear > BRIGHT) & (power > 0.0)
    days = int(day[-1]) + 1
    count = np.bincount(day[use], minlength=days)
    given, there = (np.bincount(day[use], v[use], days) for v in (power, clear))
    return np.asarray(np.where(count >= LEAST, given / np.maximum(there, 1e-9), np.nan))


def _stretches(level: Floats, usual: float, unit: _Unit) -> list[tuple[int, int]]:
    """Return the stretches (first and last day) whose days speak for a unit, and none against."""
    low, high = unit.factor * 0.1 * usual, unit.factor * 1.3 * usual
    if unit.factor == 2.0:
        low = NORMAL[1]
    if unit.factor == 0.5:
        low, high = 0.4 * usual, 0.6 * usual
    with np.errstate(invalid="ignore"):
        for_it = (level > low) & (level < high)
        against = _against(level, high, unit)
    days = np.flatnonzero(for_it)
    if not len(days):
        return []
    seen = np.cumsum(against)
    ends = (np.diff(days) > GAP) | (seen[days[1:] - 1] > seen[days[:-1]])
    pieces = np.split(days, np.flatnonzero(ends) + 1)
    return [(int(p[0]), int(p[-1])) for p in pieces if len(p) >= unit.days]


def _against(level: Floats, high: float, unit: _Unit) -> Mask:
    """Tell the days that cannot be in a unit: more than it gives, or far less than clouds leave."""
    low = NORMAL[1] if unit.factor > 2.0 else 0.0
    return np.asarray((level > high) | (level < low))


def _fits(level: Floats, a: int, b: int, usual: float, unit: _Unit) -> bool:
    """Tell whether a stretch's best days are its factor times those beside it."""
    beside = np.concatenate([level[max(a - REACH, 0) : a], level[b + 1 : b + 1 + REACH]])
    beside = beside[(beside > NORMAL[0]) & (beside < NORMAL[1])]
    before = float(np.quantile(beside, 0.8)) if len(beside) >= LEAST else usual
    inside = level[a : b + 1]
    ratio = float(np.quantile(inside[np.isfinite(inside)], 0.8)) / before
    return abs(math.log(ratio / unit.factor)) < unit.near
