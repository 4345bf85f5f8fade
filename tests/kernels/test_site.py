"""A whole site in one walk: the same as step by step, in the memory of a stretch."""

import tracemalloc

import numpy as np
import pytest

from kernels_pvlib import plant
from pvwarranty_kernels import chain, site
from pvwarranty_kernels.daily import channel_days, days_of
from pvwarranty_kernels.sun import ephemeris_of


@pytest.mark.parametrize("clear", [False, True])
def test_same_as_step_by_step(
    clear: bool, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = plant(35.69, 139.76, 40.0, step=1800)
    planes = home.planes(2)._replace(surface_azimuth=np.array([120.0, 240.0]))
    setup = site.SiteSetup(
        home.place(), ephemeris_of(home.time), home.turbidity(), planes, chain.Options(1800)
    )
    whole = chain.expect(home.time, *setup[:4], home.weather(), setup.options)
    plane = np.array([0, 1, 1])
    response = (whole.response_clear if clear else whole.response)[plane]
    power = list(300.0 * response * rng.normal(0.95, 0.03, response.shape))
    flags = [rng.integers(0, 2, home.time.size) for _ in plane]
    day = (home.time + 9 * 3600) // 86400
    monkeypatch.setattr(site, "STRETCH", 1000)  # several stretches in a year
    got = site.site_days(
        setup, home.time, home.weather(), site.Channels(power, np.full(3, 300.0), plane, flags),
        day, mask=1, clear=clear,
    )  # fmt: skip
    for c in range(3):
        expected = channel_days(days_of(day), power[c], 300.0, response[c], flags[c], 1)
        for a, b in zip(got[c], expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9)


def test_memory_is_that_of_a_stretch() -> None:
    home = plant(35.69, 139.76, 40.0, step=300)
    setup = site.SiteSetup(
        home.place(), ephemeris_of(home.time), home.turbidity(), home.planes(4), chain.Options(300)
    )
    flags = np.zeros(home.time.size, np.int64)
    channels = site.Channels([home.ghi] * 20, np.full(20, 300.0), np.arange(20) % 4, [flags] * 20)
    day = (home.time + 9 * 3600) // 86400
    site.site_days(setup, home.time, home.weather(), channels, day)
    tracemalloc.start()
    site.site_days(setup, home.time, home.weather(), channels, day)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    series = home.time.nbytes
    assert peak < 6 * series  # 20 channels and 4 planes would take 24 series and more
