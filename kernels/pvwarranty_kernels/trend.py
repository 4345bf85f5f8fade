"""Year-on-year change of daily figures, and how sure its median is.

The pairs and the resampling of residuals are those of RdTools (Jordan et al. 2018,
doi:10.1109/JPHOTOV.2017.2779779), so that both can be compared on the same data.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pvwarranty_kernels.arrays import Floats, Ints, floats, ints
from pvwarranty_kernels.jit import exact
from pvwarranty_kernels.quantile import BINS, select

YEAR = 365.0  # days to which a change is related
TOLERANCE = 8  # days by which the day a year ago may be missed


class Pairs(NamedTuple):
    """Days a year apart: positions of the later and the earlier one (m,) and years between (m,)."""

    right: Ints
    left: Ints
    years: Floats


def _year_later(day: Ints, years: int) -> Ints:
    """Return the same date `years` later; 28 February for 29 February."""
    date = day.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    later = (month + 12 * years).astype("datetime64[D]") + (date - month.astype("datetime64[D]"))
    spilt = later.astype("datetime64[M]") != month + 12 * years
    return ints(later.astype(np.int64) - spilt)


def year_pairs(day: Ints, value: Floats, years: int = 1) -> Pairs:
    """Return the pairs of days `years` apart of which both have a value.

    day : (n,) increasing, counted from 1970-01-01; value : (n,), NaN where absent
    The earlier day is the last one that lies, a year later, not after the later one, and at most
    eight days before. Raises ValueError where shapes differ or days do not increase.
    """
    day, value = ints(day), floats(value)
    if day.shape != value.shape or day.ndim != 1:
        raise ValueError("year_pairs: day and value must have one shape (n,)")
    if day.size > 1 and not bool((np.diff(day) > 0).all()):
        raise ValueError("year_pairs: days must increase")
    shifted = _year_later(day, years)
    left = np.searchsorted(shifted, day, side="right") - 1
    good = (left >= 0) & (day - shifted[left] <= TOLERANCE)
    good &= np.isfinite(value) & np.isfinite(value[left])
    right = ints(np.nonzero(good)[0])
    left = ints(left[good])
    return Pairs(right, left, floats((day[right] - day[left]) / YEAR))


def year_on_year(value: Floats, pairs: Pairs) -> Floats:
    """Return the change of value (n,) per year of every pair, (m,)."""
    value = floats(value)
    return floats((value[pairs.right] - value[pairs.left]) / pairs.years)


def median_interval(values: Floats, level: float) -> tuple[float, float]:
    """Return the interval of the median that resampling values (n,) one by one would give.

    In closed form: a resampled median is at most the k-th value with the probability that a
    binomial of n draws with share k / n reaches n / 2; no draws are needed. Independence is taken
    for granted: series with memory need `resampled_medians`. Raises ValueError for no values.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    ordered = ordered[np.isfinite(ordered)]
    n = ordered.size
    if n == 0 or not 0.0 < level < 1.0:
        raise ValueError("median_interval: needs values and a level between 0 and 1")
    tail = 0.5 * (1.0 - level)
    low = _first_rank(n, tail)
    high = _first_rank(n, 1.0 - tail)
    return float(ordered[low - 1]), float(ordered[high - 1])


def _first_rank(n: int, probability: float) -> int:
    """Return the least k at which P(Binomial(n, k / n) >= n / 2) reaches the probability."""
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    j = np.arange((n + 1) // 2, n + 1)
    choose = factorial[n] - factorial[j] - factorial[n - j]
    low, high = 0, n
    while high - low > 1:
        k = (low + high) // 2
        p = k / n
        reached = float(np.exp(choose + j * np.log(p) + (n - j) * np.log1p(-p)).sum())
        low, high = (low, k) if reached >= probability else (k, high)
    return high


def block_starts(rng: np.random.Generator, n: int, length: int, repetitions: int) -> Ints:
    """Return starts (repetitions, blocks) of blocks of `length` that cover n values circularly.

    One draw serves all channels of a site. Raises ValueError unless 1 <= length <= n.
    """
    if not 1 <= length <= n:
        raise ValueError(f"block_starts: length {length} does not fit {n} values")
    return rng.integers(0, n, (repetitions, -(-n // length)))


@exact
def _medians(values: Floats, trend: Floats, right: Ints, left: Ints, years: Floats, starts: Ints,
             length: int, near: tuple[float, float], out: Floats) -> None:  # fmt: skip
    """Write the median of each resample; of changes of the pairs where there are any."""
    n, pairs = values.size, right.size
    size = max(pairs, n)
    sample, change, ones = np.empty(n), np.empty(size), np.ones(size)
    work = np.empty((3, max(size, BINS)))
    for r in range(starts.shape[0]):
        at = 0
        for b in range(starts.shape[1]):
            source = starts[r, b]
            for _ in range(min(length, n - at)):
                sample[at] = values[source]
                at += 1
                source = source + 1 if source + 1 < n else 0
        m = 0
        if pairs > 0:
            for k in range(n):
                sample[k] *= trend[k]
            for k in range(pairs):
                x = (sample[right[k]] - sample[left[k]]) / years[k]
                change[m] = x
                m += 1 if x - x == 0.0 else 0
        else:
            for k in range(n):
                change[m] = sample[k]
                m += 1 if sample[k] - sample[k] == 0.0 else 0
        out[r] = select(change, ones, m, 0.5 * m, 1e-9, near, work)


def resampled_medians(values: Floats, starts: Ints, length: int) -> Floats:
    """Return the medians (r,) of circular block resamples of values (n,) in order of time.

    starts : (r, blocks) from `block_starts`; length : of a block
    """
    values = floats(values)
    none, spread = np.empty(0, np.int64), _near(values)
    out = np.empty(len(starts))
    empty = np.empty(0)
    _medians(values, empty, none, none, empty, ints(starts), int(length), spread, out)
    return out


def resampled_changes(
    value: Floats, trend: Floats, pairs: Pairs, starts: Ints, length: int
) -> Floats:
    """Return the median change (r,) of resamples: residuals to a trend, in circular blocks.

    value, trend : (n,) daily figures and the trend that their residuals (quotients) are taken to
    As RdTools' "circular_block" with its multiplicative decomposition.
    """
    value, trend = floats(value), floats(trend)
    out = np.empty(len(starts))
    near = _near(year_on_year(value, pairs))
    _medians(
        floats(value / trend), trend, ints(pairs.right), ints(pairs.left), floats(pairs.years),
        ints(starts), int(length), near, out,
    )  # fmt: skip
    return out


def _near(values: Floats) -> tuple[float, float]:
    """Return where medians of resamples are looked for first: between the quartiles."""
    known = values[np.isfinite(values)]
    if known.size == 0:
        return 0.0, 0.0
    low, high = np.percentile(known, [35.0, 65.0])
    return float(low), float(high)
