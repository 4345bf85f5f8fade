"""Maps over the sun's positions: cells, weather taken out, patches, the day of a change."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pvlib.solarposition import get_solarposition

from pvwarranty_kernels import map_changes, maps

ROWS, SLOTS, PASSES = maps.ROWS, 24, 10


def levels(rng: np.random.Generator, noise: float = 0.03) -> np.ndarray:
    """Return sound levels: weather by row and pass, a little noise, night unknown."""
    weather = rng.uniform(0.85, 1.05, (PASSES, ROWS, 1))
    level = weather * rng.normal(1.0, noise, (PASSES, ROWS, SLOTS))
    level[:, :, :6] = np.nan
    level[:, :, 18:] = np.nan
    return level


def clear() -> np.ndarray:
    hour = np.arange(SLOTS) + 0.5
    day = np.clip(np.sin((hour - 6) / 12 * np.pi), 0, None)
    return np.outer(np.linspace(1.0, 0.6, ROWS), day)


def without_light(change: np.ndarray) -> np.ndarray:
    return map_changes.by_irradiance(change, clear(), map_changes.light_parts(clear()), 0.7)


def test_cells_follow_hour_angle_and_declination() -> None:
    longitude = 139.7
    first = np.datetime64("2021-01-01", "s").astype(np.int64)
    time = first + np.arange(0, 2 * 365 * 86400, 1800)
    cell, half = maps.sun_cells(time, longitude, 1800, 48)
    sun = get_solarposition(
        np.asarray(time + 900, dtype="datetime64[s]").astype("datetime64[ns]"), 35.6, longitude
    )
    up = sun["elevation"].to_numpy() > 5
    rows, slots = cell // 48, cell % 48
    # within a cell the sun stands in one place, spring and autumn alike
    for name, wide in (("elevation", 5.5), ("azimuth", 14.0)):
        values = sun[name].to_numpy()
        spread = [np.ptp(values[up & (cell == c)]) for c in np.unique(cell[up])]
        assert np.quantile(spread, 0.95) < 2 * wide
    assert rows[np.argmax(sun["elevation"].to_numpy())] == 0
    noon = slots[(sun["azimuth"].to_numpy() > 178) & (sun["azimuth"].to_numpy() < 182) & up]
    assert set(noon) <= {23, 24}
    assert half[-1] - half[0] == 4


def test_passes_are_half_years_and_rows_come_twice() -> None:
    days = maps.row_days(42, 4)
    assert np.all(np.diff(np.sort(days.ravel())) == pytest.approx(maps.HALF_YEAR / ROWS))
    summer, winter = days[:, 0], days[:, -1]
    assert np.all(np.abs(np.diff(summer)) > 0)
    assert {int(d) for d in np.round(np.diff(np.sort(np.concatenate([summer, winter]))))} <= {
        15, 167, 168
    }  # fmt: skip


def test_weather_drops_out_and_a_change_stays(rng: np.random.Generator) -> None:
    level = levels(rng)
    level[6:, 7:11, 13:16] *= 0.4
    rest, factor, _ = maps.without_weather(level, 0.85, 3)
    assert np.nanmedian(rest[6:, 7:11, 13:16]) < -0.7
    assert abs(np.nanmedian(rest[:6])) < 0.06
    assert factor.shape == (PASSES, ROWS)


def test_the_day_of_a_change_is_found(rng: np.random.Generator) -> None:
    level, day = levels(rng), maps.row_days(42, PASSES)
    tau = float(day[6].min()) - 5.0
    level[6:, 6:, 12:15] *= 0.35
    rest, _, _ = maps.without_weather(level, 0.85, 3)
    own, common = maps.scatter(rest)
    assert own == pytest.approx(0.03, abs=0.015)
    found, mass = map_changes.first_change(rest, day, clear(), own, max(common, 0.02), 3.0, 0.06, 2)
    assert mass > 5.0
    assert abs(found - tau) < 60.0


def test_nothing_is_found_in_weather_alone(rng: np.random.Generator) -> None:
    rest, _, _ = maps.without_weather(levels(rng, 0.06), 0.85, 3)
    day = maps.row_days(42, PASSES)
    _, mass = map_changes.first_change(rest, day, clear(), 0.07, 0.06, 3.0, 0.06, 3)
    assert mass < 1.0


def test_what_irradiance_explains_is_no_object() -> None:
    change = -0.5 * np.exp(-6.0 * clear())  # a shunt: most is lost where there is little light
    left = change - without_light(change)
    lit = clear() > 0.1
    assert np.nanmin(left[lit]) > -0.15
    change[8:, 14:17] -= 0.6
    assert np.nanmin((change - without_light(change))[8:, 14:17]) < -0.4


def test_patches_touch_at_corners() -> None:
    inside = np.zeros((5, 6), dtype=bool)
    inside[0, 0] = inside[1, 1] = inside[4, 5] = True
    label, count = maps.patches(inside)
    assert count == 2
    assert label[0, 0] == label[1, 1] != label[4, 5]


def test_smoothing_leaves_unknown_cells_alone() -> None:
    values = np.ones((4, 4))
    values[2, 2] = np.nan
    out = maps.smoothed(values, np.ones((4, 4)))
    assert np.isnan(out[2, 2])
    assert np.nanmin(out) == pytest.approx(1.0)


def test_a_cell_that_was_free_once_is_not_static(rng: np.random.Generator) -> None:
    level = levels(rng)
    level[:, 8:, 15:] *= 0.3
    level[5:, 8:, 8:10] *= 0.3
    best = maps.free_map(level, clear(), 0.8, 0.8)
    assert np.nanmax(best[8:, 15:17]) < 0.5
    assert np.nanmin(best[8:, 8:10]) > 0.8


@given(
    arrays(np.float64, st.integers(1, 60), elements=st.floats(-2.0, 2.0) | st.just(math.nan)),
    st.floats(0.0, 1.0),
)
def test_quantile_is_numpys(values: np.ndarray, quantile: float) -> None:
    known = values[np.isfinite(values)]
    found = maps.nan_quantile(values.copy(), len(values), quantile)
    if len(known):
        assert found == pytest.approx(np.quantile(known, quantile), abs=1e-12)
    else:
        assert math.isnan(found)


def test_light_is_interpolated_between_the_parts(rng: np.random.Generator) -> None:
    change = rng.normal(0.0, 0.1, clear().shape)
    parts = map_changes.light_parts(clear())
    edges = np.array(map_changes.EDGES)
    centre, found = [], []
    for k in range(map_changes.PARTS):
        inside = (clear() >= edges[k]) & (clear() < edges[k + 1])
        assert np.array_equal(inside, parts == k)
        if inside.sum() >= map_changes.LEAST_CELLS:
            centre.append(edges[k : k + 2].mean())
            found.append(np.quantile(change[inside], 0.7))
    expected = np.interp(clear(), centre, found)
    np.testing.assert_allclose(without_light(change), expected, atol=1e-12)


def test_the_first_change_is_the_largest_of_all_days_tried(rng: np.random.Generator) -> None:
    level, day = levels(rng, 0.05), maps.row_days(42, PASSES)
    level[5:, 6:, 12:15] *= 0.5
    level[rng.random(level.shape) < 0.2] = np.nan
    rest, _, _ = maps.without_weather(level, 0.85, 3)
    found, mass = map_changes.first_change(rest, day, clear(), 0.05, 0.04, 3.0, 0.06, 3)
    days, masses = np.sort(day.ravel()), {}
    for k in range(3, len(days) - 2, 3):
        after = day > 0.5 * (days[k - 1] + days[k])
        change = map_changes.mean_change(rest, after)
        _, weight = map_changes.change_map(rest, after)
        masses[0.5 * (days[k - 1] + days[k])], _ = map_changes.shade_mass(
            change - without_light(change), weight, clear(), 0.05, 0.04, 3.0, 0.06
        )
    best = max(masses, key=lambda tau: masses[tau])
    assert found == best
    assert mass == pytest.approx(masses[best], rel=1e-9)


def test_changes_are_of_medians_and_of_means_within_bounds() -> None:
    rest = np.array([0.0, 0.1, -5.0, -0.5, -0.6, -9.0, np.nan]).reshape(-1, 1, 1)
    after = np.arange(7)[:, None] >= 3
    change, weight = map_changes.change_map(rest, after)
    assert change[0, 0] == pytest.approx(-0.6 - 0.0)
    assert weight[0, 0] == pytest.approx(2.5 * 2.5 / 5.0)
    mean = map_changes.mean_change(rest, after)
    assert mean[0, 0] == pytest.approx((-0.5 - 0.6 - 1.5) / 3 - (0.0 + 0.1 - 1.5) / 3)


def test_weight_behind_nine_cells_is_their_inverse_variance() -> None:
    change = np.full((5, 20), -0.1)
    lit = np.full((5, 20), 0.5)
    weight = np.ones((5, 20))
    # nine even cells, weighed 4, 2 and 1 from the middle out
    u = 0.05 * np.sqrt(4**2 + 4 * 2**2 + 4) / 16
    for noise_z, expected in ((0.1 / u * 0.99, True), (0.1 / u * 1.01, False)):
        _, cells = map_changes.shade_mass(change, weight, lit, 0.05, 0.0, noise_z, 0.06)
        assert bool(cells[2, 10]) is expected
