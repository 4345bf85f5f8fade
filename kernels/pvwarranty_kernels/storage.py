"""Home batteries: true ends, energy paths between them, and slopes of the shown charge.

Energies [Wh] per row, state of charge 0-1 at the end of a row, instants [s]. A row is usable when
both energies are finite. A pause of at most `bridge` seconds is bridged with the mean of the rows
beside it and counted as filled, so that single lost rows do not break days of counting.

Columns of a path (``PATH`` long): time of its end [s], hours, hours in operation, energy charged
[Wh], energy discharged [Wh], temperature weighted by energy [°C], level at start, level at end,
filled energy [Wh], first row, last row.
"""

from __future__ import annotations

import numpy as np

from pvwarranty_kernels.arrays import Bools, Floats, Ints
from pvwarranty_kernels.jit import exact

PATH = 11
EMPTY, FULL = -1, 1


@exact
def true_ends(
    seconds: Ints,
    e_charge: Floats,
    e_discharge: Floats,
    soc: Floats,
    recalculating: Bools,
    idle: tuple[float, float],
    levels: tuple[float, float],
    hold: int,
    longest: int,
) -> Ints:
    """Return the moments at which the battery stood truly empty or truly full, shape (m, 3).

    A row of the answer is ``EMPTY`` or ``FULL``, the row at whose end the level was reached, and
    the last row spent there. The battery must rest `hold` rows at the level: at the bottom without
    discharge (above ``idle[1]``), at the top with no more charge than holds it (``idle[0]``).
    ``levels`` are the states of charge [0-1] shown when empty and when full. During the device's
    own capacity measurement (`recalculating`, ECHONET 0xCF = 0x49) a rest below 15 % is empty,
    whatever state of charge is shown. Rows further apart than `longest` [s] do not belong together.
    """
    n = len(soc)
    out = np.empty((n // max(hold, 1) + 1, 3), dtype=np.int64)
    m = 0
    i = 0
    while i < n:
        kind = _level(i, e_charge, e_discharge, soc, recalculating, idle, levels)
        if kind == 0:
            i += 1
            continue
        j = i
        while (
            j + 1 < n
            and seconds[j + 1] - seconds[j] <= longest
            and _level(j + 1, e_charge, e_discharge, soc, recalculating, idle, levels) == kind
        ):
            j += 1
        if j - i + 1 >= hold:
            reached = i
            if i > 0 and seconds[i] - seconds[i - 1] <= longest:
                before = soc[i - 1]
                if (kind == EMPTY and before <= max(levels[0], soc[i])) or (
                    kind == FULL and before >= levels[1]
                ):
                    reached = i - 1
            left = j
            if kind == EMPTY:  # a weak sun charges before the display moves
                while left > i and e_charge[left] > 0.0:
                    left -= 1
            out[m, 0] = kind
            out[m, 1] = reached
            out[m, 2] = left
            m += 1
        i = j + 1
    return out[:m]


@exact
def _level(
    k: int,
    e_charge: Floats,
    e_discharge: Floats,
    soc: Floats,
    recalculating: Bools,
    idle: tuple[float, float],
    levels: tuple[float, float],
) -> int:
    # comparisons with NaN are false, so a row without a value is at no level
    if not (e_discharge[k] <= idle[1] and e_charge[k] >= 0.0):
        return 0
    if soc[k] <= levels[0] or (recalculating[k] and soc[k] <= 0.15 and e_charge[k] <= idle[0]):
        return EMPTY
    if soc[k] >= levels[1] and e_charge[k] <= idle[0]:
        return FULL
    return 0


@exact
def paths(
    seconds: Ints,
    e_charge: Floats,
    e_discharge: Floats,
    temp: Floats,
    ends: Ints,
    interval: int,
    bridge: int,
    filled: float,
) -> Floats:
    """Return what flowed between consecutive true ends, shape (m, PATH).

    Paths over a pause longer than `bridge` [s], or of whose energy more than the share `filled`
    was bridged, are left out. Temperatures above 25 °C count as 25 °C: warmth adds no capacity.
    """
    out = np.empty((max(len(ends) - 1, 0), PATH))
    m = 0
    for p in range(len(ends) - 1):
        first, last = ends[p, 2], ends[p + 1, 1]
        if last <= first:
            continue
        if _sum_rows(
            seconds, e_charge, e_discharge, temp, first, last, interval, bridge, out[m]
        ) and out[m, 8] <= filled * max(out[m, 3], out[m, 4]):
            out[m, 6] = 1.0 if ends[p, 0] == FULL else 0.0
            out[m, 7] = 1.0 if ends[p + 1, 0] == FULL else 0.0
            m += 1
    return out[:m]


@exact
def _sum_rows(
    seconds: Ints,
    e_charge: Floats,
    e_discharge: Floats,
    temp: Floats,
    first: int,
    last: int,
    interval: int,
    bridge: int,
    out: Floats,
) -> bool:
    # energy of rows first+1 .. last; false where they cannot be joined
    hours = interval / 3600.0
    total = active = charged = discharged = weight = heat = lost = 0.0
    known = first
    for k in range(first + 1, last + 1):
        if not (e_charge[k] >= 0.0 and e_discharge[k] >= 0.0):
            continue
        pause = seconds[k] - seconds[known] - interval
        if pause > bridge:
            return False
        if 2 * pause > interval and e_charge[known] >= 0.0 and e_discharge[known] >= 0.0:
            share = 0.5 * pause / interval
            c = share * (e_charge[k] + e_charge[known])
            d = share * (e_discharge[k] + e_discharge[known])
            charged += c
            discharged += d
            lost += c + d
            total += pause / 3600.0
            if c + d > 0.0:
                active += pause / 3600.0
        flow = e_charge[k] + e_discharge[k]
        charged += e_charge[k]
        discharged += e_discharge[k]
        total += hours
        if flow > 0.0:
            active += hours
        if temp[k] == temp[k]:
            weight += flow
            heat += flow * min(temp[k], 25.0)
        known = k
    if known != last:
        return False
    out[0] = seconds[last] + interval
    out[1] = total
    out[2] = active
    out[3] = charged
    out[4] = discharged
    out[5] = heat / weight if weight > 0.0 else np.nan
    out[8] = lost
    out[9] = first
    out[10] = last
    return True


@exact
def slopes(
    seconds: Ints,
    e_charge: Floats,
    e_discharge: Floats,
    soc: Floats,
    temp: Floats,
    interval: int,
    capacity: float,
    step: float,
    span: tuple[float, float, float],
) -> Floats:
    """Return one-way runs between changes of the shown state of charge, shape (m, PATH).

    A run starts and ends in the middle of a row in which the display changed, where the state of
    charge is the mean of the two readings; it keeps between ``span[0]`` and ``span[1]`` and moves
    by ``span[2]`` at least. A run is cut where the display jumps by more than twice what the
    energy explains on `capacity` [Wh] plus one display `step` and 3 points, or moves backwards
    (a correction by the battery management system).
    """
    n = len(soc)
    out = np.empty((n // 3 + 1, PATH))
    m = 0
    hours = interval / 3600.0
    least = 0.005 * capacity * hours
    direction = 0
    start = -1
    charged = discharged = total = weight = heat = 0.0
    level_a = level_b = 0.0
    c_b = d_b = h_b = 0.0
    last = -1
    for k in range(1, n + 1):
        way = 0
        change = 0.0
        if k < n and seconds[k] - seconds[k - 1] < 1.5 * interval:
            net = e_charge[k] - e_discharge[k]
            other = min(e_charge[k], e_discharge[k])
            change = soc[k] - soc[k - 1]
            inside = span[0] <= min(soc[k], soc[k - 1]) and max(soc[k], soc[k - 1]) <= span[1]
            if inside and abs(net) > least and other <= 0.03 * abs(net):
                way = 1 if net > 0.0 else -1
                if change * way < -0.5 * step or change * way > (
                    2.0 * abs(net) / capacity + 1.05 * step + 0.03
                ):
                    way = 0
        if way == 0 or way != direction:
            if direction != 0 and last > start >= 0 and abs(level_b - level_a) >= span[2]:
                out[m, 0] = seconds[last] + interval
                out[m, 1] = h_b
                out[m, 2] = h_b
                out[m, 3] = c_b
                out[m, 4] = d_b
                out[m, 5] = heat / weight if weight > 0.0 else np.nan
                out[m, 6] = level_a
                out[m, 7] = level_b
                out[m, 8] = 0.0
                out[m, 9] = start
                out[m, 10] = last
                m += 1
            direction = way
            start = -1
            last = -1
        if way == 0:
            continue
        c, d = e_charge[k], e_discharge[k]
        moved = abs(change) > 0.25 * step
        if start < 0:
            if moved:
                start = k
                level_a = 0.5 * (soc[k] + soc[k - 1])
                charged, discharged, total = 0.5 * c, 0.5 * d, 0.5 * hours
                weight = heat = 0.0
            continue
        if moved:
            last = k
            level_b = 0.5 * (soc[k] + soc[k - 1])
            c_b = charged + 0.5 * c
            d_b = discharged + 0.5 * d
            h_b = total + 0.5 * hours
        charged += c
        discharged += d
        total += hours
        if temp[k] == temp[k]:
            weight += c + d
            heat += (c + d) * min(temp[k], 25.0)
    return out[:m]
