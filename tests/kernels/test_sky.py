"""Clear sky, turbidity and decomposition, beside pvlib."""

import numpy as np
import pandas as pd
import pytest
from pvlib import atmosphere, clearsky, irradiance, solarposition

from kernels_pvlib import MONTHLY, quiet
from pvwarranty_kernels.sky import clear_sky_at, daily_turbidity, decompose, turbidity_table
from pvwarranty_kernels.sun import ephemeris_of


@pytest.fixture(scope="module")
def times() -> pd.DatetimeIndex:
    return pd.date_range("2024-01-01", "2024-12-31 23:00", freq="97min", tz="UTC")


@pytest.fixture(scope="module")
def seconds(times: pd.DatetimeIndex) -> np.ndarray:
    return times.as_unit("s").asi8


@pytest.mark.parametrize(("latitude", "altitude"), [(43.06, 26.0), (35.5, 1200.0), (-33.9, 40.0)])
def test_clear_sky(times: pd.DatetimeIndex, seconds: np.ndarray, latitude: float,
                   altitude: float) -> None:  # fmt: skip
    with quiet():
        sun = solarposition.get_solarposition(times, latitude, 140.0, altitude)
        airmass = atmosphere.get_absolute_airmass(
            atmosphere.get_relative_airmass(sun.apparent_zenith), atmosphere.alt2pres(altitude)
        )
        turbidity = clearsky._interpolate_turbidity(MONTHLY, times).to_numpy()
        expected = clearsky.ineichen(
            sun.apparent_zenith, airmass, turbidity, altitude,
            irradiance.get_extra_radiation(times),
        )  # fmt: skip
    ours = clear_sky_at(
        seconds, sun.apparent_elevation.to_numpy(), ephemeris_of(seconds),
        daily_turbidity(MONTHLY), altitude,
    )  # fmt: skip
    for name in ("ghi", "dni", "dhi"):
        np.testing.assert_allclose(getattr(ours, name), expected[name], atol=1e-9)


def test_turbidity_of_ordinary_and_leap_years() -> None:
    table = daily_turbidity(MONTHLY)
    for row, year, days in ((0, 2023, 365), (1, 2024, 366)):
        with quiet():
            expected = clearsky._interpolate_turbidity(
                MONTHLY, pd.date_range(f"{year}-01-01", periods=days, tz="UTC")
            )
        np.testing.assert_allclose(table[row, :days], expected, rtol=1e-12)


def test_turbidity_may_be_a_number_or_one_year() -> None:
    assert turbidity_table(np.float64(3.0)).shape == (2, 366)
    assert (turbidity_table(np.arange(366.0))[1] == np.arange(366.0)).all()
    with pytest.raises(ValueError, match="12 monthly"):
        daily_turbidity(np.ones(11))


def test_erbs(times: pd.DatetimeIndex, seconds: np.ndarray, rng: np.random.Generator) -> None:
    with quiet():
        sun = solarposition.get_solarposition(times, 35.7, 139.8, 40.0)
    ghi = rng.uniform(-5.0, 1.0, len(times)) + np.maximum(
        1300.0 * np.sin(np.radians(sun.apparent_elevation.to_numpy())), 0.0
    ) * rng.uniform(0.0, 1.0, len(times))
    ghi[::31] = np.nan
    with quiet():
        expected = irradiance.erbs(pd.Series(ghi, times), sun.apparent_zenith, times)
    ours = decompose(ghi, sun.apparent_elevation.to_numpy(), seconds, ephemeris_of(seconds))
    up = (sun.apparent_elevation > 0).to_numpy() & np.isfinite(ghi)
    np.testing.assert_allclose(ours.dni[up], expected.dni[up], atol=1e-9)
    np.testing.assert_allclose(ours.dhi[up], expected.dhi[up], atol=1e-9)
    assert np.isnan(ours.dni[::31]).all()


def test_night_is_dark_and_unknown_stays_unknown(seconds: np.ndarray) -> None:
    elevation = np.array([-20.0, np.nan, 30.0])
    table = ephemeris_of(seconds[:3])
    sky = clear_sky_at(seconds[:3], elevation, table, np.float64(3.5), 0.0)
    assert sky.ghi[0] == 0.0
    assert np.isnan(sky.dni[1])
    assert sky.ghi[2] > 400.0
