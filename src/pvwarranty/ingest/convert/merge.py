"""Pieces to one table: rows of the same instant made one, what contradicts itself left empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pvwarranty.ingest.convert.pieces import Piece, Seconds
from pvwarranty.model import Floats

TOLERANCE = 1e-6  # relative: two texts of one number


@dataclass(slots=True)
class Doubles:
    """Rows met more than once, and cells that differed then."""

    rows: int = 0
    duplicates: int = 0
    compared: Counter[str] = field(default_factory=Counter)
    conflicts: Counter[str] = field(default_factory=Counter)
    first_conflict: dict[str, int] = field(default_factory=dict)

    def note(self, name: str, time: Seconds, differ: NDArray[np.bool_]) -> None:
        """Count cells of a series that differ, and keep the first instant."""
        if differ.any():
            self.conflicts[name] += int(differ.sum())
            at = int(time[np.flatnonzero(differ)[0]])
            self.first_conflict[name] = min(at, self.first_conflict.get(name, at))


def merge(pieces: Sequence[Piece], doubles: Doubles) -> Piece:
    """Merge pieces of one interval: the union of their instants, in order, each once.

    Where an instant has several values of a series, equal ones are one, a number goes before none,
    and different ones are left empty and counted.
    """
    groups: dict[tuple[str, ...], list[Piece]] = {}
    for piece in pieces:
        groups.setdefault(tuple(piece.columns), []).append(piece)
    merged = [_one_group(group, doubles) for group in groups.values()]
    return merged[0] if len(merged) == 1 else _union(merged, doubles)


def _one_group(pieces: Sequence[Piece], doubles: Doubles) -> Piece:
    time = np.concatenate([p.time for p in pieces])
    columns = {
        name: np.concatenate([p.columns[name] for p in pieces]) for name in pieces[0].columns
    }
    doubles.rows += len(time)
    if np.all(np.diff(time) > 0):
        return Piece(time, columns, pieces[0].interval)
    order = np.argsort(time, kind="stable")
    time = time[order]
    first = np.flatnonzero(np.concatenate([[True], np.diff(time) > 0]))
    doubles.duplicates += len(time) - len(first)
    kept = time[first]
    result = {
        name: _agreed(values[order], first, kept, name, doubles) for name, values in columns.items()
    }
    return Piece(kept, result, pieces[0].interval)


def _agreed(values: Floats, first: Seconds, time: Seconds, name: str, doubles: Doubles) -> Floats:
    if len(first) == len(values):
        return values
    high = np.fmax.reduceat(values, first)
    low = np.fmin.reduceat(values, first)
    with np.errstate(invalid="ignore"):
        differ = high - low > TOLERANCE * np.maximum(np.abs(high), np.abs(low))
    doubles.compared[name] += len(values) - len(first)
    doubles.note(name, time, differ)
    result: Floats = np.where(differ, np.nan, high)
    return result


def _union(pieces: Sequence[Piece], doubles: Doubles) -> Piece:
    time = np.unique(np.concatenate([p.time for p in pieces]))
    columns: dict[str, Floats] = {}
    for name in dict.fromkeys(name for p in pieces for name in p.columns):
        holders = [p for p in pieces if name in p.columns]
        if len(holders) > 1:
            sole = [Piece(p.time, {name: p.columns[name]}, p.interval) for p in holders]
            rows = doubles.rows, doubles.duplicates  # a column is no row
            holders = [_one_group(sole, doubles)]
            doubles.rows, doubles.duplicates = rows
        values = np.full(len(time), np.nan)
        values[np.searchsorted(time, holders[0].time)] = holders[0].columns[name]
        columns[name] = values
    return Piece(time, columns, pieces[0].interval)


def coarser(piece: Piece, interval: int) -> Piece:
    """Return a piece on a coarser interval: energies summed, powers averaged, levels at the end.

    An interval of which a part is missing has no value.
    """
    from pvwarranty.ingest.convert.targets import is_energy, is_level

    if piece.interval == interval:
        return piece
    bins = piece.time // interval * interval
    first = np.flatnonzero(np.concatenate([[True], np.diff(bins) > 0]))
    last = np.append(first[1:], len(bins)) - 1
    whole = np.diff(np.append(first, len(bins))) == interval // piece.interval
    columns = {}
    for name, values in piece.columns.items():
        if is_level(name):
            columns[name] = values[last]
            continue
        total = np.add.reduceat(values, first)
        share = 1.0 if is_energy(name) else piece.interval / interval
        columns[name] = np.where(whole, total * share, np.nan)
    return Piece(bins[first], columns, interval)


def stored_first(stored: Piece | None, new: Piece, doubles: Doubles) -> Piece:
    """Put new values beside stored ones; where both have one, the stored stays."""
    if stored is None:
        return new
    time = np.unique(np.concatenate([stored.time, new.time]))
    columns = {}
    for name in dict.fromkeys([*stored.columns, *new.columns]):
        values = np.full(len(time), np.nan)
        old = values.copy()
        if name in new.columns:
            values[np.searchsorted(time, new.time)] = new.columns[name]
        if name in stored.columns:
            old[np.searchsorted(time, stored.time)] = stored.columns[name]
        both = np.isfinite(values) & np.isfinite(old)
        # stored values are float32
        differ = both & (np.abs(values - old) > 1e-5 * np.maximum(np.abs(old), 1e-3))
        doubles.compared[name] += int(both.sum())
        doubles.note(name, time, differ)
        columns[name] = np.where(np.isfinite(old), old, values)
    return Piece(time, columns, new.interval)
