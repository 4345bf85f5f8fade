"""What tells gradual losses apart."""

import numpy as np
import pytest

from pvwarranty.attribute.signs import MIDDLE, slope_by_light


def test_the_slope_is_as_uncertain_as_its_days(rng: np.random.Generator) -> None:
    # haze tilts whole days: intervals of a day say the same thing again
    day = np.repeat(np.arange(120), 12)
    clear = np.tile(np.linspace(0.2, 1.0, 12), 120)
    off = []
    for _ in range(300):
        haze = rng.normal(0.0, 0.1, 120)[day]
        rest = (haze - 0.3) * (clear - MIDDLE) + rng.normal(0.0, 0.02, len(day))
        slope, u = slope_by_light(clear, rest, day)
        off.append((slope + 0.3) / u)
    assert np.std(off) == pytest.approx(1.0, abs=0.15)
    assert abs(np.mean(off)) < 0.25
