"""A recorder's clock that was set wrong: the day's pattern of use moves, all of it, by the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pvwarranty.model import Floats
from pvwarranty.storage.series import Series

BINS = 48
HOURS = 24.0 / BINS
ALIKE = 0.6  # least correlation of two months' patterns
LARGEST = 4.0  # h
LEAST = 0.45  # h
AGREE = 0.85  # share of month pairs with the same sign
PAIRS = 12
SPREAD = 0.4  # h, most by which discharge and onset may differ from charge


@dataclass(frozen=True, slots=True)
class ClockShift:
    """From `since` on the clock runs `hours` later than before."""

    since: date
    hours: float
    share: float


def find_shift(series: Series) -> ClockShift | None:
    """Return a lasting shift of at least half an hour of the daily patterns, or None.

    Each month is compared with the same month of other years. Charging, discharging and the hour
    at which charging sets in must all have moved alike: a smaller capacity or a higher reserve
    ends a pattern earlier, another tariff moves one of the two.
    """
    months = series.seconds.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    if len(months) == 0 or months[-1] - months[0] < 15:
        return None
    charge = _patterns(series, series.e_charge, months - months[0])
    lags = (
        _lags(charge), _lags(_patterns(series, series.e_discharge, months - months[0])),
        _onset_lags(charge),
    )  # fmt: skip
    last = len(charge) - 2
    best, split = max((_split(lags, k) for k in range(3, last, 3)), default=(0.0, 0), key=_size)
    if abs(best) < LEAST:
        return None
    split = _when(lags[0], best)
    since = np.datetime64(int(months[0] + split), "M").astype("datetime64[D]").item()
    return ClockShift(since, best, 1.0 - split / len(charge))


def _split(lags: tuple[Floats, ...], k: int) -> tuple[float, int]:
    """Return the shift between the months before and from `k` on: 0 unless all have it."""
    moved = []
    for lag in lags:
        moved.append(_moved(lag[k:, :k]))
        if abs(moved[-1]) < LEAST or abs(moved[-1] - moved[0]) > SPREAD:
            return 0.0, k
    return float(np.median(moved)), k


def _when(lag: Floats, hours: float) -> int:
    """Return the month from which on a shift by `hours` explains the lags best."""
    months = len(lag)
    known = np.isfinite(lag)
    plain, moved = np.abs(lag), np.abs(lag - hours)
    gain = np.where(known, plain - moved, 0.0)
    return max(range(3, months - 2), key=lambda k: float(gain[k:, :k].sum()))


def _size(found: tuple[float, int]) -> float:
    return abs(found[0])


def _patterns(series: Series, energy: Floats, month: NDArray[np.int64]) -> Floats:
    from pvwarranty_kernels import storage_use as kernels

    largest = float(np.nanmax(energy)) if np.isfinite(energy).any() else 0.0
    return kernels.patterns(series.seconds, month, energy, 0.05 * largest)


def _lags(patterns: Floats) -> Floats:
    """Return by how many hours month i lies after month j, NaN where not alike, (m, m)."""
    centred = patterns - patterns.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(centred, axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred / np.maximum(norm, 1e-9), axis=1)
    m = len(patterns)
    out = np.full((m, m), np.nan)
    for apart in range(12, m, 12):
        alike = np.fft.irfft(spectrum[apart:] * np.conj(spectrum[:-apart]), BINS, axis=1)
        k = np.argmax(alike, axis=1)
        n = np.arange(m - apart)
        left, top, right = alike[n, k - 1], alike[n, k], alike[n, (k + 1) % BINS]
        bend = np.minimum(left - 2.0 * top + right, -1e-12)
        lag = ((k + 0.5 * (left - right) / bend + BINS / 2) % BINS - BINS / 2) * HOURS
        good = (top >= ALIKE) & (np.abs(lag) <= LARGEST)
        out[n + apart, n] = np.where(good, lag, np.nan)
    return out


def _onset_lags(patterns: Floats) -> Floats:
    """Return by how many hours charging sets in later in month i than in month j, (m, m)."""
    m = len(patterns)
    onset = np.array([_onset(p) for p in patterns])
    out = np.full((m, m), np.nan)
    for apart in range(12, m, 12):
        n = np.arange(m - apart)
        lag = (onset[apart:] - onset[:-apart] + 12.0) % 24.0 - 12.0
        out[n + apart, n] = np.where(np.abs(lag) <= LARGEST, lag, np.nan)
    return out


def _onset(pattern: Floats) -> float:
    """Return the hour (UTC) at which the pattern rises through half of its peak."""
    peak = int(np.argmax(pattern))
    half = 0.5 * pattern[peak]
    back = pattern[(peak - np.arange(BINS)) % BINS]
    below = np.flatnonzero(back < half)
    if half <= 0.0 or len(below) == 0:
        return float("nan")
    k = int(below[0])
    share = (back[k - 1] - half) / max(back[k - 1] - back[k], 1e-9)
    return float(((peak - (k - 1) - share) * HOURS) % 24.0)


def _moved(lags: Floats) -> float:
    known = lags[np.isfinite(lags)]
    if len(known) < PAIRS:
        return 0.0
    middle = float(np.median(known))
    same = np.mean(np.sign(known) == np.sign(middle))
    return middle if same >= AGREE else 0.0
