"""The pieces of the battery test one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from numpy.testing import assert_allclose

import battery_home as homes
from pvwarranty.model import Battery, Estimate, Floats, Part
from pvwarranty.storage import CapacityResult, estimate_capacity
from pvwarranty.storage.balance import (
    FIXED,
    Frame,
    capacity,
    capacity_row,
    efficiency,
    end_sigma,
    fit,
    on_basis,
)
from pvwarranty.storage.changes import Jump, find_jumps, replacement
from pvwarranty.storage.clock import find_shift
from pvwarranty.storage.counters import difference, is_counter
from pvwarranty.storage.history import _falls
from pvwarranty.storage.paths import Paths, end_paths, find_ends
from pvwarranty.storage.series import Series, read_series
from pvwarranty.storage.texts import FINDINGS, REASONS
from pvwarranty.storage.usage import usage
from pvwarranty.storage.vendor import vendor_figures

UNIT = 10000.0
BATTERY = Battery("BAT", "unit", UNIT, basis="dc")
YEAR = 365.25 * 86400.0


# counters


def test_interval_energy_is_no_counter(rng: np.random.Generator) -> None:
    assert not is_counter(rng.uniform(0, 100, 1000))
    assert not is_counter(np.tile([0.0, 0.0, 500.0, 500.0, 0.0], 300))
    assert is_counter(np.cumsum(rng.uniform(0, 100, 1000)))


def test_difference_through_reset_rollover_and_pause() -> None:
    values = np.array([999_999_700.0, 999_999_900, 100, 300, 50, 250, np.nan, 450, 700, 900])
    seconds = 1800 * np.array([0, 1, 2, 3, 4, 5, 6, 7, 12, 13])
    counted = difference(values, seconds, 1800, 1000.0)
    expected = [np.nan, 200, 200, 200, 50, 200, np.nan, np.nan, np.nan, 200]
    assert_allclose(counted.energy, expected)
    assert (counted.resets, counted.rollovers, counted.daily) == (1, 1, False)


def test_difference_refuses_the_impossible() -> None:
    counted = difference(np.array([0.0, 10.0, 99999.0, 99999.0]), 1800 * np.arange(4), 1800, 50.0)
    assert np.isnan(counted.energy[2])


# balance


def paths_with(capacity_of, efficiency_of=lambda age: 0.9 + 0.0 * age, years=8.0, noise=0.0,
               rng=None) -> Paths:  # type: ignore[no-untyped-def]  # fmt: skip
    """Charges and discharges between true ends, three days each way."""
    age = np.arange(0.02, years, 0.005)
    n = len(age)
    up = np.arange(n) % 3 == 0
    down = np.arange(n) % 3 == 1
    x_from = np.where(up, 0.0, 1.0)
    x_to = np.where(down, 0.0, 1.0)
    hours, active = np.full(n, 24.0), 6.0 + 4.0 * (np.arange(n) % 5)
    c, a = capacity_of(age), efficiency_of(age)
    lost = 30.0 * active + 5.0 * (hours - active)
    moved = (x_from - x_to) * c
    e_in = np.where(down, 0.0, np.where(up, (c + lost) / a, (5000.0 + lost) / a))
    e_out = a * e_in - lost + moved
    if rng is not None:
        e_out = e_out + noise * rng.standard_normal(n)
    temp = np.full(n, 25.0)
    zeros = np.zeros(n)
    rows = np.zeros((n, 2), int)
    return Paths(age * YEAR, hours, active, e_in, e_out, temp, x_from, x_to, zeros, rows)


def test_fit_finds_capacity_efficiency_and_own_use(rng: np.random.Generator) -> None:
    def true(age: Floats) -> Floats:
        return UNIT * 0.95 * (1.0 - 0.04 * np.sqrt(age) - 0.02 * age)

    paths = paths_with(true, lambda age: 0.9 - 0.004 * age, noise=50.0, rng=rng)
    frame = Frame(0.0, 8.0, UNIT)
    found = fit(paths, frame, BATTERY, rng, end_sigma(paths, UNIT))
    age = np.array([0.0, 2.0, 7.9])
    assert_allclose(capacity(frame, found.coefficients, age) * UNIT, true(age), rtol=0.01)
    assert_allclose(efficiency(found.coefficients, age), 0.9 - 0.004 * age, atol=0.005)
    assert found.coefficients[3] == pytest.approx(30.0, abs=3.0)
    assert found.coefficients[4] == pytest.approx(5.0, abs=3.0)
    spread = capacity(frame, found.draws, age).std(axis=0) * UNIT
    assert np.all(np.abs(found.draws.mean(axis=0) - found.coefficients)[:3] < 0.05)
    assert np.all(spread < 100.0)


def test_draws_are_wide_where_only_priors_speak(rng: np.random.Generator) -> None:
    paths = paths_with(lambda age: 0.0 * age + 9000.0, years=8.0)
    late = Paths(*(getattr(paths, n)[paths.seconds > 5 * YEAR] for n in paths.__slots__))
    frame = Frame(0.0, 8.0, UNIT)
    found = fit(late, frame, BATTERY, rng, end_sigma(late, UNIT))
    spread = capacity(frame, found.draws, np.array([0.0, 6.5])).std(axis=0)
    assert spread[0] > 10.0 * spread[1]


def test_bases_differ_by_losses() -> None:
    frame = Frame(0.0, 1.0, UNIT)
    b = np.zeros(frame.size)
    b[0], b[3], b[FIXED : FIXED + 2] = 0.81, 40.0, 0.9
    age = np.zeros(1)
    assert on_basis(frame, b, age, "dc")[0] == pytest.approx(1.0)
    assert on_basis(frame, b, age, "ac_discharge")[0] == pytest.approx(0.88)
    assert on_basis(frame, b, age, "ac_charge")[0] == pytest.approx(0.92 / 0.81)


def test_rows_of_the_broken_line() -> None:
    frame = Frame(0.0, 2.5, UNIT, steps=(1.5,))
    rows = capacity_row(frame, np.array([0.25, 1.0, 2.5]))
    assert_allclose(rows[:, FIXED:], [
        [0.75, 0.25, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0.5, 0.5, 1],
    ])  # fmt: skip


# jumps


def falling(at: float, factor: float, noise: float, rng: np.random.Generator) -> Paths:
    return paths_with(
        lambda age: 9000.0 * (1.0 - 0.03 * age) * np.where(age >= at, factor, 1.0),
        noise=noise, rng=rng,
    )  # fmt: skip


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.3])
def test_jump_is_found_and_dated(factor: float, rng: np.random.Generator) -> None:
    (jump,) = find_jumps(falling(3.0, factor, 100.0, rng), BATTERY)
    assert jump.ratio == pytest.approx(factor, abs=0.04)
    assert abs(jump.seconds / YEAR - 3.0) < 0.05


def test_ageing_is_no_jump(rng: np.random.Generator) -> None:
    assert find_jumps(falling(3.0, 0.97, 200.0, rng), BATTERY) == ()
    steep = paths_with(lambda age: 9000.0 * (1.0 - 0.1 * age), years=5.0, noise=100.0, rng=rng)
    assert find_jumps(steep, BATTERY) == ()


def test_a_return_is_no_replacement() -> None:
    fall, back, new = Jump(1.0, 0.5), Jump(2.0, 2.0), Jump(3.0, 1.3)
    assert replacement((fall, back)) is None
    assert replacement((fall,)) is None
    assert replacement((fall, back, new)) == new
    assert replacement((fall, replace(back, ratio=2.4))) is not None


# use and clock


def series_of(home: homes.Home) -> Series:
    measured, battery = homes.make(home)
    return read_series(measured, battery, home.on)


def spliced(one: homes.Home, two: homes.Home, share: float = 0.6) -> Series:
    a, b = series_of(one), series_of(two)
    k = int(share * len(a.seconds))
    names = ("e_charge", "e_discharge", "soc")
    return replace(a, **{
        n: np.concatenate([getattr(a, n)[:k], getattr(b, n)[k:]]) for n in names
    })  # fmt: skip


def test_reserve_that_moves_is_dated() -> None:
    home = homes.Home(years=4.0, soh=0.9, reserve=0.05)
    use = usage(spliced(home, replace(home, reserve=0.3)), home.capacity)
    moved = series_of(home).seconds[int(0.6 * 4.0 * 365.25 * 48)]
    assert abs(use.floor_moved - moved) < 15 * 86400
    assert use.floor - use.floor_before == pytest.approx(0.25, abs=0.06)


def test_steady_reserve_does_not_move() -> None:
    for bms in (homes.LEARNING, homes.FIXED):
        home = homes.Home(years=5.0, soh=0.6, reserve=0.3, bms=bms)
        assert np.isnan(usage(series_of(home), home.capacity).floor_moved)


@pytest.mark.parametrize("hours", [1, -1, 2])
def test_clock_that_was_moved(hours: int) -> None:
    series = series_of(homes.Home(years=5.0, soh=0.85))
    k = int(0.55 * len(series.seconds))
    shifted = series.seconds.copy()
    shifted[k:] += hours * 3600
    found = find_shift(replace(series, seconds=shifted))
    assert found is not None
    assert found.hours == pytest.approx(hours, abs=0.3)
    about = np.datetime64(int(series.seconds[k]), "s").astype("datetime64[D]").item()
    assert abs((found.since - about).days) < 62


def test_clock_is_not_blamed_for_capacity_or_reserve() -> None:
    failed = homes.Home(years=5.0, soh=0.85, failed=(2.5, 0.5))
    assert find_shift(series_of(failed)) is None
    home = homes.Home(years=4.0, soh=0.9, reserve=0.05)
    assert find_shift(spliced(home, replace(home, reserve=0.4))) is None


# history


def test_when_a_path_falls_below() -> None:
    grid = np.linspace(0.0, 5.0, 21)
    paths = np.stack([1.0 - 0.1 * grid, 1.0 - 0.06 * grid, np.full(21, 0.9)])
    assert_allclose(_falls(grid, paths, 0.6), [4.0, 20.0 / 3.0, np.inf])


def test_history_and_crossing() -> None:
    home = homes.Home(soh=0.55, root=0.0, years=8.0)
    measured, battery = homes.make(home)
    start: date = homes.START.astype("datetime64[D]").item()
    result = estimate_capacity(
        measured, battery, home.on, np.random.default_rng(0), completion=start
    )
    assert result.crossing is not None
    assert result.crossing.on is not None
    true = 8.0 * 0.4 / 0.45 * 365.25
    assert abs((result.crossing.on - start).days - true) < 60
    assert not result.crossing.projected
    low, high = result.crossing.low, result.crossing.high
    assert low is not None
    assert high is not None
    assert low <= result.crossing.on <= high
    days = np.array([(p.on - start).days for p in result.history])
    truth = home.path(days / 365.25)
    inside = [p.low <= t <= p.high for p, t in zip(result.history, truth, strict=True)]
    assert np.mean(inside) > 0.9
    seen = [abs(p.observed - t) for p, t in zip(result.history, truth, strict=True) if p.n > 20]
    assert np.median(seen) < 0.015


# the device's own figures


def found_with(value: float) -> Estimate:
    lines = {b: {"value": value} for b in ("dc", "ac_charge", "ac_discharge")}
    parts = (Part(1.0, value, 0.01),)
    return Estimate("capacity_ratio", value, value - 0.02, value + 0.02, 0.95, parts,
                    "true_ends", 9, date(2022, 1, 1), lines=lines)  # fmt: skip


def test_vendor_figures_beside_ours() -> None:
    home = homes.Home(years=5.0, soh=0.8)
    measured, battery = homes.make(home)
    n = len(measured.time)
    fade = np.linspace(1.0, 0.8, n)
    extended = homes.changed(
        measured, ac_charge_capacity=10000.0 * fade, soh=np.full(n, 100.0),
        remaining_capacity=9800.0 * measured.columns["BAT.soc"],
    )  # fmt: skip
    end = float(measured.seconds()[-1])
    start = float(measured.seconds()[0])
    figures = vendor_figures(extended, battery, found_with(0.8), start=start, end=end)
    assert [f.epc for f in figures] == ["0xA0", "0xE2", "0xE5"]
    a0, e2, e5 = figures
    assert a0.ratio == pytest.approx(0.81, abs=0.02)
    assert (a0.disagrees, a0.constant) == (False, False)
    assert (e2.disagrees, e2.constant) == (True, True)
    assert e5.ratio == 1.0
    assert e5.difference == pytest.approx(0.2)
    assert e5.disagrees
    assert all(f.difference is None for f in vendor_figures(
        extended, battery, None, start=start, end=end))  # fmt: skip


# odds and ends


def test_every_sentence_has_both_languages() -> None:
    for text in (*FINDINGS.values(), *REASONS.values()):
        assert text.ja
        assert text.en
        assert text.ja != text.en


def test_probability_is_that_of_the_mixture() -> None:
    found = replace(found_with(0.6), parts=(Part(0.5, 0.5, 0.01), Part(0.5, 0.7, 0.01)))
    result = CapacityResult("BAT", date(2022, 1, 1), found, windows=(0.5, 0.5))
    assert result.p_below(0.6) == pytest.approx(0.5)
    assert result.p_below(0.9) == pytest.approx(1.0)


def test_paths_of_a_home_balance() -> None:
    """What charging put in and discharging took out differ by the losses alone."""
    home = homes.Home(years=2.0, soh=0.95)
    series = series_of(home)
    paths = end_paths(series, find_ends(series, home.capacity))
    assert paths.full.sum() > 100
    up = paths.full & (paths.x_to > 0.5) & (paths.hours < 12.0)
    down = paths.full & (paths.x_to < 0.5) & (paths.hours < 24.0)
    into = np.median((paths.e_charge - paths.e_discharge)[up])
    out = np.median((paths.e_discharge - paths.e_charge)[down])
    assert home.capacity < into < 1.2 * home.capacity
    assert 0.75 * home.capacity < out < home.capacity
