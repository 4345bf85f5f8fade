"""Counters of energy to the energy of each interval, through gaps, resets and exchanged meters."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from pvwarranty.ingest.convert.pieces import Piece, Seconds
from pvwarranty.ingest.convert.zones import offset_at
from pvwarranty.model import Floats

Bools = NDArray[np.bool_]
_DAY = 86400


@dataclass(slots=True)
class Carry:
    """The last reading of each counter, and what was met while they were taken apart."""

    zone: ZoneInfo
    most: dict[str, float]  # series -> energy of an interval that no meter counts [Wh per s]
    last: dict[str, tuple[int, float]] = field(default_factory=dict)
    resets: Counter[str] = field(default_factory=Counter)
    jumps: Counter[str] = field(default_factory=Counter)
    lost: dict[str, float] = field(default_factory=dict)  # Wh counted across gaps


def take_apart(piece: Piece, carry: Carry) -> Piece:
    """Replace each counter of a piece by the energy of its intervals [Wh].

    A counter read at t and at t + interval gives the energy between. Across a gap the energy is
    known but not when it came: it is left out and summed up, unless the counter stood still. A
    counter that falls was reset: that interval has no value, but for counters that start each
    local day at 0.
    """
    columns: dict[str, Floats] = {}
    for key, values in piece.columns.items():
        name, _, reading = key.partition("#")
        if reading:
            daily = reading == "cumulative_daily"
            found = _differences(piece, key, values, daily, carry)
            columns[name] = _filled(columns[name], found) if name in columns else found
        else:
            columns[key] = _filled(values, columns[key]) if key in columns else values
    return Piece(piece.time, columns, piece.interval)


def _filled(first: Floats, second: Floats) -> Floats:
    result: Floats = np.where(np.isfinite(first), first, second)
    return result


def _differences(piece: Piece, key: str, values: Floats, daily: bool, carry: Carry) -> Floats:
    rows = np.flatnonzero(np.isfinite(values))
    result = np.full(len(values), np.nan)
    if not len(rows):
        return result
    name = key.partition("#")[0]
    time, read = piece.time[rows], values[rows]
    before = carry.last.get(key)
    # without an earlier reading the first tells nothing, unless it counts from midnight
    earlier = (time[0] - (_DAY if daily else 0), np.nan) if before is None else before
    times = np.concatenate([[earlier[0]], time])
    reads = np.concatenate([[earlier[1]], read])
    carry.last[key] = (int(time[-1]), float(read[-1]))
    steps, energy = np.diff(times), np.diff(reads)
    known = steps == piece.interval
    if daily:
        energy, known = _since_midnight(times, reads, energy, known, carry.zone)
    fell, jumped = _odd(energy, steps, name, carry)
    carry.resets[name] += int(fell.sum())
    carry.jumps[name] += int(jumped.sum())
    good = known & ~fell & ~jumped & np.isfinite(energy)
    result[rows[good]] = energy[good]
    gaps = ~known & ~fell & ~jumped & np.isfinite(energy)
    carry.lost[name] = carry.lost.get(name, 0.0) + float(energy[gaps].sum())
    if not daily:
        _still(result, rows, energy, ~known)
    return result


def _odd(energy: Floats, steps: Seconds, name: str, carry: Carry) -> tuple[Bools, Bools]:
    most = carry.most.get(name, np.inf) * np.maximum(steps, 1)
    with np.errstate(invalid="ignore"):
        return energy < 0, energy > most


def _since_midnight(
    times: Seconds, reads: Floats, energy: Floats, known: Bools, zone: ZoneInfo
) -> tuple[Floats, Bools]:
    local = times + offset_at(zone, int(times[0]))
    day = local // _DAY
    new_day = np.diff(day) > 0
    at_midnight = local[1:] % _DAY == 0
    energy = np.where(new_day, reads[1:], energy)
    known = np.where(new_day, at_midnight | (reads[1:] == 0), known)
    return energy, known


def _still(result: Floats, rows: Seconds, energy: Floats, gap: Bools) -> None:
    """Fill gaps across which a counter stood still: nothing was produced in them."""
    ends = np.flatnonzero(gap & (energy == 0))
    for i in ends:
        start = rows[i - 1] + 1 if i else 0
        result[start : rows[i] + 1] = 0.0
