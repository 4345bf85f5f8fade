"""Where the daylight is: runs of intervals that the sun may reach, moved to and from a block."""

from __future__ import annotations

import math

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints
from pvwarranty_kernels.jit import inline, stage
from pvwarranty_kernels.sun import DAY, RAD

DUSK = math.sin(-1.25 * RAD)  # true elevation below which no apparent sun can be [sine]
SLACK = 60.0  # [s]


@inline
def _search(time: Ints, low: int, target: float) -> int:
    """Return the first index from `low` on whose instant is not before `target`."""
    high = time.size
    step = 16
    while low + step < high and time[low + step] < target:
        low += step
        step *= 2
    high = min(low + step, high)
    while low < high:
        half = (low + high) // 2
        if time[half] < target:
            low = half + 1
        else:
            high = half
    return low


@stage
def daylight(time: Ints, interval: int, table: Floats, site: Floats, runs: Ints) -> int:
    """Write the runs (k, 2) of intervals, start and stop, that the sun may reach; return k."""
    days = table.shape[0]
    k = 0
    at = 0
    for d in range(-1, days + 1):
        if at >= time.size:
            break
        known = min(max(d, 0), days - 1)
        row = table[known]
        x = d - known + 0.5
        quasi = row[1] + x * (row[2] + x * (row[3] + x * row[4]))
        noon = (table[0, 0] + d + 0.5 - quasi * (0.5 / math.pi) - site[2]) * DAY
        if noon + 43300.0 < time[at]:
            continue
        x -= site[2]
        sin_dec = row[5] + x * (row[6] + x * (row[7] + x * row[8]))
        cos_dec = math.sqrt(1.0 - sin_dec * sin_dec)
        cos_h = (DUSK - site[0] * sin_dec) / (max(site[1], 1e-9) * cos_dec)
        half = math.acos(min(max(cos_h, -1.0), 1.0)) * (0.5 / math.pi) * DAY
        if half <= 0.0:
            continue
        start = _search(time, at, noon - half - SLACK - interval)
        stop = _search(time, start, noon + half + SLACK)
        if stop > start:
            runs[k, 0], runs[k, 1] = start, stop
            k += 1
            at = stop
    return k


@stage
def gather(source: Floats, pieces: Ints, count: int, w: Floats, at: int, parts: int,
           per: int) -> None:  # fmt: skip
    """Read the block's values of a column for each instant, to `at` in the block."""
    for k in range(count):
        start, size = pieces[k, 0], pieces[k, 1] - pieces[k, 0]
        for s in range(parts):
            to, values = w[at + s * per :], source[start:]
            for i in range(size):
                to[i] = values[i]
        at += size


@stage
def scatter(w: Floats, at: int, pieces: Ints, count: int, parts: int, per: int, out: Floats,
            row: int) -> None:  # fmt: skip
    """Write the means of the intervals, whose instants lie from `at` on, to a row of `out`."""
    share = 1.0 / parts
    for k in range(count):
        start, size = pieces[k, 0], pieces[k, 1] - pieces[k, 0]
        to = out[row, start:]
        for s in range(parts):
            part = w[at + s * per :]
            if s == 0:
                for i in range(size):
                    to[i] = part[i] * share
            else:
                for i in range(size):
                    to[i] += part[i] * share
        at += size


@stage
def darken(out: Floats, runs: Ints, last: int, dark: Floats) -> None:
    """Write what holds outside the runs, a value a row; rows of infinity are left as they are."""
    for row in range(out.shape[0]):
        value = dark[row]
        if value == np.inf:
            continue
        at = 0
        for r in range(last + 1):
            stop = runs[r, 0] if r < last else out.shape[1]
            to = out[row, at:]
            for i in range(stop - at):
                to[i] = value
            at = runs[r, 1]
