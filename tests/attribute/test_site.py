"""Causes of a site's channels looked at together, on made plants with known faults."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import plant
from pvwarranty.attribute import Context, attribute_site
from pvwarranty.estimate import end_of, estimate_outputs
from pvwarranty.model import Cause, Measurements
from pvwarranty.place import climate
from pvwarranty.verify.examine import examine

ON = date(2024, 3, 31)
CHANGE = np.datetime64("2021-06-10", "s").astype(np.int64)
DAY = 86400


def told(data: Measurements, channels: int, kind: str = "string") -> dict[str, dict[str, Cause]]:
    """Return the likely causes of each channel by name."""
    home = replace(plant.site(channels, kind), facts={"completion_date": date(2018, 4, 1)})
    seen = examine(home, data, ON)
    found = estimate_outputs(seen.subjects(), ON)
    context = Context(
        end_of(ON, home.longitude), seen.clock, seen.orientations,
        climate(home.latitude, home.longitude, home.altitude), None,
    )  # fmt: skip
    causes = attribute_site(seen.indexes, found, seen.measured, context).causes
    return {
        name: {c.cause: c for c in every if c.probability >= 0.5} for name, every in causes.items()
    }


def sky(channels: int, rng: np.random.Generator, **health: np.ndarray) -> Measurements:
    """Return measurements of channels under one weather, with an inverter's column."""
    home, time = plant.site(channels), plant.times(6)
    data = plant.measured(home, time, rng, dict(health))
    return data


def noon(time: np.ndarray) -> np.ndarray:
    return (time / 3600 + 139.7 / 15) % 24


def limited(data: Measurements, factor: np.ndarray) -> Measurements:
    """Return the data with an inverter column, all channels scaled alike."""
    columns = {name: values * factor for name, values in data.columns.items()}
    total = 0.96 * np.sum(list(columns.values()), axis=0)
    return replace(data, columns=columns | {"PCS.p_ac": total})


def days_of(time: np.ndarray) -> np.ndarray:
    return (time + 9 * 3600) // DAY


def test_a_site_without_faults_has_no_cause(rng: np.random.Generator) -> None:
    assert told(sky(2, rng), 2) == {"S1": {}, "S2": {}}


def test_an_object_is_dated_by_the_light_of_the_sky(rng: np.random.Generator) -> None:
    # its shadow falls in winter afternoons only, but it stands in the sky from June on
    time = plant.times(6)
    winter = np.isin((time // DAY % 365) // 30, (0, 1, 9, 10, 11))
    built = time > CHANGE
    shadow = np.where(built & winter & (noon(time) > 14.0), 0.35, 1.0)
    data = sky(2, rng, S1=shadow * np.where(built, 0.985, 1.0), S2=shadow)
    found = told(data, 2)
    for causes in found.values():
        # what it takes of the sky at all hours passes for the ageing that all modules have
        assert set(causes) - {"degradation"} == {"shading_change"}
        assert abs((causes["shading_change"].since - date(2021, 6, 10)).days) <= 15
        first, last = causes["shading_change"].between
        assert first <= date(2021, 6, 10) <= last
        assert (last - first).days < 30
        assert causes["shading_change"].evidence["map"]["before"]


def test_a_shade_that_went_away_is_not_active(rng: np.random.Generator) -> None:
    time = plant.times(6)
    stood = (time > CHANGE) & (time < CHANGE + 400 * DAY)
    found = told(sky(1, rng, S1=np.where(stood & (noon(time) > 14.0), 0.3, 1.0)), 1)["S1"]
    cause = found["shading_change"]
    assert not cause.active
    assert cause.share == 0.0
    assert cause.evidence["share_while_there"] > 0.05
    assert abs((cause.until - date(2022, 7, 15)).days) < 40


def test_caps_of_the_grid_operator(rng: np.random.Generator) -> None:
    time = plant.times(6)
    data = sky(2, rng)
    total = np.sum(list(data.columns.values()), axis=0)
    top = float(np.quantile(total, 0.999))
    spring = np.isin((time // DAY % 365) // 30, (2, 3, 4, 9, 10))
    start = np.datetime64("2021-03-20", "s").astype(np.int64)
    chosen = spring & (time > start) & (days_of(time) % 4 == 0)
    cap = np.where(chosen & (noon(time) > 9.0) & (noon(time) < 14.5), 0.4 * top, np.inf)
    cap *= rng.normal(1.0, 0.002, time.size)
    data = limited(data, np.where(total > cap, cap / np.maximum(total, 1e-9), 1.0))
    for causes in told(data, 2).values():
        assert set(causes) == {"curtailment"}
        assert causes["curtailment"].evidence["caps"] == pytest.approx([0.4], abs=0.02)
        assert abs((causes["curtailment"].since - date(2021, 3, 20)).days) < 20
        assert causes["curtailment"].share > 0.02


def test_grid_voltage_holds_back_at_weekends(rng: np.random.Generator) -> None:
    time = plant.times(6)
    day = days_of(time)
    weekend = (day + 3) % 7 >= 5
    level = rng.normal(0.62, 0.06, int(day[-1]) + 1)[day] + rng.normal(0, 0.02, time.size)
    data = sky(1, rng)
    total = data.columns["S1.p_dc"]
    top = float(np.quantile(total, 0.999))
    busy = rng.random(int(day[-1]) + 1)[day] < np.where(weekend, 0.9, 0.25)
    cap = np.where(busy & (time > CHANGE), level * top, np.inf)
    data = limited(data, np.where(total > cap, cap / np.maximum(total, 1e-9), 1.0))
    causes = told(data, 1)["S1"]
    assert set(causes) == {"voltage_rise"}
    assert causes["voltage_rise"].evidence["weekend_z"] < -2.0


def test_heat_holds_back_in_the_hottest_months(rng: np.random.Generator) -> None:
    time = plant.times(6)
    month = (days_of(time).astype("datetime64[D]").astype("datetime64[M]").astype(int)) % 12
    hot = np.isin(month, (6, 7)) & (np.abs(noon(time) - 12.5) < 3.0)
    data = sky(1, rng)
    data = limited(data, np.where(hot, 0.78 + 0.05 * rng.random(time.size), 1.0))
    causes = told(data, 1)["S1"]
    assert "inverter_derating" in causes
    assert "voltage_rise" not in causes


def test_a_failed_string_is_dated_by_its_neighbour(rng: np.random.Generator) -> None:
    time = plant.times(6)
    found = told(sky(2, rng, S1=np.where(time > CHANGE, 1 - 2 / 7, 1.0)), 2)
    assert set(found["S1"]) == {"module_failure"}
    assert found["S2"] == {}
    cause = found["S1"]["module_failure"]
    assert abs((cause.since - date(2021, 6, 10)).days) <= 1
    assert cause.share == pytest.approx(2 / 7, abs=0.02)


def test_the_voltage_tells_salt_from_ageing(rng: np.random.Generator) -> None:
    home, time = plant.site(2), plant.times(6)
    clear = plant.indexes(home, plant.blank(time))[0].clear
    grown = (time - time[0]) / (6 * 365.25 * DAY)
    health = {"S1": 1.0 - 0.22 * grown * clear, "S2": 1.0 - 0.16 * grown}
    data = plant.measured(home, time, rng, health)
    volts = np.where(clear > 0, 400.0, np.nan)
    columns = data.columns | {
        "S1.v_dc": volts * (1.0 - 0.18 * grown * clear), "S2.v_dc": volts * (1.0 - 0.05 * grown),
    }  # fmt: skip
    found = told(replace(data, columns=columns), 2)
    assert set(found["S1"]) == {"salt_corrosion"}
    assert found["S1"]["salt_corrosion"].probability > 0.8
    assert set(found["S2"]) == {"degradation"}


def test_a_shunt_takes_dim_light(rng: np.random.Generator) -> None:
    home, time = plant.site(1), plant.times(6)
    data = plant.measured(home, time, rng, {})
    grown = np.clip((time - time[0]) / (6 * 365.25 * DAY) * 1.2 - 0.2, 0.0, 1.0)
    power = np.maximum(data.columns["S1.p_dc"] - 0.13 * grown * 7 * 345, 0.0)
    found = told(replace(data, columns={"S1.p_dc": power}), 1)["S1"]
    assert "pid" in found
    assert "salt_corrosion" not in found


def test_a_wash_shows_what_was_dirt(rng: np.random.Generator) -> None:
    time = plant.times(6)
    years = (time - time[0]) / (365.25 * DAY)
    washed = time > np.datetime64("2022-05-10", "s").astype(np.int64)
    dirt = np.where(washed, 0.01 * (years - 4.1), 0.022 * years)
    found = told(sky(1, rng, S1=1.0 - dirt), 1)["S1"]
    assert "soiling" in found


def test_an_open_string_is_an_outage_and_a_dead_module_a_failure(rng: np.random.Generator) -> None:
    time = plant.times(6)
    off = np.where(time > np.datetime64("2023-09-01", "s").astype(np.int64), 0.0, 1.0)
    found = told(sky(2, rng, S2=off), 2)
    assert "outage" in found["S2"]
    assert abs((found["S2"]["outage"].since - date(2023, 9, 1)).days) <= 1
    home = plant.site(3, "module")
    data = plant.measured(home, time, rng, {"S2": off})
    assert "module_failure" in told(data, 3, "module")["S2"]
