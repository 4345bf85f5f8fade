"""Jumps of the unit, put into a made record."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import plant
from pvwarranty.model import Flag, Measurements
from pvwarranty.quality import flag
from pvwarranty.quality.units import Jump, corrected, find_jumps
from pvwarranty.verify import verify

HOME = plant.site()
DAY = 86400


@pytest.fixture
def data(rng: np.random.Generator) -> Measurements:
    return plant.measured(HOME, plant.times(1.0, start="2023-04-01"), rng, {})


def jumped(data: Measurements, factor: float, first: int, last: int) -> Measurements:
    day = (data.seconds() - data.seconds()[0]) // DAY
    power = data.columns["S1.p_dc"]
    inside = (day >= first) & (day < last)
    return replace(data, columns={"S1.p_dc": np.where(inside, factor * power, power)})


def found(data: Measurements) -> tuple[Jump, ...]:
    return find_jumps(plant.indexes(HOME, data), data, HOME)


def test_a_good_record_has_no_jump(data: Measurements) -> None:
    assert found(data) == ()


@pytest.mark.parametrize("factor", [1000.0, 0.001, 2.0])
@pytest.mark.parametrize(("first", "last"), [(60, 140), (200, 366)])
def test_certain_jumps_are_corrected(
    data: Measurements, factor: float, first: int, last: int
) -> None:
    wrong = jumped(data, factor, first, last)
    (jump,) = found(wrong)
    assert jump.certain
    assert jump.factor == factor
    assert jump.lasting == (last == 366)
    start = int(data.seconds()[0])
    # cloudy days at the edges do not show the unit
    assert abs(jump.since - start - first * DAY) < 6 * DAY
    right, true = corrected(wrong, (jump,)).columns["S1.p_dc"], data.columns["S1.p_dc"]
    assert np.isclose(right, true, atol=1e-6).mean() > 0.97


def test_half_the_power_for_a_time_is_told_and_left_out(data: Measurements) -> None:
    wrong = jumped(data, 0.5, 60, 140)
    (jump,) = found(wrong)
    assert not jump.certain
    assert corrected(wrong, (jump,)).columns["S1.p_dc"] is wrong.columns["S1.p_dc"]
    index = flag(plant.indexes(HOME, wrong)[0], wrong, HOME, (jump,))
    out = (index.flags & int(Flag.UNIT_JUMP)) != 0
    day = (data.seconds() - data.seconds()[0]) // DAY
    inside, light = (day >= 60) & (day < 140), (index.flags & int(Flag.NIGHT)) == 0
    assert out[inside & light].mean() > 0.95
    assert out[~inside].sum() < 4 * 30


def test_half_the_power_to_the_end_may_be_a_failure(data: Measurements) -> None:
    wrong = jumped(data, 0.5, 200, 366)
    (jump,) = found(wrong)
    assert jump.lasting
    index = flag(plant.indexes(HOME, wrong)[0], wrong, HOME, (jump,))
    assert not ((index.flags & int(Flag.UNIT_JUMP)) != 0).any()


def test_a_wrong_nominal_power_is_no_unit(data: Measurements) -> None:
    twice = {"S1.p_dc": 1.7 * data.columns["S1.p_dc"]}
    assert found(replace(data, columns=twice)) == ()


def test_a_verdict_says_what_was_corrected(rng: np.random.Generator) -> None:
    data = plant.measured(HOME, plant.times(4.0), rng, {})
    day = (data.seconds() - data.seconds()[0]) // DAY
    power = data.columns["S1.p_dc"] / np.where(day > 900, 1000.0, 1.0)
    result = verify(HOME, replace(data, columns={"S1.p_dc": power}), date(2022, 3, 31))
    assert any("S1.p_dc" in w.en and "corrected" in w.en for w in result.warnings)
    estimate = result.verdicts[0].estimate
    assert estimate is not None
    assert estimate.value == pytest.approx(1.0, abs=0.05)
