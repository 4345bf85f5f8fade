"""How far the shown state of charge has run off when a true end corrects it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pvwarranty.model import Floats
from pvwarranty.storage.balance import Balance, efficiency, on_basis
from pvwarranty.storage.series import Series

ONE_CHARGE = (0.0, 14.0)  # h, from truly empty to full
ONE_DAY = (12.0, 30.0)  # h, from full to full
WARM = 21.0  # °C: in the cold less fits in, which is no drift
FEWEST = 5
FIXED_RATE, FIXED_YEARS = 0.003, 3.0


def missed_full(series: Series, ends: Balance | None) -> tuple[float, float]:
    """Return by how much the shown charge misses full, after one charge and after one day.

    The reading before the correction, with the last row's energy added, less one; medians of warm
    paths from truly empty to full and from full to full, NaN under five.
    """
    if ends is None:
        return float("nan"), float("nan")
    paths = ends.paths
    warm = (paths.x_to > 0.5) & ~(paths.temp < WARM)
    one_charge = warm & (paths.x_from < 0.5) & (paths.hours < ONE_CHARGE[1])
    one_day = warm & (paths.x_from > 0.5)
    one_day &= (paths.hours > ONE_DAY[0]) & (paths.hours < ONE_DAY[1])
    return _missed(series, ends, one_charge), _missed(series, ends, one_day)


def _missed(series: Series, ends: Balance, chosen: NDArray[np.bool_]) -> float:
    paths, frame = ends.paths, ends.frame
    last = paths.rows[chosen, 1]
    age = frame.age(paths.seconds[chosen])
    cells = on_basis(frame, ends.coefficients, age, "dc") * frame.capacity
    side = np.sqrt(efficiency(ends.coefficients, age))
    energy = series.e_charge[last] * side - series.e_discharge[last] / side
    missed: Floats = series.soc[last - 1] + energy / cells - 1.0
    missed = missed[np.isfinite(missed)]
    return float(np.median(missed)) if len(missed) >= FEWEST else float("nan")


def fixed_for(slopes: Balance | None) -> float:
    """Return for how many years the scale of the shown charge stood still, 0 where it moves.

    A scale that moves by less than 0.3 % a year over three years or more is no measurement.
    """
    if slopes is None:
        return 0.0
    age = slopes.frame.age(slopes.paths.seconds[[0, -1]])
    years = float(age[1] - age[0])
    if years < FIXED_YEARS:
        return 0.0
    level = on_basis(slopes.frame, slopes.coefficients, age, "dc")
    return years if abs(level[1] / level[0] - 1.0) < FIXED_RATE * years else 0.0
