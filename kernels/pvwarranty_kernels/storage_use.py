"""One pass over a battery's rows for what its days look like and whether its columns agree.

Energies [Wh] per row, state of charge 0-1 at the end of a row, instants [s, UTC]. Days are UTC
days, which in Japan run from 9 h to 9 h: a charge and the discharge after it share a day.
"""

from __future__ import annotations

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints
from pvwarranty_kernels.jit import exact

DAY = 86400
BINS = 48


@exact
def agreement(
    seconds: Ints, e_charge: Floats, e_discharge: Floats, soc: Floats, interval: int
) -> Floats:
    """Return how net energy and the state of charge go together, shape (6,).

    The correlation of a row's net energy with the change of charge one row earlier, in the row and
    one row later (NaN under 100 rows); net energy moved [Wh]; change of charge moved [0-1]; rows
    in which it moved. An energy that is NaN throughout should be given as zeros.
    """
    n = len(soc)
    total = np.zeros((3, 6))
    energy = moved = rows = 0.0
    for k in range(2, n):
        if seconds[k] - seconds[k - 1] > 1.5 * interval:
            continue
        if seconds[k - 1] - seconds[k - 2] > 1.5 * interval:
            continue
        before = soc[k - 1] - soc[k - 2]
        change = soc[k] - soc[k - 1]
        net = e_charge[k] - e_discharge[k]
        net_before = e_charge[k - 1] - e_discharge[k - 1]
        _add(total[0], net, before)
        _add(total[1], net, change)
        _add(total[2], net_before, change)
        if abs(change) > 1e-4 and abs(net) >= 0.0:
            energy += abs(net)
            moved += abs(change)
            rows += 1.0
    out = np.empty(6)
    for s in range(3):
        m, x, y, xx, yy, xy = total[s]
        spread = (xx - x * x / m) * (yy - y * y / m)
        out[s] = (xy - x * y / m) / np.sqrt(spread) if m >= 100.0 and spread > 0.0 else np.nan
    out[3], out[4], out[5] = energy, moved, rows
    return out


@exact
def _add(total: Floats, x: float, y: float) -> None:
    if x == x and y == y:
        total[0] += 1.0
        total[1] += x
        total[2] += y
        total[3] += x * x
        total[4] += y * y
        total[5] += x * y


@exact
def days(
    seconds: Ints,
    e_charge: Floats,
    e_discharge: Floats,
    soc: Floats,
    interval: int,
    idle: tuple[float, float],
    near: float,
    snap: float,
    capacity: float,
) -> Floats:
    """Return per day with data: day, lowest and highest charge, rest, rows, corrections.

    Shape (d, 6). Rest [h] counts rows within `near` of the day's lowest state of charge with at
    most ``idle[0]`` in and ``idle[1]`` out; complete rows are counted; a correction is a fall of
    the display by more than `snap` beyond twice what the energy explains on `capacity` [Wh].
    """
    n = len(soc)
    out = np.empty((n, 6))
    d = 0
    first = 0
    while first < n:
        day = seconds[first] // DAY
        last = first
        low, high, rows, rest, snaps = 2.0, -1.0, 0.0, 0.0, 0.0
        while last < n and seconds[last] // DAY == day:
            if soc[last] == soc[last] and e_charge[last] + e_discharge[last] >= 0.0:
                low, high, rows = min(low, soc[last]), max(high, soc[last]), rows + 1.0
                if last > 0 and seconds[last] - seconds[last - 1] <= 1.5 * interval:
                    explained = 2.0 * (e_discharge[last] - e_charge[last]) / capacity
                    if soc[last - 1] - soc[last] > snap + max(explained, 0.0):
                        snaps += 1.0
            last += 1
        for k in range(first, last):
            if soc[k] <= low + near and e_charge[k] <= idle[0] and e_discharge[k] <= idle[1]:
                rest += interval / 3600.0
        if rows > 0.0:
            out[d, 0], out[d, 1], out[d, 2], out[d, 3] = day, low, high, rest
            out[d, 4], out[d, 5] = rows, snaps
            d += 1
        first = last
    return out[:d]


@exact
def patterns(seconds: Ints, month: Ints, energy: Floats, least: float) -> Floats:
    """Return the share of rows with more energy than `least`, months by half hours (UTC)."""
    count = month[-1] + 1
    out = np.zeros((count, BINS))
    rows = np.zeros((count, BINS))
    for k in range(len(energy)):
        slot = (seconds[k] % DAY) // (DAY // BINS)
        rows[month[k], slot] += 1.0
        if energy[k] > least:
            out[month[k], slot] += 1.0
    for m in range(count):
        for b in range(BINS):
            out[m, b] /= max(rows[m, b], 1.0)
    return out
