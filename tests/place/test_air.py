import numpy as np
import pytest

from pvwarranty.place import climate, monthly_at, temp_air_at, temp_air_clear_at

LONGITUDE = 139.75
TOKYO = climate(35.69, LONGITUDE, 25.2)
YEAR = np.datetime64("2023-01-01", "s").astype(np.int64) + np.arange(0, 365 * 86_400, 1800)


def month_of(time: np.ndarray) -> np.ndarray:
    return time.astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12


def test_monthly_means_are_kept() -> None:
    found = temp_air_at(TOKYO, YEAR, LONGITUDE)
    months = month_of(YEAR)
    means = np.array([found[months == m].mean() for m in range(12)])
    assert found.shape == YEAR.shape
    assert found.dtype == np.float64
    assert np.abs(means - TOKYO.temp_air).max() < 0.15
    assert abs(means.mean() - TOKYO.temp_air.mean()) < 0.05


@pytest.mark.parametrize("longitude", [123.0, 139.75, -105.0])
def test_warmest_about_two_in_the_local_afternoon(longitude: float) -> None:
    day = YEAR[200 * 48 : 201 * 48]
    found = temp_air_at(TOKYO, day, longitude)
    solar = (day[np.argmax(found)] / 3600.0 + longitude / 15.0) % 24.0
    assert abs(solar - 14.0) <= 0.5


def test_clear_days_swing_more_about_the_same_mean() -> None:
    day = YEAR[: 48 * 2]
    mean, clear = temp_air_at(TOKYO, day, LONGITUDE), temp_air_clear_at(TOKYO, day, LONGITUDE)
    assert np.ptp(clear) > 1.1 * np.ptp(mean)
    assert abs(clear.mean() - mean.mean()) < 0.05


def test_daily_range_follows_the_normals() -> None:
    day = YEAR[(month_of(YEAR) == 4)][: 48 * 31]
    ranges = np.ptp(temp_air_at(TOKYO, day, LONGITUDE).reshape(-1, 48), axis=1)
    assert ranges.mean() == pytest.approx(0.95 * 2.0 * TOKYO.amplitude[4], rel=0.05)


def test_months_go_round_the_year() -> None:
    values = np.arange(12.0)
    turn = np.array(["2023-12-31T12:00:00", "2024-01-01T12:00:00"], dtype="datetime64[s]")
    last, first = monthly_at(values, turn.astype(np.int64))
    assert abs(last - first) < 0.5  # no leap at the turn
    middle = np.datetime64("2023-07-16T12:00:00", "s").astype(np.int64)
    assert monthly_at(values, np.array([middle]))[0] == pytest.approx(6.0, abs=0.05)


def test_times_before_1970_and_fractions() -> None:
    found = monthly_at(TOKYO.temp_air, np.array([-86_400.5, 0.25]))
    assert np.isfinite(found).all()
    assert abs(found[0] - found[1]) < 0.2
