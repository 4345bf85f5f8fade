"""Steps and smooth courses."""

import numpy as np
import pytest

from pvwarranty.estimate.path import find_steps, smooth_path, whittaker

COUNT = np.full(130, 30)


def series(rng: np.random.Generator, noise: float = 0.01) -> np.ndarray:
    return 1.0 - 0.0002 * np.arange(130) + rng.normal(0, noise, 130)


def test_no_step_in_steady_ageing(rng: np.random.Generator) -> None:
    path = smooth_path(series(rng), COUNT)
    assert path.steps == ()
    assert path.level[-1] == pytest.approx(1 - 0.0002 * 129, abs=0.006)
    assert 0.0005 < path.u_end < 0.01


@pytest.mark.parametrize("at", [30, 80, 122])
def test_a_fall_that_lasts_is_a_step(rng: np.random.Generator, at: int) -> None:
    level = series(rng)
    level[at:] -= 0.12
    steps = find_steps(level, COUNT)
    assert len(steps) == 1
    assert abs(steps[0].at - at) <= 1
    assert steps[0].size == pytest.approx(-0.12, abs=0.02)


def test_a_winter_of_snow_is_no_step(rng: np.random.Generator) -> None:
    level = series(rng)
    level[20:24] -= 0.4
    level[46:50] -= 0.5
    assert find_steps(level, COUNT) == ()
    assert smooth_path(level, COUNT).level[-1] == pytest.approx(0.974, abs=0.008)


def test_a_bend_is_followed(rng: np.random.Generator) -> None:
    level = series(rng, 0.008)
    level[65:] -= 0.00006 * np.arange(65) ** 2
    path = smooth_path(level, COUNT)
    assert path.level[-1] == pytest.approx(0.974 - 0.00006 * 64**2, abs=0.035)


def test_gaps_are_bridged(rng: np.random.Generator) -> None:
    level = series(rng)
    level[40:60] = np.nan
    assert np.isfinite(smooth_path(level, COUNT).level).all()


def test_whittaker_keeps_a_line() -> None:
    line = np.linspace(1.0, 0.8, 60)
    fitted, u_end = whittaker(line, np.ones(60))
    np.testing.assert_allclose(fitted, line, atol=1e-6)
    assert u_end < 1e-3
