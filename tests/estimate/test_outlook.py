"""Estimates carried on: rates found again, intervals that widen, nothing recovers."""

from __future__ import annotations

import math

import numpy as np
import pytest

import plant
from pvwarranty.estimate import end_of, gather, interval
from pvwarranty.estimate.fuse import N_TYPE
from pvwarranty.estimate.outlook import Rate, ahead, rate_of
from pvwarranty.model import Part
from pvwarranty.quality import usable

YEARS = 7


def evidence(health: np.ndarray | float):
    home = plant.site(1)
    time = plant.times(YEARS)
    data = plant.measured(home, time, np.random.default_rng(5), {"S1": health})
    (index,) = plant.indexes(home, data)
    last = np.datetime64(int(time[-1]), "s").astype("datetime64[D]").astype(object)
    return gather(index, usable(index), end_of(last, home.longitude))


def age() -> np.ndarray:
    time = plant.times(YEARS)
    return (time - time[0]) / (365.2425 * 86400)


def test_a_steady_loss_is_found_and_a_step_is_no_rate() -> None:
    slow = rate_of(evidence(np.exp(-0.02 * age())), N_TYPE)
    assert slow.basis == "course"
    assert abs(slow.value + 0.02) < 2 * slow.u
    step = rate_of(evidence(np.where(age() < 5, 1.0, 0.7)), N_TYPE)
    assert abs(step.value) < 0.01


def test_a_fault_under_way_counts_as_it_is_now() -> None:
    bend = rate_of(evidence(1.0 - 0.012 * np.maximum(age() - 2.5, 0.0) ** 2), N_TYPE)
    assert bend.basis == "recent"
    assert bend.value < -0.05


def test_without_a_course_it_is_that_of_the_kind() -> None:
    rate = rate_of(None, N_TYPE)
    assert (rate.value, rate.basis) == (-N_TYPE.rate, "ageing")
    assert rate.u > N_TYPE.u_rate


@pytest.mark.parametrize("value", [-0.01, 0.0])
def test_the_interval_widens(value: float) -> None:
    now = (Part(0.9, 0.9, 0.015), Part(0.1, 0.7, 0.03))
    widths = []
    for years in (0.0, 1.0, 5.0, 10.0):
        then = ahead(now, Rate(value, 0.003, "course"), years)
        assert math.isclose(then[0].mean, 0.9 * math.exp(value * years))
        assert [p.weight for p in then] == [0.9, 0.1]
        low, high = interval(then[:1], 0.95 * 0.9)
        widths.append(high - low)
    assert widths == sorted(widths)
    assert ahead(now, Rate(value, 0.003, "course"), 0.0) == now


def test_a_dead_channel_stays_dead() -> None:
    (part,) = ahead((Part(1.0, 0.0, 0.005),), Rate(-0.003, 0.004, "ageing"), 8.0)
    assert part.mean == 0.0
    assert part.u <= 0.005
