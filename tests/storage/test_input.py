"""Bad input: found, named, and put right only where it is certain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import battery_home as homes
from pvwarranty.model import Battery, Floats, Measurements
from pvwarranty.storage import CapacityResult, estimate_capacity
from pvwarranty.storage.checks import check
from pvwarranty.storage.series import display_step, read_series

HOME = homes.Home(years=4.0, soh=0.8)
MEASURED, BATTERY = homes.make(HOME)
IN, OUT = MEASURED.columns["BAT.p_charge"], MEASURED.columns["BAT.p_discharge"]
SOC, TEMP = MEASURED.columns["BAT.soc"], MEASURED.columns["BAT.temp_batt"]
E_IN, E_OUT = 0.5 * IN, 0.5 * OUT
COMPLETION: date = homes.START.astype("datetime64[D]").item()


def judge(measured: Measurements, battery: Battery = BATTERY) -> CapacityResult:
    rng = np.random.default_rng(0)
    return estimate_capacity(measured, battery, HOME.on, rng, completion=COMPLETION)


def names(result: CapacityResult) -> dict[str, bool]:
    return {f.name: f.corrected for f in result.findings}


def daily(energy: Floats) -> Floats:
    """A counter that starts anew at midnight in Japan."""
    day = (MEASURED.seconds() + 9 * 3600) // 86400
    first = np.concatenate([[True], np.diff(day) > 0])
    total = np.cumsum(energy)
    return total - np.maximum.accumulate(np.where(first, total - energy, 0.0))


def energies(charge: Floats, discharge: Floats) -> Measurements:
    return homes.changed(
        MEASURED, p_charge=None, p_discharge=None, e_charge=charge, e_discharge=discharge
    )


TOTAL, TOTAL_OUT = np.cumsum(E_IN), np.cumsum(E_OUT)
RESET = np.where(np.arange(len(TOTAL)) < 30000, TOTAL, TOTAL - TOTAL[29999])
ROLLED = (TOTAL + 1e9 - 2e6) % 1e9  # at 999,999.999 kWh

CORRECTED = {
    "swapped": (homes.changed(MEASURED, p_charge=OUT, p_discharge=IN), "swapped_columns"),
    "negative discharge": (homes.changed(MEASURED, p_discharge=-OUT), "negative_sign"),
    "negative charge": (homes.changed(MEASURED, p_charge=-IN), "negative_sign"),
    "kW": (homes.changed(MEASURED, p_charge=IN / 1e3, p_discharge=OUT / 1e3), "kilo_units"),
    "kWh": (energies(E_IN / 1e3, E_OUT / 1e3), "kilo_units"),
    "mWh": (energies(E_IN * 1e3, E_OUT * 1e3), "milli_units"),
    "0-100 %": (homes.changed(MEASURED, soc=100.0 * SOC), "soc_percent"),
    "signed": (homes.changed(MEASURED, p_charge=IN - OUT, p_discharge=None), "signed_column"),
    "signed, discharge positive": (
        homes.changed(MEASURED, p_charge=OUT - IN, p_discharge=None), "signed_column"),
    "signed in the other column": (
        homes.changed(MEASURED, p_charge=None, p_discharge=OUT - IN), "signed_column"),
    "daily": (energies(daily(E_IN), daily(E_OUT)), "counter_daily"),
    "daily kWh": (energies(daily(E_IN) / 1e3, daily(E_OUT) / 1e3), "counter_daily"),
    "total": (energies(TOTAL + 5e5, TOTAL_OUT + 3e5), "counter_total"),
    "total kWh": (energies(TOTAL / 1e3, TOTAL_OUT / 1e3), "kilo_units"),
    "total with a reset": (energies(RESET, TOTAL_OUT), "counter_total"),
    "total that rolls over": (energies(ROLLED, TOTAL_OUT), "counter_rollover"),
    "charge at the start": (
        homes.changed(MEASURED, soc=np.concatenate([[0.3], SOC[:-1]])), "soc_alignment"),
    "spikes": (
        homes.changed(MEASURED, p_charge=np.where(np.arange(len(IN)) % 5000 == 0, 9e4, IN)),
        "energy_too_large"),
    "Kelvin": (homes.changed(MEASURED, temp_batt=TEMP + 273.15), "temperature_implausible"),
}  # fmt: skip


@pytest.mark.parametrize(("measured", "name"), CORRECTED.values(), ids=CORRECTED.keys())
def test_found_named_and_corrected(measured: Measurements, name: str) -> None:
    result = judge(measured)
    assert names(result)[name]
    assert all(f.certain for f in result.findings if f.corrected)
    assert result.estimate is not None
    assert result.estimate.value == pytest.approx(HOME.truth, abs=0.01)


def test_good_input_has_no_findings() -> None:
    assert names(judge(MEASURED)) == {}


def test_every_finding_speaks_both_languages() -> None:
    for measured, _ in CORRECTED.values():
        for found in judge(measured).findings:
            assert found.text.ja
            assert found.text.en
            assert "{" not in found.text.ja + found.text.en


def test_initial_capacity_in_kwh() -> None:
    result = judge(MEASURED, replace(BATTERY, initial_capacity=9.8))
    assert names(result) == {"initial_capacity_kilo": True}
    assert result.initial == 9800.0


def test_power_as_energy_is_named_not_corrected() -> None:
    """Twice the energy might as well be a battery of twice the size."""
    result = judge(energies(IN, OUT))
    assert names(result) == {"initial_capacity_differs": False}
    assert result.estimate is not None
    assert result.estimate.value == pytest.approx(HOME.truth, abs=0.01)


def test_signs_without_state_of_charge_to_tell_are_left() -> None:
    measured = homes.changed(MEASURED, p_charge=IN - OUT, p_discharge=None, soc=None)
    series, found = check(read_series(measured, BATTERY, HOME.on), BATTERY)
    (signed,) = [f for f in found if f.name == "signed_column"]
    assert not signed.certain
    assert not signed.corrected
    assert series.e_charge.min() < 0.0 or np.isnan(series.e_charge).any()


def sampled(home: homes.Home) -> Measurements:
    """Power read every half hour at an instant, from a record of five minutes."""
    fine, _ = homes.make(replace(home, interval=300))
    k = np.arange(0, len(fine.time) - 6, 6)
    columns = {name: fine.columns[name][k] for name in ("BAT.p_charge", "BAT.p_discharge")}
    columns |= {name: fine.columns[name][k + 5] for name in ("BAT.soc", "BAT.temp_batt")}
    return Measurements(fine.time[k], columns, 1800)


def test_instantaneous_power_is_refused_for_slopes() -> None:
    result = judge(sampled(HOME), replace(BATTERY, instantaneous=True))
    assert not names(result)["instantaneous_power"]
    assert result.used["slopes"] == 0
    assert result.estimate is not None
    assert result.estimate.method == "true_ends"
    assert result.estimate.budget["instantaneous"] > 0.01
    assert result.estimate.low < HOME.truth < result.estimate.high


def test_instantaneous_power_alone_under_a_reserve_is_insufficient() -> None:
    home = homes.Home(years=4.0, soh=0.8, reserve=0.3)
    result = judge(sampled(home), replace(BATTERY, instantaneous=True))
    assert result.estimate is None


def test_instantaneous_power_that_nobody_mentioned_is_suspected() -> None:
    result = judge(sampled(HOME))
    assert not names(result)["balance_scatters"]
    assert result.estimate is not None
    assert result.estimate.low < HOME.truth < result.estimate.high


@pytest.mark.parametrize(
    ("gone", "reason", "missing"),
    [
        (("p_charge", "p_discharge"), "no_energy", ("e_charge", "e_discharge")),
        (("p_discharge",), "one_sided", ("e_charge", "e_discharge")),
        (("soc",), "no_soc", ("soc",)),
    ],
)
def test_missing_columns(gone: tuple[str, ...], reason: str, missing: tuple[str, ...]) -> None:
    result = judge(homes.changed(MEASURED, **dict.fromkeys(gone)))
    assert result.estimate is None
    assert result.reason == reason
    assert result.missing == missing
    assert result.because is not None
    assert result.because.ja != result.because.en


def test_without_temperature_the_interval_is_wider() -> None:
    result = judge(homes.changed(MEASURED, temp_batt=None))
    assert "temperature_missing" in names(result)
    assert result.estimate is not None
    assert "temperature" in result.estimate.budget
    assert result.estimate.low < HOME.truth < result.estimate.high


@pytest.mark.parametrize("share", [0.02, 0.1])
def test_lost_rows(share: float) -> None:
    keep = np.random.default_rng(2).random(len(IN)) > share
    columns = {name: values[keep] for name, values in MEASURED.columns.items()}
    result = judge(Measurements(MEASURED.time[keep], columns, 1800))
    assert result.estimate is not None
    assert result.estimate.value == pytest.approx(HOME.truth, abs=0.012)
    gaps = [c for c in result.causes if c.cause == "gaps"]
    assert [round(g.share, 2) for g in gaps] == ([0.1] if share > 0.05 else [])


def test_too_short_or_too_old() -> None:
    few = {name: values[:20000] for name, values in MEASURED.columns.items()}
    assert judge(Measurements(MEASURED.time[:20000], few, 1800)).reason == "stale"
    rng = np.random.default_rng(0)
    soon = MEASURED.time[1000].astype("datetime64[D]").item()
    assert estimate_capacity(MEASURED, BATTERY, soon, rng).reason == "too_short"


def test_no_rows_at_all() -> None:
    empty = Measurements(MEASURED.time[:0], {n: v[:0] for n, v in MEASURED.columns.items()}, 1800)
    assert judge(empty).reason == "no_energy"


@pytest.mark.parametrize("step", [0.05, 0.02, 0.01, 0.005, 0.001])
def test_display_step(step: float, rng: np.random.Generator) -> None:
    shown = step * np.round(rng.random(5000) / step)
    assert display_step(shown.astype(np.float32).astype(float)) == step
    assert display_step(rng.random(5000)) == 0.0001


def garbled(values: Floats, rng: np.random.Generator) -> Floats:
    n = len(values)
    kinds = (
        lambda: 1000.0 * rng.normal(size=n),
        lambda: np.full(n, np.nan),
        lambda: np.where(rng.random(n) < 0.5, np.nan, values),
        lambda: np.cumsum(np.abs(values)),
        lambda: np.full(n, 5.0),
        lambda: -values,
        lambda: np.where(rng.random(n) < 0.001, np.inf, values),
        lambda: values * float(rng.choice([1e-6, 1e-3, 1e3, 1e6])),
        lambda: values,
    )
    return np.asarray(kinds[rng.integers(len(kinds))](), float)


@pytest.mark.parametrize("seed", range(40))
def test_no_input_breaks_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40000))
    columns = {name: garbled(values[:n], rng) for name, values in MEASURED.columns.items()}
    result = judge(Measurements(MEASURED.time[:n], columns, 1800))
    if result.estimate is None:
        assert result.because is not None
        assert result.procedure is not None
    else:
        assert np.isfinite(result.estimate.value)
        assert result.estimate.low <= result.estimate.value <= result.estimate.high
