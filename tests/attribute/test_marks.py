"""Flags that the causes explain, and what would settle the uncertain ones."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import plant
from pvwarranty.attribute import Attribution, Context, attribute_site
from pvwarranty.attribute.settling import TEXTS
from pvwarranty.estimate import end_of, estimate_outputs
from pvwarranty.model import Flag, Measurements
from pvwarranty.names import PV_CAUSES
from pvwarranty.place import climate
from pvwarranty.verify import as_dict, verify
from pvwarranty.verify.examine import examine

ON = date(2024, 3, 31)
DAY = 86400
CHANGE = np.datetime64("2021-06-10", "s").astype(np.int64)


def attributed(data: Measurements) -> Attribution:
    home = replace(plant.site(), facts={"completion_date": date(2018, 4, 1)})
    seen = examine(home, data, ON)
    place = (home.latitude, home.longitude)
    context = Context(
        end_of(ON, home.longitude), seen.clock, seen.orientations, climate(*place, home.altitude),
        None,
    )  # fmt: skip
    found = estimate_outputs(seen.subjects(), ON)
    return attribute_site(seen.indexes, found, seen.measured, context)


def has(found: Attribution, flag: Flag) -> np.ndarray:
    return (found.flags["S1"] & int(flag)) != 0


def noon(time: np.ndarray) -> np.ndarray:
    return (time / 3600 + 139.7 / 15) % 24


def test_the_sun_behind_an_object_is_flagged_since_it_stands(rng: np.random.Generator) -> None:
    time = plant.times(6)
    behind = (time > CHANGE) & (noon(time) > 14.0)
    data = plant.measured(plant.site(), time, rng, {"S1": np.where(behind, 0.35, 1.0)})
    found = attributed(data)
    shaded, light = has(found, Flag.SHADED), ~has(found, Flag.NIGHT)
    assert shaded[behind & light].mean() > 0.7
    assert not shaded[time < CHANGE - 30 * DAY].any()
    cause = next(c for c in found.causes["S1"] if c.cause == "shading_change")
    assert cause.evidence["kind"] == "built"


def test_a_short_outage_is_flagged_with_its_dim_hours(rng: np.random.Generator) -> None:
    time = plant.times(6)
    off = (time > CHANGE) & (time < CHANGE + 20 * DAY)
    data = plant.measured(plant.site(), time, rng, {"S1": np.where(off, 0.0, 1.0)})
    found = attributed(data)
    out, light = has(found, Flag.OUTAGE), ~has(found, Flag.NIGHT)
    assert out[off & light].mean() > 0.95
    assert out[~off & light].mean() < 0.001


def test_a_noon_that_heat_holds_back_is_flagged(rng: np.random.Generator) -> None:
    time = plant.times(6)
    month = ((time + 9 * 3600) // DAY).astype("datetime64[D]").astype("datetime64[M]")
    hot = np.isin(month.astype(int) % 12, (6, 7)) & (np.abs(noon(time) - 12.0) < 3.0)
    data = plant.measured(plant.site(), time, rng, {"S1": np.where(hot, 0.78, 1.0)})
    held = has(attributed(data), Flag.DERATED)
    assert held.any()
    assert hot[held].mean() > 0.9


def test_no_summer_before_heat_began_is_flagged(rng: np.random.Generator) -> None:
    time = plant.times(6)
    month = ((time + 9 * 3600) // DAY).astype("datetime64[D]").astype("datetime64[M]")
    hot = np.isin(month.astype(int) % 12, (6, 7)) & (np.abs(noon(time) - 12.0) < 3.0)
    began = time > np.datetime64("2021-01-15", "s").astype(np.int64)
    # some noons of an earlier summer were held back too, by something else
    once = ((time + 9 * 3600) // DAY).astype("datetime64[D]").astype(str)
    chance = np.isin(once, [f"2019-07-{d:02d}" for d in range(8, 18)])
    data = plant.measured(
        plant.site(), time, rng, {"S1": np.where(hot & (began | chance), 0.7, 1.0)}
    )
    found = attributed(data)
    heat = next(c for c in found.causes["S1"] if c.cause == "inverter_derating")
    assert heat.since is None  # nobody can see into a winter
    assert heat.between is not None
    assert heat.between[0] < date(2021, 1, 15) < heat.between[1]
    held = has(found, Flag.DERATED)
    assert held[began].any()
    assert not held[~began].any()


def test_a_cloudy_sky_is_unstable(rng: np.random.Generator) -> None:
    found = attributed(plant.measured(plant.site(), plant.times(4), rng, {}))
    # 55 of 100 days are cloudy, each interval by its own
    assert 0.3 < has(found, Flag.UNSTABLE)[~has(found, Flag.NIGHT)].mean() < 0.75


def test_every_cause_has_what_settles_it() -> None:
    shade = {"shading_change", "static_shading"}  # these say when and whereto to look
    assert set(TEXTS) | shade == set(PV_CAUSES)
    assert all(t.ja and t.en for t in TEXTS.values())


@pytest.mark.parametrize(("lang", "words"), [("en", ("photo", "west")), ("ja", ("写真", "西"))])
def test_a_shade_asks_for_a_photo_at_its_hour(
    rng: np.random.Generator, lang: str, words: tuple[str, ...]
) -> None:
    time = plant.times(6)
    # a low winter sun in the afternoon: its day is known to months only
    winter = np.isin((time // DAY % 365) // 30, (0, 11))
    shadow = np.where((time > CHANGE) & winter & (noon(time) > 14.0), 0.4, 1.0)
    data = plant.measured(plant.site(), time, rng, {"S1": shadow})
    home = replace(plant.site(), facts={"completion_date": date(2018, 4, 1)})
    (verdict,) = as_dict(verify(home, data, ON), lang)["verdicts"]
    cause = next(c for c in verdict["causes"] if c["cause"] == "shading_change")
    assert all(word in cause["settle"] for word in words)
