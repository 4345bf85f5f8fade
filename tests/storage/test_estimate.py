"""The battery test on made homes whose capacity is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

import battery_home as homes
from pvwarranty.model import Measurements
from pvwarranty.names import BATTERY_CAUSES
from pvwarranty.storage import CapacityResult, estimate_capacity

COMPLETION: date = homes.START.astype("datetime64[D]").item()


def judge(home: homes.Home, **battery) -> CapacityResult:  # type: ignore[no-untyped-def]
    return _judge(home, tuple(sorted(battery.items())))


@cache
def _judge(home: homes.Home, battery: tuple[tuple[str, object], ...]) -> CapacityResult:
    measured, unit = homes.make(home)
    unit = replace(unit, **dict(battery))
    rng = np.random.default_rng(0)
    return estimate_capacity(measured, unit, home.on, rng, completion=COMPLETION)


def causes(result: CapacityResult) -> set[str]:
    return {c.cause for c in result.causes if c.probability >= 0.5}


PLAIN = homes.Home()
CASES = {
    "plain": PLAIN,
    "counts against a fixed nominal": homes.Home(bms=homes.FIXED, soh=0.6),
    "display lags half a year": homes.Home(bms=homes.LAGGING, soh=0.6),
    "steps of 5 %": homes.Home(step=0.05),
    "steps of 0.01 %": homes.Home(step=0.0001),
    "5 minutes": homes.Home(interval=300, years=3.0, soh=0.88),
    "all linear": homes.Home(root=0.0, soh=0.6),
    "all root": homes.Home(root=1.0, soh=0.6),
    "lossy": homes.Home(losses=(50.0, 15.0, 0.05, 0.05)),
    "cold": homes.Home(cold=0.004),
    "reserve of 10 % that is overrun at times": homes.Home(reserve=0.1),
    "young": homes.Home(years=2.0, soh=0.93),
}


@pytest.mark.parametrize("home", CASES.values(), ids=CASES.keys())
def test_ratio_and_interval(home: homes.Home) -> None:
    found = judge(home).estimate
    assert found is not None
    assert found.method == "true_ends"
    assert found.value == pytest.approx(home.truth, abs=0.01)
    assert found.low < home.truth < found.high
    assert found.high - found.low < 0.06
    side = found.lines["ac_charge"]
    assert side["value"] == pytest.approx(home.truth_on_charge(), abs=0.012)
    assert side["low"] < home.truth_on_charge() < side["high"]


def test_budget_adds_up() -> None:
    found = judge(PLAIN).estimate
    assert found is not None
    (part,) = found.parts
    assert part.u == pytest.approx(np.sqrt(sum(v * v for v in found.budget.values())))
    assert {"statistical", "meter", "cut_off"} <= found.budget.keys()
    assert found.high - found.value == pytest.approx(1.96 * part.u, rel=1e-3)


def test_sides_are_told_apart() -> None:
    """Losses that grow take more in and give less out while the cells hold the same."""
    lines = judge(PLAIN).estimate.lines  # type: ignore[union-attr]
    assert lines["ac_charge"]["capacity"] > lines["dc"]["capacity"]
    assert lines["dc"]["capacity"] > lines["ac_discharge"]["capacity"]
    assert lines["dc"]["capacity"] == pytest.approx(PLAIN.capacity * PLAIN.truth, rel=0.02)


@pytest.mark.parametrize("basis", ["ac_charge", "ac_discharge", "dc"])
def test_basis_chooses_the_line(basis: str) -> None:
    found = judge(PLAIN, basis=basis).estimate
    assert found is not None
    assert found.value == found.lines[basis]["value"]


def test_same_arguments_same_answer() -> None:
    measured, battery = homes.make(PLAIN)
    one, two = (
        estimate_capacity(measured, battery, PLAIN.on, np.random.default_rng(3)) for _ in range(2)
    )
    assert repr(one) == repr(two)


def test_what_comes_after_the_day_is_not_used() -> None:
    measured, battery = homes.make(PLAIN)
    on = PLAIN.on - timedelta(days=900)
    cut = measured.time < np.datetime64(on) + np.timedelta64(1, "D")
    short = Measurements(
        measured.time[cut], {k: v[cut] for k, v in measured.columns.items()}, measured.interval
    )
    one, two = (
        estimate_capacity(m, battery, on, np.random.default_rng(3)) for m in (measured, short)
    )
    assert repr(one) == repr(two)


def test_a_fixed_display_is_named_and_barred() -> None:
    result = judge(CASES["counts against a fixed nominal"])
    assert {"soc_scale_inconsistent", "soc_scale_fixed"} <= {f.name for f in result.findings}
    assert result.scale == pytest.approx(0.62, abs=0.03)
    assert result.p_below(0.75) > 0.99  # type: ignore[operator]


@pytest.mark.parametrize("bms", [homes.LEARNING, homes.FIXED, homes.LAGGING])
@pytest.mark.parametrize("reserve", [0.2, 0.3])
def test_never_empty_is_not_decided(bms: int, reserve: float) -> None:
    """Half a capacity of fade under a reserve: only true ends could tell."""
    result = judge(homes.Home(years=3.0, soh=0.9, reserve=reserve, bms=bms))
    assert result.estimate is None
    assert result.reason in {"never_empty", "few_ends", "scale_unverified"}
    assert result.p_below(0.6) is None
    assert result.missing == ("verification_cycles",)
    assert result.because is not None
    assert result.procedure is not None
    assert "0 %" in result.procedure.en
    assert "予備容量" in result.procedure.ja


def test_a_display_that_agreed_when_new_proves_nothing_later() -> None:
    """A reserve set after a year on a display with a fixed scale: it reads 100 % for ever."""
    open_, _ = homes.make(homes.Home(years=6.0, soh=0.55, bms=homes.FIXED))
    held, battery = homes.make(homes.Home(years=6.0, soh=0.55, bms=homes.FIXED, reserve=0.6))
    year = 17532
    columns = {
        name: np.concatenate([open_.columns[name][:year], held.columns[name][year:]])
        for name in held.columns
    }
    result = estimate_capacity(
        replace(held, columns=columns), battery, homes.Home(years=6.0).on,
        np.random.default_rng(0), completion=COMPLETION,
    )  # fmt: skip
    assert result.estimate is None
    assert result.reason == "scale_unverified"


def test_without_the_first_years_the_stated_capacity_is_the_measure() -> None:
    measured, battery = homes.make(PLAIN)
    late = measured.time > homes.START + np.timedelta64(4 * 365, "D")
    cut = Measurements(
        measured.time[late], {k: v[late] for k, v in measured.columns.items()}, measured.interval
    )
    result = estimate_capacity(
        cut, battery, PLAIN.on, np.random.default_rng(0), completion=COMPLETION
    )
    assert result.estimate is not None
    assert result.initial_source == "catalogue"
    assert result.estimate.budget["baseline"] == pytest.approx(0.05 * result.estimate.value)
    assert result.estimate.low < PLAIN.truth < result.estimate.high


def test_two_initial_values_must_agree_before_it_is_decided() -> None:
    home = homes.Home(soh=0.58)
    assert judge(home).p_below(0.6) > 0.95  # type: ignore[operator]
    result = judge(home, initial_capacity=8300.0)
    assert "initial_capacity_differs" in {f.name for f in result.findings}
    assert len(result.estimate.parts) == 2  # type: ignore[union-attr]
    assert 0.05 < result.p_below(0.6) < 0.95  # type: ignore[operator]


def test_failed_string_is_dated() -> None:
    result = judge(homes.Home(failed=(5.0, 0.6), soh=0.85))
    (failure,) = [c for c in result.causes if c.cause == "cell_failure"]
    there = COMPLETION + timedelta(days=5.0 * 365.25)
    assert failure.since is not None
    assert abs((failure.since - there).days) < 20
    assert failure.share == pytest.approx(0.4, abs=0.03)
    assert result.estimate is not None
    assert result.estimate.value == pytest.approx(0.51, abs=0.01)


def test_replaced_battery_is_judged_by_itself() -> None:
    old, battery = homes.make(homes.Home(years=6.0, soh=0.6))
    new, _ = homes.make(homes.Home(years=6.0, soh=0.93, seed=3))
    row = 60000
    columns = {
        name: np.concatenate([old.columns[name][:row], new.columns[name][: len(old.time) - row]])
        for name in old.columns
    }
    home = homes.Home(years=6.0, soh=0.93)
    result = estimate_capacity(
        replace(old, columns=columns), battery, home.on, np.random.default_rng(0),
        completion=COMPLETION,
    )  # fmt: skip
    (found,) = [f for f in result.findings if f.name == "battery_replaced"]
    assert found.corrected
    assert "2017-09" in found.text.en
    truth = float(home.path(np.array([(len(old.time) - row) * 1800 / 86400 / 365.25]))[0])
    assert result.estimate is not None
    assert result.estimate.value == pytest.approx(truth, abs=0.01)


def test_causes_are_words_of_the_contract_and_quiet_on_a_sound_home() -> None:
    assert causes(judge(CASES["young"])) == set()
    assert causes(judge(PLAIN)) == {"capacity_fade"}
    for home in CASES.values():
        assert {c.cause for c in judge(home).causes} <= set(BATTERY_CAUSES)


def test_a_fall_needs_two_windows_that_show_it() -> None:
    result = judge(homes.Home(soh=0.55))
    assert result.p_below(0.6) > 0.95  # type: ignore[operator]
    assert len(result.windows) >= 5
    alone = replace(result, windows=result.windows[:1])
    assert alone.p_below(0.6) == 0.94


def test_population_of_homes() -> None:
    """Two dozen homes of all kinds: no wrong verdict, intervals that hold."""
    rng = np.random.default_rng(5)
    errors = []
    for k in range(24):
        years = float(rng.uniform(3.0, 9.0))
        home = homes.Home(
            years=years, soh=float(1.0 - rng.uniform(0.02, 0.055) * years),
            root=float(rng.uniform(0.0, 1.0)), bms=int(rng.integers(0, 3)),
            reserve=float(rng.choice([0.0, 0.05, 0.1])), step=float(rng.choice([0.01, 0.05])),
            cold=float(rng.uniform(0.0, 0.004)), size=float(rng.uniform(0.8, 1.8)),
            gains=(float(rng.normal(1, 0.007)), float(rng.normal(1, 0.007))), seed=k + 50,
        )  # fmt: skip
        result = judge(home)
        p = result.p_below(0.6)
        if p is None or result.estimate is None:
            continue
        assert not (p >= 0.95 and home.truth >= 0.6)
        assert not (p <= 0.05 and home.truth < 0.6)
        errors.append((result.estimate.value - home.truth) / result.estimate.parts[0].u)
    assert len(errors) >= 18
    assert np.mean(np.abs(errors) < 1.96) >= 0.92
