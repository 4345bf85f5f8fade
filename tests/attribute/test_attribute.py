"""Causes on made plants with one fault each; a sound plant has none."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import plant
from pvwarranty.model import Cause, Measurements
from pvwarranty.verify import Result, verify

ON = date(2024, 3, 31)
CHANGE = np.datetime64("2021-11-10", "s").astype(np.int64)


def judged(data: Measurements, channels: int = 1, kind: str = "string") -> Result:
    home = replace(plant.site(channels, kind), facts={"completion_date": date(2018, 4, 1)})
    return verify(home, data, ON)


def causes(data: Measurements) -> dict[str, Cause]:
    found = judged(data).verdicts[0].causes
    return {c.cause.cause: c.cause for c in found if c.cause.probability >= 0.5}


def made(rng: np.random.Generator, health: object = 1.0) -> Measurements:
    time = plant.times(6)
    value = health(time) if callable(health) else health
    return plant.measured(plant.site(), time, rng, {"S1": value})


def hour(time: np.ndarray) -> np.ndarray:
    return (time / 3600 + 139.7 / 15) % 24


def test_a_sound_plant_has_no_cause(rng: np.random.Generator) -> None:
    assert causes(made(rng)) == {}


def test_a_new_building_in_the_afternoon(rng: np.random.Generator) -> None:
    found = causes(made(rng, lambda t: np.where((hour(t) > 14.4) & (t > CHANGE), 0.35, 1.0)))
    assert set(found) == {"shading_change"}
    cause = found["shading_change"]
    assert abs((cause.since - date(2021, 11, 10)).days) <= 30
    assert 0.03 < cause.share < 0.35
    assert min(cause.evidence["azimuth"]) >= 200  # the afternoon's side


def test_shade_is_taken_out_of_the_estimate(rng: np.random.Generator) -> None:
    data = made(rng, lambda t: np.where((hour(t) > 14.4) & (t > CHANGE), 0.35, 1.0))
    verdict = judged(data).verdicts[0]
    assert verdict.estimate.value == pytest.approx(1.0, abs=0.025)
    assert verdict.output == "not_below"


def test_a_horizon_from_the_start_is_static(rng: np.random.Generator) -> None:
    found = causes(made(rng, lambda t: np.where(hour(t) > 15.0, 0.35, 1.0)))
    assert "static_shading" in found
    assert "shading_change" not in found


def test_a_lasting_step_is_a_failure_with_its_day(rng: np.random.Generator) -> None:
    found = causes(made(rng, lambda t: np.where(t > CHANGE, 0.86, 1.0)))
    assert set(found) == {"module_failure"}
    assert abs((found["module_failure"].since - date(2021, 11, 10)).days) <= 20
    assert found["module_failure"].share == pytest.approx(0.14, abs=0.02)


def test_a_slow_loss_is_degradation(rng: np.random.Generator) -> None:
    found = causes(made(rng, lambda t: 1.0 - 0.02 * (t - t[0]) / (365.25 * 86400)))
    assert set(found) == {"degradation"}
    assert found["degradation"].share == pytest.approx(0.12, abs=0.02)


def test_a_loss_that_grows_with_current_is_of_series_resistance(rng: np.random.Generator) -> None:
    home, time = plant.site(), plant.times(6)
    clear = plant.indexes(home, plant.blank(time))[0].clear
    loss = 0.05 * (time - time[0]) / (365.25 * 86400) * clear
    found = causes(plant.measured(home, time, rng, {"S1": 1.0 - loss}))
    assert "salt_corrosion" in found
    assert "degradation" not in found


def test_an_outage_is_dated(rng: np.random.Generator) -> None:
    first = np.datetime64("2023-08-03", "s").astype(np.int64)
    found = causes(made(rng, lambda t: np.where((t > first) & (t < first + 20 * 86400), 0.0, 1.0)))
    assert set(found) == {"outage"}
    assert abs((found["outage"].since - date(2023, 8, 3)).days) <= 1
    assert not found["outage"].active


def test_a_flat_top_is_clipping(rng: np.random.Generator) -> None:
    data = made(rng)
    power = np.minimum(data.columns["S1.p_dc"], 1750.0)
    limited = replace(data, columns={"S1.p_dc": power, "PCS.p_ac": 0.96 * power})
    assert "clipping" in causes(limited)


def test_a_dead_module_has_its_last_day(rng: np.random.Generator) -> None:
    time = plant.times(6)
    dead = np.where(time > CHANGE, 0.0, 1.0)
    data = plant.measured(plant.site(3, "module"), time, rng, {"S2": dead})
    verdict = judged(data, 3, "module").verdicts[1]
    assert verdict.causes[0].cause.cause == "module_failure"
    assert abs((verdict.causes[0].cause.since - date(2021, 11, 10)).days) <= 2


def test_salt_that_explains_a_shortfall_is_excluded(rng: np.random.Generator) -> None:
    home, time = plant.site(1, "module"), plant.times(6)
    clear = plant.indexes(home, plant.blank(time))[0].clear
    loss = 0.065 * (time - time[0]) / (365.25 * 86400) * clear
    facts = {
        "completion_date": date(2018, 4, 1), "warranty_certified": True,
        "sold_and_used_in_japan": True, "residential_use": True,
        "installed_by_designated": True, "standard_method": True, "normal_use": True,
    }  # fmt: skip
    by_the_sea = replace(home, facts=facts, latitude=35.706, longitude=140.852)
    data = plant.measured(by_the_sea, time, rng, {"S1": 1.0 - loss})
    verdict = verify(by_the_sea, data, ON).verdicts[0]
    assert verdict.output == "below"
    assert verdict.decision == "excluded"
    assert any("TOS-3.9" in c.clauses for c in verdict.causes)
