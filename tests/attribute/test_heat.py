"""Since when heat holds a power conditioner back."""

from datetime import date

import numpy as np
import pytest

from pvwarranty.attribute.heat import ClearDays, hot_since


def summers(reached: list[float], rng: np.random.Generator) -> ClearDays:
    """Return twelve clear days of each August from 2015 on, whose noons reach so much."""
    first = np.datetime64("2015-08-01", "D").astype(int)
    day = np.concatenate([first + 365 * k + np.arange(0, 24, 2) for k in range(len(reached))])
    came = np.concatenate([rng.random(12) < r for r in reached]).astype(float)
    return ClearDays(day.astype(float), np.full(len(day), 7), came, came, np.ones(1, dtype=bool))


def test_the_onset_lies_between_two_summers(rng: np.random.Generator) -> None:
    # one good summer later on is chance
    found = summers([0.9, 0.8, 0.9, 0.1, 0.05, 0.35, 0.1], rng)
    between = hot_since(found, np.ones(len(found.day), dtype=bool))
    assert between is not None
    assert date(2017, 8, 20) < between[0] < date(2017, 9, 1)
    assert date(2018, 7, 25) < between[1] < date(2018, 8, 3)


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_summers_that_are_alike_have_no_onset(rng: np.random.Generator, share: float) -> None:
    found = summers([share] * 7, rng)
    assert hot_since(found, np.ones(len(found.day), dtype=bool)) is None
