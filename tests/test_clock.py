"""Errors of the clock: found, told apart from shade and orientation, and taken out."""

from dataclasses import replace

import numpy as np
import pytest

import plant
from pvwarranty import clock
from pvwarranty.model import Measurements

START, CHANGE = "2020-04-01", np.datetime64("2022-02-10", "s").astype(np.int64)


@pytest.fixture
def true_record(rng: np.random.Generator) -> Measurements:
    home, time = plant.site(), plant.times(4, start=START)
    return plant.measured(home, time, rng, {})


def examined(data: Measurements, **site: object) -> clock.Clock:
    return clock.examine(plant.indexes(plant.site(**site), data))


def moved(data: Measurements, seconds: np.ndarray) -> Measurements:
    times = data.seconds() + seconds.astype(np.int64)
    kept = np.concatenate([[True], np.diff(np.maximum.accumulate(times)) > 0])
    return replace(
        data,
        time=times[kept].astype("datetime64[s]"),
        columns={k: v[kept] for k, v in data.columns.items()},
    )


def test_a_good_clock(true_record: Measurements) -> None:
    found = examined(true_record)
    assert found.shifts == ()
    assert abs(found.offset) < 300


@pytest.mark.parametrize("shift", [3600, -3600, -9 * 3600])
def test_a_step_is_found_and_taken_out(true_record: Measurements, shift: int) -> None:
    wrong = moved(true_record, np.where(true_record.seconds() >= CHANGE, shift, 0))
    found = examined(wrong)
    assert [s.seconds for s in found.shifts] == [shift]
    assert abs(found.shifts[0].since - CHANGE) < 30 * 86400
    assert examined(clock.correct(wrong, found)).shifts == ()


def test_a_wrong_zone_from_the_start(true_record: Measurements) -> None:
    found = examined(moved(true_record, np.full(true_record.time.size, -9 * 3600)))
    assert [(s.kind, s.seconds) for s in found.shifts] == [("constant", -32400.0)]


def test_a_slow_drift_that_is_reset(true_record: Measurements) -> None:
    since = (true_record.seconds() - true_record.seconds()[0]) % (500 * 86400)
    found = examined(moved(true_record, since / (500 * 86400) * 2700))
    assert {s.kind for s in found.shifts} == {"drift"}
    assert max(s.seconds for s in found.shifts) == pytest.approx(2700, abs=600)


def test_a_wrong_azimuth_is_no_clock_error(true_record: Measurements) -> None:
    found = examined(true_record, surface_azimuth=130)
    assert found.shifts == ()
    assert abs(found.offset) > 900


def test_evening_shade_is_no_clock_error(rng: np.random.Generator) -> None:
    home, time = plant.site(), plant.times(4, start=START)
    hour = (time / 3600 + 139.7 / 15) % 24
    shade = np.where((hour > 14.5) & (time >= CHANGE), 0.25, 1.0)
    found = examined(plant.measured(home, time, rng, {"S1": shade}))
    assert found.shifts == ()


def test_overlapping_corrections_keep_one_value_an_instant(true_record: Measurements) -> None:
    shift = clock.Shift(int(CHANGE), int(CHANGE) + 86400, 1800.0, "step")
    found = clock.Clock(int(true_record.seconds()[0]), np.zeros(1), (shift,), 0.0)
    data = clock.correct(true_record, found)
    assert (np.diff(data.seconds()) > 0).all()
    assert data.columns["S1.p_dc"].size == data.time.size
