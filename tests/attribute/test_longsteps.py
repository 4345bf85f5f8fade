"""Steps that only years of a course, or the channels beside it, show."""

import numpy as np
import pytest

from pvwarranty.attribute.longsteps import long_steps

K = 26 * 7
FULL = np.full(K, 40)


def course(rng: np.random.Generator, noise: float) -> np.ndarray:
    return 1.0 - 0.01 * np.arange(K) / 26 + rng.normal(0.0, noise, K)


def test_a_weak_step_stands_out_of_years_of_weather(rng: np.random.Generator) -> None:
    level = course(rng, 0.025)
    level[90:] *= 0.94
    (step,) = long_steps(level, FULL, [])
    assert abs(step.at - 90) <= 4
    assert step.size == pytest.approx(np.log(0.94), abs=0.02)


def test_ageing_and_a_passing_dip_are_no_steps(rng: np.random.Generator) -> None:
    level = course(rng, 0.02)
    level[60:68] -= 0.08
    assert long_steps(level, FULL, []) == []


def test_a_season_is_no_step(rng: np.random.Generator) -> None:
    level = course(rng, 0.01) + 0.03 * np.cos(2 * np.pi * np.arange(K) / 26)
    assert long_steps(level, FULL, []) == []


def test_neighbours_under_the_same_sky_show_a_hundredth(rng: np.random.Generator) -> None:
    sky = rng.normal(0.0, 0.02, K)
    others = [course(rng, 0.002) + sky for _ in range(3)]
    level = course(rng, 0.002) + sky
    level[120:] -= 0.02
    (step,) = long_steps(level, FULL, others)
    assert abs(step.at - 120) <= 1
    assert long_steps(level, FULL, []) == []


def test_a_neighbour_that_rises_is_no_step_down(rng: np.random.Generator) -> None:
    sky = rng.normal(0.0, 0.004, K)
    other, level = course(rng, 0.002) + sky, course(rng, 0.002) + sky
    other[100:] += 0.06
    assert long_steps(level, FULL, [other]) == []


def test_gaps_and_thin_fortnights_are_bridged(rng: np.random.Generator) -> None:
    level, count = course(rng, 0.015), FULL.copy()
    level[90:] -= 0.10
    level[40:60], count[40:60] = np.nan, 0
    (step,) = long_steps(level, count, [])
    assert abs(step.at - 90) <= 2
