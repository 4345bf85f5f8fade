"""Position of the sun, beside pvlib's full algorithm at every instant."""

import numpy as np
import pandas as pd
import pytest
from pvlib import irradiance, solarposition

from kernels_pvlib import quiet
from pvwarranty_kernels.sun import DAY, ephemeris, ephemeris_of, sun_position

PLACES = {
    "Sapporo": (43.06, 141.35, 26.0),
    "Tokyo": (35.69, 139.76, 40.0),
    "Naha": (26.21, 127.68, 5.0),
    "Sydney": (-33.87, 151.21, 40.0),
    "Tromsø": (69.65, 18.96, 10.0),
}


def seconds(text: str) -> int:
    return int(np.datetime64(text, "s").astype(np.int64))


def differences(time: np.ndarray, place: tuple[float, float, float]) -> tuple[float, float, float]:
    ours = sun_position(time, *place, ephemeris_of(time))
    with quiet():
        theirs = solarposition.get_solarposition(
            pd.to_datetime(time, unit="s", utc=True), *place, method="nrel_numpy"
        )
    turn = (ours.azimuth - theirs.azimuth.to_numpy() + 180.0) % 360.0 - 180.0
    return (
        float(np.abs(ours.elevation - theirs.apparent_elevation.to_numpy()).max()),
        float(np.abs(ours.elevation_true - theirs.elevation.to_numpy()).max()),
        float(np.abs(turn * np.cos(np.radians(ours.elevation_true))).max()),
    )


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_agrees_with_pvlib_from_2000_to_2050(place: tuple[float, float, float]) -> None:
    # the requirement is 0.001°; the table of days leaves a thousandth of it
    time = np.arange(seconds("2000-01-01"), seconds("2050-12-31"), 157_021)
    assert max(differences(time, place)) < 2e-6


@pytest.mark.parametrize("step", [1, 60, 1800, 3600, DAY])
def test_steps_from_a_second_to_a_day(step: int) -> None:
    time = seconds("2024-02-28T21:13:07") + step * np.arange(400)
    assert max(differences(time, PLACES["Tokyo"])) < 2e-6


def test_goes_on_over_midnight() -> None:
    midnight = seconds("2024-03-01")
    time = midnight + np.arange(-3, 4)
    sun = sun_position(time, *PLACES["Tokyo"], ephemeris_of(time))
    assert np.ptp(np.diff(sun.elevation)) < 1e-6  # the same pace before and after


def test_time_from_terrestrial_time() -> None:
    time = np.arange(seconds("2030-01-01"), seconds("2031-01-01"), 40_000)
    table = ephemeris(int(time[0]) // DAY, int(time[-1]) // DAY, delta_t=75.0)
    ours = sun_position(time, *PLACES["Tokyo"], table)
    with quiet():
        theirs = solarposition.spa_python(
            pd.to_datetime(time, unit="s", utc=True), *PLACES["Tokyo"], delta_t=75.0
        )
    assert np.abs(ours.elevation_true - theirs.elevation.to_numpy()).max() < 2e-6


def test_extraterrestrial_irradiance_by_utc_day() -> None:
    days = pd.date_range("2023-12-25", "2025-01-05", tz="UTC")
    table = ephemeris(int(days[0].timestamp()) // DAY, int(days[-1].timestamp()) // DAY)
    with quiet():
        expected = irradiance.get_extra_radiation(days).to_numpy()
    np.testing.assert_allclose(table[:, 14], expected, rtol=1e-13)


def test_instants_beyond_the_table_are_refused() -> None:
    table = ephemeris(19_000, 19_010)
    with pytest.raises(ValueError, match="longer table"):
        sun_position(np.array([19_011 * DAY]), *PLACES["Tokyo"], table)
    with pytest.raises(ValueError, match="before"):
        ephemeris(10, 9)


def test_no_instants() -> None:
    none = np.empty(0, np.int64)
    assert sun_position(none, *PLACES["Tokyo"], ephemeris_of(none)).azimuth.shape == (0,)
