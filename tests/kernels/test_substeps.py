"""What several positions of the sun in an interval buy, on a plant that is known by the minute."""

import numpy as np
import pytest

from kernels_substeps import Score, made, score


@pytest.fixture(scope="module")
def clear() -> dict[tuple[int, int], Score]:
    site, ghi, response = made(False, days=90)
    return {(m, n): score(site, ghi, response, 60 * m, n) for m in (30, 60) for n in (1, 2, 4)}


@pytest.mark.parametrize("minutes", [30, 60])
def test_clear_sky(clear: dict[tuple[int, int], Score], minutes: int) -> None:
    one, two, four = (clear[minutes, n] for n in (1, 2, 4))
    assert one.rms > 0.005  # dawn and dusk are not what they are at the middle
    assert two.rms < one.rms / 3
    assert four.rms < one.rms / 10
    assert four.rms_low < 0.003
    assert abs(four.energy) < 1e-4


def test_wrong_label_outweighs_all_of_it(clear: dict[tuple[int, int], Score]) -> None:
    site, ghi, response = made(False, days=90)
    early = score(site, ghi, response, 1800, 1, -900)
    assert abs(early.median) > 20 * abs(clear[30, 1].median)
    assert early.rms > 10 * clear[30, 1].rms


def test_broken_clouds_are_bounded_not_cured() -> None:
    """The mean of a sky of clouds and gaps is no sky: Erbs makes it hazy, whatever the sun does."""
    site, ghi, response = made(True, days=90)
    one, four = (score(site, ghi, response, 3600, n) for n in (1, 4))
    assert 0.001 < four.median < 0.08
    assert abs(four.median - one.median) < 0.3 * one.median
    assert np.isfinite(four.energy)
