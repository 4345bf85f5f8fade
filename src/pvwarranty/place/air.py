"""Air temperature through the year and the day from a monthly climate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pvwarranty.place.normals import Climate

Floats = NDArray[np.float64]

YEAR = 365.2425  # d
WARMEST = 14.0  # h, local mean solar time
MIDDLES = np.array(
    [15.5, 45.1, 74.8, 105.3, 135.8, 166.3, 196.8, 227.8, 258.3, 288.8, 319.3, 349.8]
)
# The mean day of a month is flatter than its days, whose extremes do not fall on one hour: half the
# range of the mean clear day over the mean half range, 0.95 in two TMY years.
MEAN_DAY = 0.95


def temp_air_at(climate: Climate, time: NDArray[np.integer] | Floats, longitude: float) -> Floats:
    """Air temperature of the mean day [°C] at times (n,) [s, UTC since 1970]: (n,).

    A line through the middles of the months that keeps the monthly means; about it goes a cosine
    with its maximum at 14:00 local mean solar time. Near sunrise the true minimum is up to half an
    amplitude lower.
    """
    return _daily(climate.temp_air, climate.amplitude, time, longitude)


def temp_air_clear_at(
    climate: Climate, time: NDArray[np.integer] | Floats, longitude: float
) -> Floats:
    """Air temperature of a clear day [°C] at times (n,) [s, UTC since 1970]: (n,).

    As `temp_air_at`, with the larger amplitude of clear days about the same mean.
    """
    return _daily(climate.temp_air, climate.amplitude_clear, time, longitude)


def monthly_at(values: Floats, time: NDArray[np.integer] | Floats) -> Floats:
    """Values (12,) interpolated between the middles of the months, round the year: (n,)."""
    day = np.mod(np.asarray(time, dtype=np.float64) / 86_400.0, YEAR)
    return np.interp(day, MIDDLES, values, period=YEAR)


def _daily(
    mean: Floats, amplitude: Floats, time: NDArray[np.integer] | Floats, longitude: float
) -> Floats:
    hour = np.asarray(time, dtype=np.float64) / 3_600.0 + longitude / 15.0
    wave = np.cos((hour - WARMEST) * (np.pi / 12.0))
    return np.asarray(
        monthly_at(_knots(mean), time) + MEAN_DAY * monthly_at(amplitude, time) * wave
    )


def _knots(mean: Floats) -> Floats:
    """Values at the middles of the months between which straight lines have these means (12,)."""
    one = np.eye(12)
    around = np.roll(one, 1, axis=1) + np.roll(one, -1, axis=1)
    return np.asarray(np.linalg.solve(0.75 * one + 0.125 * around, mean))
