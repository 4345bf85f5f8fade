"""Rows that mark changes, put on an even grid: means of powers, readings of counters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pvwarranty.ingest.convert.pieces import Piece, Progress, Seconds
from pvwarranty.ingest.convert.understand import Understood
from pvwarranty.model import Floats


def event_pieces(table: Understood, progress: Progress) -> Iterator[Piece]:
    """Yield a piece for each series of changes that was gathered from a table."""
    interval, hold = table.interval, table.fit.profile.events.hold
    for key, parts in progress.events.items():
        name, _, reading = key.partition("#")
        time = np.concatenate([t for t, _ in parts])
        values = np.concatenate([v for _, v in parts])
        order = np.argsort(time, kind="stable")
        time, values = time[order], values[order]
        grid = _grid(time, interval)
        if reading.startswith("cumulative"):
            yield Piece(grid, {key: _read_at(time, values, grid + interval)}, interval)
        else:
            held = _mean(time, values, grid, interval, hold)
            yield Piece(grid, {name: held}, interval)


def _grid(time: Seconds, interval: int) -> Seconds:
    first = time[0] // interval * interval
    return np.arange(first, time[-1] + 1, interval, dtype=np.int64)


def _read_at(time: Seconds, values: Floats, instants: Seconds) -> Floats:
    """Return the last reading at or before each instant; NaN after the last one."""
    at = np.searchsorted(time, instants, side="right") - 1
    read = np.where(at >= 0, values[np.maximum(at, 0)], np.nan)
    return np.where(instants > time[-1], np.nan, read)


def _mean(time: Seconds, values: Floats, grid: Seconds, interval: int, hold: int | None) -> Floats:
    """Return the time-weighted mean of a step function over each interval; NaN where not whole."""
    ends = np.append(time[1:], time[-1])
    if hold is not None:
        last = time[-1] + hold
        ends = np.minimum(np.append(time[1:], last), time + hold)
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    edges = np.append(grid, grid[-1] + interval)
    energy = _integral(time, ends, filled, edges)
    covered = _integral(time, ends, known.astype(np.float64), edges)
    whole = np.diff(covered) >= 0.999 * interval
    with np.errstate(invalid="ignore"):
        mean: Floats = np.diff(energy) / interval
    return np.where(whole, mean, np.nan)


def _integral(starts: Seconds, ends: Seconds, values: Floats, at: Seconds) -> Floats:
    """Return the integral of the steps up to each instant of `at`."""
    lengths = np.maximum(ends - starts, 0)
    before = np.concatenate([[0.0], np.cumsum(values * lengths)])
    place = np.searchsorted(starts, at, side="right") - 1
    inside = np.clip(at - starts[np.maximum(place, 0)], 0, lengths[np.maximum(place, 0)])
    part = values[np.maximum(place, 0)] * inside
    result: Floats = np.where(place >= 0, before[np.maximum(place, 0)] + part, 0.0)
    return result
