"""Steps beside a straight line, beside plain numpy."""

import numpy as np
import pytest

from pvwarranty_kernels.step_fits import LEAST_SCATTER, RIDGE, TURNS, step_fits

REACH, YEAR, LEAST = 20, 26, 5


def plain_fit(course: np.ndarray, weight: np.ndarray, at: int) -> tuple[float, float]:
    near = np.arange(max(at - REACH, 0), min(at + REACH, len(course)))
    near = near[weight[near] > 0]
    late = near >= at
    if min(late.sum(), (~late).sum()) < LEAST:
        return 0.0, np.inf
    x = np.stack([np.ones(len(near)), (near - at) / YEAR, late.astype(float)])
    y, used = course[near], weight[near]
    for _ in range(TURNS):
        inner = (x * used) @ x.T + RIDGE * np.eye(3)
        found = np.linalg.solve(inner, (x * used) @ y)
        rest = y - found @ x
        scatter = 1.4826 * np.sort(np.abs(rest))[(len(rest) - 1) // 2] + LEAST_SCATTER
        used = weight[near] / np.maximum(1.0, np.abs(rest) / (2.0 * scatter))
    beside = np.diff(near) == 1
    shared = np.clip(np.sum((rest[1:] * rest[:-1])[beside]) / np.sum(rest * rest), 0.0, 0.9)
    grow = np.sqrt((1 + shared) / (1 - shared))
    return float(found[2]), float(scatter * grow * np.sqrt(np.linalg.inv(inner)[2, 2]))


def test_fits_agree_with_numpy(rng: np.random.Generator) -> None:
    course = rng.normal(0.0, 0.02, 90) - 0.001 * np.arange(90)
    course[50:] -= 0.08
    course[30] += 0.5
    weight = rng.uniform(0.1, 1.0, 90)
    weight[rng.random(90) < 0.25] = 0.0
    course[weight == 0.0] = np.nan
    size, u = step_fits(course, weight, REACH, YEAR, LEAST)
    expected = [plain_fit(course, weight, k) for k in range(90)]
    np.testing.assert_allclose(size, [e[0] for e in expected], atol=1e-9)
    np.testing.assert_allclose(u, [e[1] for e in expected], rtol=1e-7)
    assert size[50] == pytest.approx(-0.08, abs=0.03)
    assert size[50] / u[50] == (size / u).min()


def test_too_little_on_a_side_is_not_known() -> None:
    size, u = step_fits(np.zeros(12), np.ones(12), REACH, YEAR, LEAST)
    assert np.array_equal(np.isfinite(u), (np.arange(12) >= 5) & (np.arange(12) <= 7))
    assert not size.any()
