"""Change points beside the best of all segmentations, and beside ruptures where installed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty_kernels.change import (
    ABSOLUTE,
    changes,
    noise,
    penalty_of,
    robust_changes,
    split_changes,
)

STEPS = [0, 900, 1800, 2700]


@pytest.fixture
def stepped(rng: np.random.Generator) -> np.ndarray:
    return np.repeat([1.0, 0.95, 1.02, 0.9], 900) + 0.02 * rng.standard_normal(3600)


def total(y: np.ndarray, starts: np.ndarray, penalty: float) -> float:
    parts = np.split(y, starts[1:])
    return float(sum(((p - p.mean()) ** 2).sum() for p in parts)) + penalty * (len(starts) - 1)


def least_total(y: np.ndarray, penalty: float, least: int) -> float:
    best = [-penalty] + [np.inf] * len(y)
    for j in range(1, len(y) + 1):
        for i in range(0, j - least + 1):
            part = y[i:j]
            best[j] = min(best[j], best[i] + ((part - part.mean()) ** 2).sum() + penalty)
    return float(best[-1])


@given(st.integers(6, 40), st.integers(0, 2**32 - 1), st.integers(1, 5), st.floats(0.2, 5.0))
def test_no_segmentation_is_better(n: int, seed: int, least: int, penalty: float) -> None:
    rng = np.random.default_rng(seed)
    y = rng.standard_normal(n) + np.repeat(2.0 * rng.standard_normal(7), 6)[:n]
    found = changes(y, penalty, least=least)
    assert np.diff(np.append(found.start, n)).min() >= least
    assert total(y, found.start, penalty) == pytest.approx(least_total(y, penalty, least))


@pytest.mark.parametrize("find", [changes, split_changes])
def test_finds_steps_with_gaps_and_weights(find, stepped, rng) -> None:  # type: ignore[no-untyped-def]
    stepped[::10] = np.nan
    weights = np.where(np.arange(3600) % 7 == 0, 0.0, 1.0)
    stepped[::7] += 5.0  # what has no weight does not count
    sigma = 0.02
    found = find(stepped, 4.0 * penalty_of(3600, sigma), weights=weights, least=7)
    assert np.abs(found.start - STEPS).max() <= 3
    assert found.level == pytest.approx([1.0, 0.95, 1.02, 0.9], abs=0.004)


def test_noise_is_blind_to_steps_and_outliers(stepped: np.ndarray) -> None:
    stepped[::50] = 0.0
    assert noise(stepped) == pytest.approx(0.02, rel=0.1)
    assert np.isnan(noise(np.array([1.0])))


def test_robust_to_outliers(stepped: np.ndarray, rng: np.random.Generator) -> None:
    stepped[rng.choice(3600, 180, replace=False)] = rng.uniform(0.0, 0.6, 180)
    plain = changes(stepped, 3.0 * penalty_of(3600, 0.02))
    assert len(plain.start) > 10  # single outliers make steps of their own
    found = robust_changes(stepped, 6.0, 3 * noise(stepped))
    assert np.abs(found.start - STEPS).max() <= 3
    assert found.level == pytest.approx([1.0, 0.95, 1.02, 0.9], abs=0.004)


def test_absolute_loss(stepped: np.ndarray) -> None:
    found = robust_changes(stepped, 10.0, 3 * noise(stepped), loss=ABSOLUTE)
    assert np.abs(found.start - STEPS).max() <= 3


def test_nothing_and_refusals() -> None:
    assert changes(np.empty(0), 1.0).start.size == 0
    assert robust_changes(np.full(3, np.nan), 1.0, 1.0).start.size == 0
    with pytest.raises(ValueError, match="shape"):
        changes(np.ones(3), 1.0, weights=np.ones(2))
    with pytest.raises(ValueError, match="scale"):
        robust_changes(np.ones(3), 1.0, 0.0)


def test_beside_ruptures(stepped: np.ndarray) -> None:
    ruptures = pytest.importorskip(
        "ruptures", reason="ruptures is in the environment made by `make dev` only"
    )
    penalty = 3.0 * penalty_of(3600, 0.02)
    theirs = ruptures.KernelCPD(kernel="linear", min_size=2).fit(stepped).predict(pen=penalty)
    ours = changes(stepped, penalty, least=2)
    assert ours.start[1:].tolist() == theirs[:-1]
