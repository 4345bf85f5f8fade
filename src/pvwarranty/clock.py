"""Errors of the recorder's clock, seen in when the sun comes and goes in the power itself.

For each fortnight the clear-day profile of power is laid over the expected one; how far it must
be moved is the lag. Weather moves a lag by some ten minutes, a wrong orientation by as much all
the time, a clock by whole steps (zone, daylight saving, time set wrongly) or a slow drift.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pvwarranty.model import Floats, Index, Measurements
from pvwarranty_kernels.cells import group_order, upper_levels

BIN_DAYS = 14
LEAST_STEP = 1200.0  # [s]
DRIFT_SPREAD, DRIFT_MEMORY = 420.0, 0.6


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch in which the clock was off: recorded less true time [s], positive when fast."""

    since: int
    until: int
    seconds: float
    kind: str  # step | drift | constant


@dataclass(frozen=True, slots=True)
class Clock:
    """What the record says of its clock.

    lag : (b,) lag of each fortnight [s]; start : its first instant [s UTC]
    shifts : stretches that are certain and can be corrected; empty for a good clock
    offset : lag that stays after correction [s]; a large one hints at a wrong orientation
    """

    start: int
    lag: Floats
    shifts: tuple[Shift, ...]
    offset: float


def examine(indexes: tuple[Index, ...]) -> Clock:
    """Return the state of the clock from all channels of a site together."""
    first = indexes[0]
    power = _mean_known(np.stack([i.power / i.p0 for i in indexes]))
    clear = np.mean(np.stack([i.clear for i in indexes]), axis=0)
    profiles = _profiles(first, power, clear)
    lag = _lags(*profiles, first.interval)
    edges = _edges(*profiles, first.interval)
    start = int(first.time[0])
    shifts = _steps(lag, edges, start)
    if not shifts:
        shifts = _drift(lag, edges, start)
    if not shifts:
        shifts = _constant(lag, edges, start, int(first.time[-1]) + first.interval)
    left = lag - _at_bins(shifts, start, len(lag))
    known = left[np.isfinite(left)]
    return Clock(start, lag, shifts, float(np.median(known)) if len(known) else 0.0)


def _mean_known(rows: Floats) -> Floats:
    """Return the mean over rows of what is known of each column, NaN where nothing is."""
    known = np.isfinite(rows)
    count = known.sum(axis=0)
    total = np.where(known, rows, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def correct(measured: Measurements, clock: Clock) -> Measurements:
    """Return the measurements with the certain shifts of the clock taken out.

    Where corrected stretches overlap, the first value of an instant stays.
    """
    if not clock.shifts:
        return measured
    seconds = measured.seconds().astype(np.float64)
    moved = seconds.copy()
    for shift in clock.shifts:
        inside = (seconds >= shift.since) & (seconds < shift.until)
        moved[inside] -= shift.seconds
    times = np.rint(moved).astype(np.int64)
    order = np.argsort(times, kind="stable")
    kept = order[np.concatenate([[True], np.diff(times[order]) > 0])]
    return replace(
        measured,
        time=times[kept].astype("datetime64[s]"),
        columns={name: values[kept] for name, values in measured.columns.items()},
        duplicated=None if measured.duplicated is None else measured.duplicated[kept],
    )


def _profiles(index: Index, power: Floats, clear: Floats) -> tuple[Floats, Floats]:
    """Return the clear-day profile of power and the expected one, (b, slots) each."""
    slots = 86400 // index.interval
    solar = index.time + int(index.longitude * 240)
    slot = (solar % 86400) // index.interval
    group = (solar - solar[0]) // (BIN_DAYS * 86400) * slots + slot
    bins = int(group.max()) // slots + 1
    known = np.isfinite(power)
    order = group_order(group, known, bins * slots)
    seen, _ = upper_levels(np.where(known, power, 0.0), *order, 0.8, 0.15, 0.10, 3)
    total = np.bincount(group, clear, bins * slots)
    count = np.bincount(group, minlength=bins * slots)
    expected = total / np.maximum(count, 1)
    return np.nan_to_num(seen).reshape(bins, slots), expected.reshape(bins, slots)


def _lags(seen: Floats, expected: Floats, interval: int) -> Floats:
    """Return the lag [s] of each profile by circular correlation, with a parabola at its top."""
    slots = seen.shape[1]
    bright = (seen > 0.02).sum(axis=1) >= max(4, slots // 10)
    product = np.fft.rfft(seen - seen.mean(axis=1, keepdims=True)) * np.conj(
        np.fft.rfft(expected - expected.mean(axis=1, keepdims=True))
    )
    matches = np.fft.irfft(product, slots)
    top = np.argmax(matches, axis=1)
    rows = np.arange(len(seen))
    left, mid, right = (matches[rows, (top + k) % slots] for k in (-1, 0, 1))
    bend = left - 2 * mid + right
    with np.errstate(divide="ignore", invalid="ignore"):
        fine = np.where(bend < 0, 0.5 * (left - right) / bend, 0.0)
    lag = (top + fine + slots / 2) % slots - slots / 2
    return np.where(bright, lag * interval, np.nan)


def _steps(lag: Floats, edges: Floats, start: int) -> tuple[Shift, ...]:
    """Return stretches that differ from the main level by whole steps."""
    known = np.flatnonzero(np.isfinite(lag))
    if len(known) < 6:
        return ()
    values = _median_of(lag[known], 2)
    bounds = [0, *_split(values), len(values)]
    pieces = [(a, b, float(np.median(lag[known][a:b]))) for a, b in itertools.pairwise(bounds)]
    if len(pieces) == 1:
        return ()
    base = min(pieces, key=lambda p: (abs(p[2]) > 900, -(p[1] - p[0])))[2]
    base = base if abs(base) < 2700 else 0.0
    sure = [
        _whole(level - base)
        for number, (_, _, level) in enumerate(pieces)
        if abs(_whole(level - base)) >= LEAST_STEP and _jumps(edges[:, known], pieces, number)
    ]
    # once a step is certain twice (daylight saving), its weaker repetitions are believed too
    often = {seconds for seconds in sure if sure.count(seconds) > 1}
    found = []
    for number, (a, b, level) in enumerate(pieces):
        seconds = _whole(level - base)
        if seconds in often or (
            abs(seconds) >= LEAST_STEP and _jumps(edges[:, known], pieces, number)
        ):
            found.append(Shift(*_span(known, a, b, start, len(lag)), seconds, "step"))
    return _merged(found)


def _merged(shifts: list[Shift]) -> tuple[Shift, ...]:
    out: list[Shift] = []
    for shift in shifts:
        if out and out[-1].until == shift.since and out[-1].seconds == shift.seconds:
            out[-1] = replace(out[-1], until=shift.until)
        else:
            out.append(shift)
    return tuple(out)


def _split(values: Floats) -> list[int]:
    """Return where neighbouring stretches differ at once by a step, as positions."""
    jump = np.zeros(len(values))
    # five before and after, fewer at the ends, but three
    padded = np.concatenate([np.full(5, np.nan), values, np.full(5, np.nan)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, 5)
    level = np.nanmedian(windows[3 : len(values) + 3], axis=1)
    jump[3:-2] = np.abs(level[:-5] - level[5:])
    found: list[int] = []
    for i in np.argsort(-jump, kind="stable"):
        if jump[i] < LEAST_STEP:
            break
        if all(abs(i - j) > 3 for j in found):
            found.append(int(i))
    return sorted(found)


def _whole(seconds: float) -> float:
    """Return the step rounded to half hours where it is near one, else to minutes."""
    half = round(seconds / 1800) * 1800.0
    return half if abs(half - seconds) < 900 else round(seconds / 60) * 60.0


def _span(known: NDArray[np.int64], a: int, b: int, start: int, bins: int) -> tuple[int, int]:
    day = BIN_DAYS * 86400
    first = 0 if a == 0 else int(known[a])
    last = bins if b == len(known) else int(known[b])
    return start + first * day, start + last * day


def _jumps(edges: Floats, pieces: list[tuple[int, int, float]], number: int) -> bool:
    """Tell whether first and last light both jump with a stretch, at its ends: shade moves one.

    Only the fortnights about the ends are compared, where season and horizon are the same.
    """
    a, b, level = pieces[number]
    if abs(level) > 5 * 3600:
        return True
    shares = []
    for beside, near, far in ((number - 1, (a, a + 4), (a - 4, a)),
                              (number + 1, (b - 4, b), (b, b + 4))):  # fmt: skip
        if not 0 <= beside < len(pieces) or abs(level - pieces[beside][2]) < LEAST_STEP:
            continue
        inside = _median_known(edges[:, max(near[0], a) : min(near[1], b)])
        outside = _median_known(edges[:, max(far[0], 0) : far[1]])
        shares.append((inside - outside) / (level - pieces[beside][2]))
    if not shares:
        return False
    share = _median_known(np.stack(shares, axis=1))
    return bool(np.all(share > 0.45) and np.all(share < 1.7))


def _median_known(rows: Floats) -> Floats:
    kept = [row[np.isfinite(row)] for row in rows]
    return np.array([np.median(row) if len(row) else np.nan for row in kept])


def _constant(lag: Floats, edges: Floats, start: int, end: int) -> tuple[Shift, ...]:
    """Return a shift that lasts all along, if sunrise and sunset are both off by it.

    A wrong azimuth moves the middle of the day but hardly the hour of first and last light.
    """
    known = np.flatnonzero(np.isfinite(lag))
    if not len(known) or abs(np.median(lag[known])) < LEAST_STEP:
        return ()
    middle = float(np.median(lag[known]))
    share = _median_known(edges[:, known]) / middle
    moves = bool(np.all(share > 0.5) and np.all(share < 1.6))
    if not moves and abs(middle) < 5 * 3600:
        return ()
    return (Shift(start, end, _whole(middle), "constant"),)


def _edges(seen: Floats, expected: Floats, interval: int) -> Floats:
    """Return how much later first and last light come than expected [s], shape (2, b)."""
    light = 0.03
    slots = seen.shape[1]
    half = slots / 2

    def wrapped(late: Floats) -> Floats:
        return np.asarray(((late + half) % slots - half) * interval)

    return np.stack([
        wrapped(_crossing(seen, light) - _crossing(expected, light)),
        wrapped(_crossing(expected[:, ::-1], light) - _crossing(seen[:, ::-1], light)),
    ])  # fmt: skip


def _crossing(profile: Floats, light: float) -> Floats:
    """Return where each profile first passes `light` [slots], between slots; NaN if never."""
    above = profile > light
    at = np.argmax(above, axis=1)
    rows = np.arange(len(profile))
    high, low = profile[rows, at], profile[rows, at - 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        place = at - (high - light) / np.maximum(high - low, 1e-9)
    return np.where(above.any(axis=1), place, np.nan)


def _drift(lag: Floats, edges: Floats, start: int) -> tuple[Shift, ...]:
    """Return the stretches of a drifting clock: lags that wander, whatever the season."""
    known = np.isfinite(lag)
    if known.sum() < 20:
        return ()
    slow, early, late = (_slow(values) for values in (lag, *edges))
    free = slow - _season(slow)
    spread = float(np.std(free))
    if spread < DRIFT_SPREAD or np.ptp(np.quantile(slow, [0.03, 0.97])) < 1500:
        return ()
    together = [_alike(free, other - _season(other)) for other in (early, late)]
    if _alike(free[:-1], free[1:]) < DRIFT_MEMORY or min(together) < DRIFT_MEMORY:
        return ()
    base = float(np.quantile(slow, 0.05)) if np.median(slow) > 0 else float(np.quantile(slow, 0.95))
    base = base if abs(base) < 900 else 0.0
    day = BIN_DAYS * 86400
    return tuple(
        Shift(start + i * day, start + (i + 1) * day, round((value - base) / 60) * 60.0, "drift")
        for i, value in enumerate(slow)
        if abs(value - base) >= 240
    )


def _slow(values: Floats) -> Floats:
    known = np.flatnonzero(np.isfinite(values))
    return _median_of(np.interp(np.arange(len(values)), known, values[known]), 2)


def _alike(a: Floats, b: Floats) -> float:
    if min(float(np.std(a)), float(np.std(b))) < 1.0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _season(values: Floats) -> Floats:
    per_year = 26
    if len(values) < 3 * per_year:
        return np.full(len(values), float(np.median(values)))
    phase = np.arange(len(values)) % per_year
    means = np.array([np.median(values[phase == p]) for p in range(per_year)])
    return np.asarray(means[phase])


def _median_of(values: Floats, half: int) -> Floats:
    padded = np.concatenate([np.repeat(values[0], half), values, np.repeat(values[-1], half)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    return np.asarray(np.median(windows, axis=1))


def _at_bins(shifts: tuple[Shift, ...], start: int, bins: int) -> Floats:
    middle = start + (np.arange(bins) + 0.5) * BIN_DAYS * 86400
    out = np.zeros(bins)
    for shift in shifts:
        out[(middle >= shift.since) & (middle < shift.until)] = shift.seconds
    return out
