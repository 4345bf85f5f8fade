"""The sky of a region from made sites whose ageing and weather are known."""

from dataclasses import replace

import numpy as np
import pytest

from pvwarranty.estimate.region import SiteIndices, unpacked
from pvwarranty.estimate.regional import regional_reference
from pvwarranty.estimate.trend import Ageing, sky_trend

DAYS = 2922


def haze(rng: np.random.Generator, trend: float = 0.0) -> np.ndarray:
    """Return a sky (DAYS,) whose days hang together, with a trend [1/a]."""
    noise, sky = rng.normal(0.0, 0.018, DAYS), np.zeros(DAYS)
    for day in range(1, DAYS):
        sky[day] = 0.5 * sky[day - 1] + noise[day]
    return sky + trend * (np.arange(DAYS) - DAYS / 2) / 365.2425


def made(
    rng: np.random.Generator, name: int, sky: np.ndarray, ageing: float = 0.003
) -> SiteIndices:
    own = -ageing * np.arange(DAYS) / 365.2425 + rng.normal(0.0, 0.018, DAYS)
    clear = rng.random(DAYS) < 0.4
    level = np.where(clear, sky + own, np.nan).astype(np.float32)
    return SiteIndices(f"s{name:02d}", 35.6 + 0.01 * name, 139.7, 17000, level, 0.02, 0.003, 0.0015)


def fleet(rng: np.random.Generator, sky: np.ndarray, ageings: list[float]) -> list[SiteIndices]:
    return [made(rng, n, sky, a) for n, a in enumerate(ageings)]


def change(values: np.ndarray) -> float:
    """Return the change over the record that a line through it shows."""
    at = np.arange(len(values)) - len(values) / 2
    return float(np.sum(at * values) / np.sum(at**2) * len(values))


def test_the_days_of_the_sky_are_found(rng: np.random.Generator) -> None:
    sky = haze(rng)
    sites = fleet(rng, sky, [0.003] * 8)
    region = regional_reference(sites, sites[0])
    assert region is not None
    assert region.neighbours == 7
    assert region.gain > 0.9
    assert region.covered == pytest.approx(1.0, abs=0.01)
    assert np.std(region.sky - sky) < 0.65 * np.std(sky)


def test_a_site_is_left_out_of_its_own_sky(rng: np.random.Generator) -> None:
    sites = fleet(rng, haze(rng), [0.003] * 8)
    worse = replace(sites[0], level=sites[0].level - np.float32(0.05) * np.linspace(0, 1, DAYS))
    a, b = regional_reference(sites, sites[0]), regional_reference([worse, *sites[1:]], worse)
    assert a is not None
    assert b is not None
    assert np.allclose(a.sky / a.gain, b.sky / b.gain)


@pytest.mark.parametrize("ageing", [0.0015, 0.003, 0.0045])
def test_normal_ageing_of_all_is_not_taken_for_the_sky(
    rng: np.random.Generator, ageing: float
) -> None:
    sites = fleet(rng, haze(rng), [ageing] * 12)
    region = regional_reference(sites, sites[0])
    assert region is not None
    assert abs(change(region.sky)) < 0.008
    assert abs(change(region.sky)) < 2.0 * region.u_trend * 8


@pytest.mark.parametrize("ageing", [0.015, 0.03])
def test_a_fleet_that_ages_badly_is_not_excused(rng: np.random.Generator, ageing: float) -> None:
    sites = fleet(rng, haze(rng), [ageing] * 12)
    region = regional_reference(sites, sites[0])
    assert region is not None
    assert change(region.sky) > -0.15 * ageing * 8


def test_faulty_sites_do_not_move_the_others(rng: np.random.Generator) -> None:
    sky = haze(rng)
    ageings = [0.003] * 5 + [0.025, 0.02, 0.03, 0.018, 0.022, 0.027]
    sites = fleet(rng, sky, ageings)
    region = regional_reference(sites, sites[0])
    assert region is not None
    assert abs(change(region.sky - sky)) < 0.012
    assert np.std(region.sky - sky) < 0.5 * np.std(sky)


def bent(size: float) -> np.ndarray:
    """Return a course (DAYS,) that ends lower than it was, beside its straight line."""
    at = np.linspace(-1.0, 1.0, DAYS)
    return -size * (at**2 - 1.0 / 3.0)


def test_what_most_sites_bend_alike_is_the_skys(rng: np.random.Generator) -> None:
    sky = haze(rng)
    sites = [made(rng, n, sky + bent(0.006)) for n in range(12)]
    region = regional_reference(sites, sites[0])
    assert region is not None
    ends = slice(-365, None)
    assert np.mean((region.sky - sky)[ends]) < -0.5 * 0.006 / 2


def test_a_bend_of_a_few_or_beyond_what_skies_do_is_the_modules(rng: np.random.Generator) -> None:
    sky = haze(rng)
    few = [made(rng, n, sky + (bent(0.04) if n in (3, 4, 5) else 0.0)) for n in range(12)]
    many = [made(rng, n, sky + (bent(0.04) if n > 3 else 0.0)) for n in range(12)]
    for sites in (few, many):
        region = regional_reference(sites, sites[0])
        assert region is not None
        assert abs(np.mean((region.sky - sky)[-365:])) < 0.4 * abs(np.mean(bent(0.04)[-365:]))


def test_other_weather_gives_no_reference(rng: np.random.Generator) -> None:
    stranger = made(rng, 0, haze(rng))
    sites = [made(rng, n, haze(rng)) for n in range(1, 9)]
    assert regional_reference(sites, stranger) is None


def test_days_too_few_to_tell_leave_the_absolute_level(rng: np.random.Generator) -> None:
    sky = haze(rng)
    site = made(rng, 0, sky)
    short = replace(site, first=site.first + DAYS - 80, level=site.level[-80:])
    region = regional_reference([made(rng, n, sky) for n in range(1, 9)], short)
    assert region is not None
    assert region.gain == 0.0
    assert not region.sky.any()
    assert region.common > 0.015


def test_far_sites_and_copies_are_no_neighbours(rng: np.random.Generator) -> None:
    sky = haze(rng)
    site = made(rng, 0, sky)
    far = replace(made(rng, 1, sky), latitude=36.2)
    copy = replace(site, site="copy")
    assert regional_reference([site, far, copy], site) is None


def test_what_physics_gets_wrong_for_all(rng: np.random.Generator) -> None:
    sites = fleet(rng, haze(rng), [0.003] * 12)
    off = [0.03, 0.05, 0.04, 0.045, 0.035, 0.03, 0.05, 0.04, 0.05, 0.03, -0.3, 0.4]
    sites = [replace(s, absolute=o) for s, o in zip(sites, off, strict=True)]
    region = regional_reference(sites, sites[0])
    assert region is not None
    assert region.common == pytest.approx(0.04, abs=0.006)
    assert region.u_common < 0.01
    assert region.u_own < 0.025


def test_days_are_kept_in_two_bytes(rng: np.random.Generator) -> None:
    site = made(rng, 3, haze(rng))
    again = unpacked(site.packed())
    assert (again.site, again.first, again.absolute) == (site.site, site.first, site.absolute)
    assert np.array_equal(np.isnan(again.level), np.isnan(site.level))
    assert np.nanmax(np.abs(again.level - site.level)) < 1e-4


def sites_of(slopes: list[float]) -> list[Ageing]:
    return [Ageing(slope, 8.0, 0.003, 0.0015) for slope in slopes]


def test_a_trend_of_the_sky_is_seen_in_part() -> None:
    trend, u = sky_trend(sites_of([-0.004] * 11), 8.0)
    assert -0.001 < trend < -0.0003
    assert u < 0.007 / 8


def test_a_trend_beyond_what_skies_do_is_the_modules() -> None:
    near, _ = sky_trend(sites_of([-0.005] * 11), 8.0)
    far, u = sky_trend(sites_of([-0.015] * 11), 8.0)
    assert abs(far) < 0.0015
    assert near < 0
    assert u == pytest.approx(0.007 / 8, rel=0.3)
