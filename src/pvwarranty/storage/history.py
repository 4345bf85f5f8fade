"""The capacity's path for the plot, and the day on which it falls below a ratio."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np

from pvwarranty.model import CapacityBasis, Estimate, Floats
from pvwarranty.storage.balance import YEAR, Balance, Frame, capacity
from pvwarranty.storage.ratio import CLAIM, Z
from pvwarranty.storage.ratio import ratio as to_initial
from pvwarranty.storage.results import Crossing, HistoryPoint

STEP = 90.0 * 86400.0 / YEAR  # yr
WINDOW = 60.0 * 86400.0 / YEAR
TREND = 2.0  # yr, whose slope is carried on
AHEAD = 10.0  # yr, how far it is carried


def day_of(frame: Frame, age: float) -> date:
    """Return the day (Japan, UTC+9) at an age [yr]."""
    seconds = frame.start + age * YEAR
    return (datetime.fromtimestamp(seconds, UTC) + timedelta(hours=9)).date()


def path_ratios(balance: Balance, basis: CapacityBasis) -> tuple[Floats, Floats]:
    """Return ages and ratios that single paths from one level to another show, each (m,)."""
    paths = balance.paths
    moved = np.abs(paths.x_from - paths.x_to) > 0.2
    age = balance.frame.age(paths.seconds)[moved]
    fitted = to_initial(balance.frame, balance.coefficients, age, basis)
    off = balance.residuals[moved] / balance.frame.capacity
    share = off / (paths.x_from - paths.x_to)[moved]
    return age, fitted * (1.0 + share / capacity(balance.frame, balance.coefficients, age))


def history(balance: Balance, basis: CapacityBasis, found: Estimate) -> tuple[HistoryPoint, ...]:
    """Return the path every 90 days from the first data on."""
    frame = balance.frame
    age, seen = path_ratios(balance, basis)
    first = float(frame.age(balance.paths.seconds[:1])[0])
    grid = np.append(np.arange(first, frame.years - STEP / 2, STEP), frame.years)
    value = to_initial(frame, balance.coefficients, grid, basis)
    draws = to_initial(frame, balance.draws, grid, basis)
    fixed = (found.parts[0].u ** 2 - found.budget["statistical"] ** 2) / found.value**2
    u = np.sqrt(np.var(draws, axis=0) + fixed * value**2)
    edges = np.concatenate([[-np.inf], 0.5 * (grid[1:] + grid[:-1]), [np.inf]])
    bins = np.searchsorted(edges, age, side="right") - 1
    points = []
    for k, at in enumerate(grid):
        inside = seen[bins == k]
        points.append(HistoryPoint(
            day_of(frame, float(at)), float(value[k]), float(value[k] - Z * u[k]),
            float(value[k] + Z * u[k]),
            float(np.median(inside)) if len(inside) else float("nan"), len(inside),
        ))  # fmt: skip
    return tuple(points)


def witnesses(balance: Balance, basis: CapacityBasis) -> tuple[float, ...]:
    """Return the medians of disjoint 60-day windows of the last 540 days, newest first.

    Windows with fewer than two charges are left out.
    """
    age, seen = path_ratios(balance, basis)
    last = balance.frame.years
    window = ((last - age) // WINDOW).astype(np.int64)
    count = int(CLAIM * 86400.0 / YEAR // WINDOW)
    groups = [seen[window == w] for w in range(count)]
    return tuple(float(np.median(g)) for g in groups if len(g) >= 2)


def crossing(balance: Balance, basis: CapacityBasis, found: Estimate, ratio: float) -> Crossing:
    """Return when the capacity falls below `ratio`, from the path made non-increasing.

    Carried on for `AHEAD` years by the slope of the last two; the interval is that of the draws,
    each moved by its share of the deviations that more data do not lower.
    """
    frame = balance.frame
    first = float(frame.age(balance.paths.seconds[:1])[0])
    grid = np.append(np.arange(first, frame.years, STEP / 3), frame.years)
    value = to_initial(frame, balance.coefficients, grid, basis)
    draws = to_initial(frame, balance.draws, grid, basis)
    fixed = (
        np.sqrt(max(found.parts[0].u ** 2 - found.budget["statistical"] ** 2, 0.0)) / found.value
    )
    moved = draws * (1.0 + fixed * _normal_quantiles(len(draws)))[:, None]
    at = float(_falls(grid, value[None, :], ratio)[0])
    low, high = np.quantile(
        _falls(grid, moved, ratio), [0.025, 0.975], method="closest_observation"
    )

    def day(age: float) -> date | None:
        return day_of(frame, age) if np.isfinite(age) else None

    return Crossing(ratio, day(at), day(float(low)), day(float(high)), at > frame.years)


def _falls(grid: Floats, paths: Floats, ratio: float) -> Floats:
    """Return the age at which each path (d, n) falls below `ratio`, infinite where it does not."""
    paths = np.minimum.accumulate(paths, axis=1)
    recent = grid - grid[grid > grid[-1] - TREND].mean()
    recent[grid <= grid[-1] - TREND] = 0.0
    slope = paths @ recent / max(float(recent @ recent), 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        ahead = grid[-1] + (ratio - paths[:, -1]) / slope
    ages = np.where((slope < 0.0) & (ahead <= grid[-1] + AHEAD), ahead, np.inf)
    k = np.argmax(paths < ratio, axis=1)
    d = np.arange(len(paths))
    fallen = paths[d, k] < ratio
    before = np.maximum(k - 1, 0)
    drop = np.maximum(paths[d, before] - paths[d, k], 1e-12)
    share = np.clip((paths[d, before] - ratio) / drop, 0.0, 1.0)
    between = grid[before] + share * (grid[k] - grid[before])
    return np.asarray(np.where(fallen, np.where(k == 0, grid[0], between), ages))


def _normal_quantiles(n: int) -> Floats:
    # evenly spread quantiles, taken by a stride coprime to n so that they go with no order of draws
    from scipy.special import ndtri

    stride = next(s for s in range(int(0.618 * n), 0, -1) if np.gcd(s, n) == 1)
    return np.asarray(ndtri(((np.arange(n) * stride) % n + 0.5) / n))
