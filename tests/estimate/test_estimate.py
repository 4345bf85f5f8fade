"""Estimates on made plants whose health is known."""

import math
from datetime import date

import numpy as np
import pytest

import plant
from pvwarranty.estimate import Region, Subject, estimate_outputs, p_below
from pvwarranty.estimate.fuse import N_TYPE
from pvwarranty.model import Estimate
from pvwarranty.quality import flag

ON = date(2024, 3, 31)


def estimates(home: object, data: object, age: float | None = 0.0) -> dict[str, Estimate | None]:
    subjects = [Subject(flag(i, data, home), N_TYPE, age) for i in plant.indexes(home, data)]
    return {name: e for name, (e, _) in estimate_outputs(subjects, ON).items()}


def years_since_start(time: np.ndarray) -> np.ndarray:
    return (time - time[0]) / (365.2425 * 86400)


def test_a_healthy_channel_is_found_healthy(rng: np.random.Generator) -> None:
    home, time = plant.site(), plant.times(6)
    ageing = 1.0 - 0.004 * years_since_start(time)
    e = estimates(home, plant.measured(home, time, rng, {"S1": ageing}))["S1"]
    assert e is not None
    assert e.value == pytest.approx(0.976, abs=0.015)
    assert e.low < 0.976 < e.high
    assert p_below(e.parts, 0.81) < 1e-6
    assert e.method == "absolute+relative, clear sky"


def test_a_lasting_step_counts_in_full(rng: np.random.Generator) -> None:
    home, time = plant.site(), plant.times(6)
    step = np.where(years_since_start(time) < 5.6, 1.0, 0.72)
    e = estimates(home, plant.measured(home, time, rng, {"S1": step}))["S1"]
    assert e is not None
    assert e.value == pytest.approx(0.72, abs=0.02)
    assert p_below(e.parts, 0.81) > 0.99


def test_a_passing_dip_does_not_count(rng: np.random.Generator) -> None:
    home, time = plant.site(), plant.times(6)
    years = years_since_start(time)
    dip = np.where((years > 5.5) & (years < 5.7), 0.7, 1.0)
    e = estimates(home, plant.measured(home, time, rng, {"S1": dip}))["S1"]
    assert e is not None
    assert e.value == pytest.approx(1.0, abs=0.02)


def test_one_low_module_is_told_from_its_neighbours(rng: np.random.Generator) -> None:
    home, time = plant.site(5, "module"), plant.times(4, start="2020-04-01")
    found = estimates(home, plant.measured(home, time, rng, {"S3": 0.75}))
    assert found["S3"].value == pytest.approx(0.755, abs=0.03)  # low from the start
    assert p_below(found["S3"].parts, 0.81) > 0.95
    for name in ("S1", "S2", "S4", "S5"):
        assert found[name].value == pytest.approx(1.0, abs=0.02)


def test_a_dead_module_beside_living_ones(rng: np.random.Generator) -> None:
    home, time = plant.site(3, "module"), plant.times(4, start="2020-04-01")
    dead = np.where(years_since_start(time) < 3.5, 1.0, 0.0)
    found = estimates(home, plant.measured(home, time, rng, {"S2": dead}))
    assert found["S2"].value == 0.0
    assert found["S2"].high < 0.05
    assert found["S1"].value == pytest.approx(1.0, abs=0.02)


def test_all_channels_silent_is_an_outage_not_a_failure(rng: np.random.Generator) -> None:
    home, time = plant.site(2), plant.times(4, start="2020-04-01")
    off = np.where(years_since_start(time) < 3.9, 1.0, 0.0)
    found = estimates(home, plant.measured(home, time, rng, {"S1": off, "S2": off}))
    assert found["S1"].value == pytest.approx(1.0, abs=0.02)


def test_modules_that_lose_fast_did_so_before_their_record(rng: np.random.Generator) -> None:
    home, time = plant.site(), plant.times(5, start="2019-04-01")
    # five years old when the record starts, and 2 % a year lost all along
    level = 1.005 * (1.0 - 0.02 * (5.0 + years_since_start(time)))
    e = estimates(home, plant.measured(home, time, rng, {"S1": level}), age=5.0)["S1"]
    assert e is not None
    assert e.value == pytest.approx(level[-1], abs=0.025)
    assert e.low < level[-1] < e.high


def test_normal_ageing_before_the_record_is_expected(rng: np.random.Generator) -> None:
    home, time = plant.site(), plant.times(5, start="2019-04-01")
    level = 1.005 * (1.0 - 0.003 * (5.0 + years_since_start(time)))
    e = estimates(home, plant.measured(home, time, rng, {"S1": level}), age=5.0)["S1"]
    assert e is not None
    assert e.value == pytest.approx(level[-1], abs=0.015)


def test_a_loss_with_current_counts_as_at_1000_watts(rng: np.random.Generator) -> None:
    home, time = plant.site(), plant.times(6)
    clear = plant.indexes(home, plant.blank(time))[0].clear
    # a series resistance that grows: 18 % at 1000 W/m², which give about 0.9 on a warm day, and
    # 14 % at the middle of what is seen
    loss = 0.18 * years_since_start(time) / 6.0 * clear / 0.9
    data = plant.measured(home, time, rng, {"S1": 1.0 - loss})
    subject = Subject(flag(plant.indexes(home, data)[0], data, home), N_TYPE, 0.0)
    found, evidence = estimate_outputs([subject], ON)["S1"]
    assert found is not None
    assert evidence is not None
    assert evidence.change is not None
    seen = evidence.path.level[-1] / evidence.path.level[0]
    assert 0.80 < math.exp(evidence.change.value) < seen - 0.015
    assert found.low < 0.82 < found.high


def test_neighbours_narrow_a_short_record(rng: np.random.Generator) -> None:
    home, time = plant.site(), plant.times(0.9, start="2023-05-01")
    data = plant.measured(home, time, rng, {"S1": 1.04})  # physics is 4 % off in all the region
    subjects = [Subject(flag(i, data, home), N_TYPE, 0.0) for i in plant.indexes(home, data)]
    days = len(time) // 48
    region = Region(19000, np.zeros(days), 0.0, 11, 0.0, 1.0, 0.04, 0.01, 0.02)
    alone = estimate_outputs(subjects, ON)["S1"][0]
    beside = estimate_outputs(subjects, ON, region)["S1"][0]
    assert alone is not None
    assert beside is not None
    assert beside.value == pytest.approx(1.0, abs=0.015)
    assert beside.high - beside.low < 0.6 * (alone.high - alone.low)
    assert beside.method.endswith("11 neighbours")


def test_without_the_age_the_interval_is_wider(rng: np.random.Generator) -> None:
    home, time = plant.site(), plant.times(4, start="2020-04-01")
    data = plant.measured(home, time, rng, {})
    known, unknown = estimates(home, data)["S1"], estimates(home, data, age=None)["S1"]
    assert unknown.high - unknown.low > 1.5 * (known.high - known.low)


def test_a_short_record_gives_the_absolute_line_alone(rng: np.random.Generator) -> None:
    home, time = plant.site(), plant.times(0.9, start="2023-05-01")
    e = estimates(home, plant.measured(home, time, rng, {}))["S1"]
    assert e is not None
    assert e.method.startswith("absolute,")
    assert e.high - e.low > 0.12


def test_too_little_to_see_gives_no_estimate(rng: np.random.Generator) -> None:
    home, time = plant.site(), plant.times(0.02, start="2024-03-20")
    assert estimates(home, plant.measured(home, time, rng, {}))["S1"] is None
