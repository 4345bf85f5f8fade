"""What one channel's record says of its output: its change since the record began, and its level.

Two lines of evidence with errors of different kinds, kept apart here:

* relative: the level now over the level at the start of the record; nearly all that the model
  gets wrong cancels;
* absolute: the level against physics; dominated by what the model gets wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvwarranty.estimate.levels import FORTNIGHTS, Levels, course
from pvwarranty.estimate.path import Path, smooth_path
from pvwarranty.estimate.region import Region, days_of
from pvwarranty.model import Floats, Index

LEAST_YEARS = 1.4  # a change needs the same season twice
# standard uncertainties of the relative line, as shares (method: budget of long records)
TURBIDITY, SOILING, METER_DRIFT, TRANSLATION = 0.007, 0.010, 0.003, 0.003
SENSOR_DRIFT = 0.0035  # per year of record
LOCAL_SKY = 0.003  # with neighbours: what of the sky is the site's own
# of the absolute line
ABSOLUTE = {
    "irradiance": 0.030, "transposition": 0.012, "temperature": 0.015, "gamma": 0.010,
    "electrical": 0.010, "soiling": 0.010, "translation": 0.005,
}  # fmt: skip
IRRADIANCE_SENSOR = 0.018
DIM = 0.25  # of nominal power: what less shows is not judged by
FULL_SUN = 0.90  # of nominal power that 1000 W/m² gives on a warm day, wiring taken off
COOL = 0.10  # what more of it a shunt takes at 25 °C than at 55 °C, where the voltage is lower
CONNECTION = {"module": 0.002, "string": 0.006, "inverter": 0.015}
# what an inverter's efficiency and the wiring before it may change over the years
CHANGE_OF_CONNECTION = {"module": 0.001, "string": 0.002, "inverter": 0.006}


@dataclass(frozen=True, slots=True)
class Line:
    """A quantity in logarithms with its standard uncertainty by source."""

    value: float
    budget: dict[str, float]

    @property
    def u(self) -> float:
        """Combined standard uncertainty."""
        return math.sqrt(sum(u * u for u in self.budget.values()))


@dataclass(frozen=True, slots=True)
class Evidence:
    """All lines of one channel.

    change : log of the level now over the level at the record's start, at 1000 W/m²; None for a
        record too short
    early, late : log of the level against physics at the start and now
    years : length of the record; n : clear intervals of the last year
    levels, path : the course behind it, on the clear-sky expectation
    sensor : whether a sensor's line takes part; drift : log drift of the sensor, None without
    clear_start : log of the level at the start against the clear sky of physics alone
    neighbours : sites whose sky takes part
    """

    change: Line | None
    early: Line
    late: Line
    years: float
    n: int
    levels: Levels
    path: Path
    sensor: bool
    drift: float | None
    clear_start: float
    neighbours: int = 0

    @property
    def loss_at_start(self) -> tuple[float, float]:
        """Loss a year of the first half of the record, without its steps, and its u [1/a]."""
        half = len(self.path.level) // 2
        if self.change is None or half < FORTNIGHTS // 2:
            return 0.0, 1.0
        steps = sum(s.size for s in self.path.steps if s.at <= half)
        change = _log(self.path.level[half] - steps) - _log(self.path.level[0])
        return -change * FORTNIGHTS / half, self.change.u / self.years


def gather(
    index: Index, use: NDArray[np.bool_], end: int, region: Region | None = None
) -> Evidence | None:
    """Return the evidence of a channel, or None where its record shows too little.

    `use` (n,) are the good intervals, `end` [s UTC] the end of the day judged, `region` the sky
    that neighbours saw: clear days are then compared as if haze and heat were every year's.
    """
    expected = index.clear if region is None else index.clear * np.exp(region.at(days_of(index)))
    clear = _route(index, expected, use, end)
    if clear is None:
        return None
    levels, path, base = clear
    sensed = None
    if index.sensed is not None:
        sensed = _route(index, index.sensed, use & np.isfinite(index.sensed), end)
    slope, pull = irradiance_slope(levels, path, index.clear)
    change = _change(index, path, levels.years, pull, slope)
    if change is not None and region is not None:
        change = _under(change, region, levels.years)
    drift = None
    budget = ABSOLUTE | {"connection": CONNECTION[index.channel.kind]}
    if sensed is not None and change is not None:
        other = _change(index, sensed[1], levels.years, pull, slope)
        one_sided = _steps_alone(path, sensed[1])
        change, drift = _with_sensor(change, other, levels.years, one_sided=one_sided)
    trusted = sensed is not None and not is_drift(drift, levels.years)
    if trusted and sensed is not None:
        base, path_now = sensed[2], sensed[1]
        budget = budget | {"irradiance": IRRADIANCE_SENSOR}
    else:
        path_now = path
        base, budget = _against(base, budget, region)
    early, late = base + _log(path_now.level[0]), base + _log(path_now.level[-1]) + pull
    recent = levels.clear & (levels.bin < FORTNIGHTS)
    return Evidence(
        change, Line(early, budget), Line(late, budget), levels.years, int(recent.sum()),
        levels, path, trusted, drift, clear[2] + _log(path.level[0]),
        0 if region is None else region.neighbours,
    )  # fmt: skip


def _route(
    index: Index, expected: Floats, use: NDArray[np.bool_], end: int
) -> tuple[Levels, Path, float] | None:
    levels = course(index, expected, use, end)
    if levels is None or len(levels.level) < 6:
        return None
    path = smooth_path(levels.level, levels.count)
    bright = levels.clear & (index.clear > 0.4)
    if not bright.any():
        bright = levels.clear
    base = _log(float(np.median(levels.cells[levels.cell[bright]])))
    return levels, path, base


def _log(value: float) -> float:
    return math.log(max(value, 0.01))


def _change(index: Index, path: Path, years: float, pull: float, slope: float) -> Line | None:
    if years < LEAST_YEARS:
        return None
    value = _log(path.level[-1]) - _log(path.level[0]) + pull
    level = max(path.level[-1], 0.05)
    statistics = 1.5 * path.u_end * math.hypot(1.0 / level, 1.0)
    return Line(value, {
        "statistics": statistics, "irradiance": TURBIDITY, "soiling": SOILING,
        "electrical": METER_DRIFT, "translation": math.hypot(TRANSLATION, 0.35 * pull),
        "connection": CHANGE_OF_CONNECTION[index.channel.kind],
    })  # fmt: skip


def _against(
    base: float, budget: dict[str, float], region: Region | None
) -> tuple[float, dict[str, float]]:
    """Return the absolute level and its budget against the clear sky that neighbours saw."""
    if region is None:
        return base, budget
    own = math.sqrt(sum(u * u for name, u in budget.items() if name != "irradiance"))
    part = min(region.u_own / own, 1.0)
    known = {name: part * u for name, u in budget.items()} | {"irradiance": region.u_common}
    return base - region.common, known


def _under(change: Line, region: Region, years: float) -> Line:
    """Return the change with the budget of a sky that neighbours saw too."""
    shared = region.gain**2 * region.covered
    haze = shared * (region.u_trend * years) ** 2 + (1 - shared) * TURBIDITY**2 + LOCAL_SKY**2
    return Line(change.value, change.budget | {"irradiance": math.sqrt(haze)})


def _steps_alone(clear: Path, sensed: Path) -> bool:
    """Tell whether the clear sky shows a lasting step that the sensor does not."""
    beside = [s.at for s in sensed.steps]
    return any(all(abs(s.at - at) > 6 for at in beside) for s in clear.steps)


def _with_sensor(
    clear: Line, sensed: Line | None, years: float, *, one_sided: bool
) -> tuple[Line, float | None]:
    """Combine the change seen through the clear sky and through the sensor, unless it drifts.

    A step that only one of them shows may be either's: then both stay possible.
    """
    if sensed is None:
        return clear, None
    drift = clear.value - sensed.value
    if is_drift(drift, years) and one_sided:
        budget = clear.budget | {"irradiance": abs(drift) / 2}
        return Line((clear.value + sensed.value) / 2, budget), drift
    if is_drift(drift, years):
        return clear, drift
    budget = sensed.budget | {"irradiance": math.hypot(0.004, SENSOR_DRIFT * years)}
    other = Line(sensed.value, budget)
    share = clear.u**2 / (clear.u**2 + other.u**2)
    value = share * other.value + (1 - share) * clear.value
    mixed = {k: share * other.budget[k] + (1 - share) * clear.budget[k] for k in clear.budget}
    mixed["irradiance"] = math.hypot(
        share * other.budget["irradiance"], (1 - share) * clear.budget["irradiance"]
    )
    return Line(value, mixed), drift


def is_drift(drift: float | None, years: float) -> bool:
    """Tell whether a sensor moved against the clear sky by more than both may err."""
    return drift is not None and abs(drift) > 0.03 + 0.001 * years


def irradiance_slope(levels: Levels, path: Path, expected: Floats) -> tuple[float, float]:
    """Return how the late record differs from the early one in its slope over irradiance.

    A loss that grows with current (series resistance) is larger at 1000 W/m² than where most
    clear intervals lie, a shunt smaller: its share falls with the inverse of irradiance. Returns
    the slope and the log of the factor that brings the change from the centre of the late
    intervals to 1000 W/m², drawn towards none by how little the channel has changed at all.
    """
    bins = len(path.level)
    smooth = np.maximum(path.level[::-1], 0.02)[levels.bin]
    residual = levels.relative / smooth - 1.0
    good = levels.clear & (expected > DIM) & (np.abs(residual) < 0.3)
    late = good & (levels.bin < FORTNIGHTS)
    early = good & (levels.bin >= max(bins - 2 * FORTNIGHTS, FORTNIGHTS))
    if min(int(late.sum()), int(early.sum())) < 200 or bins < 2 * FORTNIGHTS:
        return 0.0, 0.0
    centre = float(np.median(expected[late]))
    slope = _fit(expected[late], residual[late]) - _fit(expected[early], residual[early])
    reach, cool = max(FULL_SUN - centre, 0.0), 0.0
    if slope > 0:
        inverse = -1.0 / np.maximum(expected, DIM)
        slope = _fit(inverse[late], residual[late]) - _fit(inverse[early], residual[early])
        reach, cool = max(1.0 / centre - 1.0 / FULL_SUN, 0.0), COOL / FULL_SUN
    lost = abs(1.0 - path.level[-1] / max(path.level[0], 0.05))
    prior, noise = 0.30 * lost + 0.005, 0.025
    slope *= prior**2 / (prior**2 + noise**2)
    return slope, math.log(max(1.0 + slope * (reach - cool), 0.5))


def _fit(x: Floats, y: Floats) -> float:
    """Return the slope of y over x, points far off the line left out."""
    slope, middle = 0.0, float(np.median(y))
    for _ in range(4):
        near = np.abs(y - middle - slope * (x - x.mean())) < 0.12
        if near.sum() < 100:
            return 0.0
        centred = x[near] - x[near].mean()
        slope = float(np.sum(centred * y[near]) / np.sum(centred**2))
        middle = float(y[near].mean()) + slope * float(x.mean() - x[near].mean())
    return slope
