"""How far the shown state of charge has run off when a true end corrects it."""

from __future__ import annotations

import numpy as np

from pvwarranty.model import Floats
from pvwarranty.storage.balance import Balance, efficiency, on_basis
from pvwarranty.storage.series import Series

ONE_CHARGE = 14.0  # h
FEWEST = 5
FIXED_RATE, FIXED_YEARS = 0.003, 3.0


def missed_full(series: Series, ends: Balance | None) -> float:
    """Return by how much the shown charge misses full after one charge from truly empty.

    The reading before the correction, with the last row's energy added, less one; the median, NaN
    under five charges.
    """
    if ends is None:
        return float("nan")
    paths, frame = ends.paths, ends.frame
    one = (paths.x_to - paths.x_from > 0.99) & (paths.hours < ONE_CHARGE)
    last = paths.rows[one, 1]
    age = frame.age(paths.seconds[one])
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
