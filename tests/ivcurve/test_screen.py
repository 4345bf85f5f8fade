"""Bad curves are refused with a reason; conditions of the standards are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ivcurve.truth import X21, Diode, curve_of
from pvwarranty.ivcurve.curve import IVCurve, Rejection
from pvwarranty.ivcurve.nominal import nominal_of
from pvwarranty.ivcurve.screen import (
    Reading,
    current_at_stc,
    has_step,
    read_curve,
    repeated,
)
from pvwarranty.ivcurve.texts import FINDINGS, REJECTIONS
from pvwarranty.ivcurve.translate import Points

DIODE = Diode(X21)
NOMINAL = nominal_of(DIODE.module)


@pytest.fixture(scope="module")
def good() -> IVCurve:
    return DIODE.curve(850, 50)


def reason(curve: IVCurve) -> str:
    found = read_curve(curve, NOMINAL)
    assert isinstance(found, Rejection), found
    assert found.text.ja
    assert found.text.en
    assert "{" not in found.text.ja + found.text.en
    return found.name


def accepted(curve: IVCurve) -> Reading:
    found = read_curve(curve, NOMINAL)
    assert isinstance(found, Reading), found
    return found


def test_a_good_curve_is_read(good: IVCurve) -> None:
    found = accepted(good)
    assert found.findings == ("stability_unknown",)
    assert found.at.poa_global == 850
    assert current_at_stc(found.flat, found.at, NOMINAL) == pytest.approx(6.39, rel=0.002)


@pytest.mark.parametrize("g", [-3518.0, 0.0, np.nan, 1900.0])
def test_impossible_irradiance(good: IVCurve, g: float) -> None:
    assert reason(replace(good, poa_global=np.full(100, g))) == "bad_irradiance"


def test_one_impossible_reading_of_irradiance(good: IVCurve) -> None:
    g = good.poa_global.copy()
    g[40] = -3518.0
    found = read_curve(replace(good, poa_global=g), NOMINAL)
    assert isinstance(found, Rejection)
    assert "-3518" in found.text.en


@pytest.mark.parametrize("t", [-40.0, 150.0, np.nan])
def test_impossible_temperature(good: IVCurve, t: float) -> None:
    assert reason(replace(good, temp_module=np.full(100, t))) == "bad_temperature"


def test_empty_readings_do_not_warn(good: IVCurve) -> None:
    empty = np.full(100, np.nan)
    assert reason(replace(good, poa_global=empty, temp_module=empty)) == "bad_irradiance"


@pytest.mark.parametrize(("v", "i"), [(1, -1), (-1, 1), (-1, -1)])
def test_reversed_leads(good: IVCurve, v: int, i: int) -> None:
    assert reason(replace(good, v=v * good.v, i=i * good.i)) == "reversed"


@pytest.mark.parametrize("every", [12, 11])
def test_too_few_points(good: IVCurve, every: int) -> None:
    few = replace(
        good, v=good.v[::every], i=good.i[::every], poa_global=good.poa_global[::every],
        temp_module=good.temp_module[::every],
    )  # fmt: skip
    assert reason(few) == "too_few_points"


def test_current_that_rises(good: IVCurve) -> None:
    cloud = good.i * np.where((good.v > 15) & (good.v < 30), 0.8, 1.0)
    assert reason(replace(good, i=cloud)) == "not_monotone"


def test_noise(good: IVCurve, rng: np.random.Generator) -> None:
    assert reason(replace(good, i=good.i + rng.normal(0, 0.6, 100))) == "noisy"


@pytest.mark.parametrize("keep", [slice(0, 60), slice(80, 100)])
def test_sweeps_that_stop_short(good: IVCurve, keep: slice) -> None:
    part = replace(
        good, v=good.v[keep], i=good.i[keep], poa_global=good.poa_global[keep],
        temp_module=good.temp_module[keep],
    )  # fmt: skip
    assert reason(part) == "incomplete"


def test_irradiance_that_the_current_contradicts(good: IVCurve) -> None:
    assert reason(replace(good, poa_global=0.8 * good.poa_global)) == "irradiance_too_low"
    assert "high_current" in accepted(replace(good, poa_global=0.93 * good.poa_global)).findings
    assert "low_current" in accepted(replace(good, poa_global=1.2 * good.poa_global)).findings


def test_dark() -> None:
    assert reason(DIODE.curve(250, 40)) == "too_dark"
    assert "below_700" in accepted(DIODE.curve(600, 40)).findings
    assert "below_700" not in accepted(DIODE.curve(701, 40)).findings


def test_steadiness_within_the_sweep(good: IVCurve) -> None:
    ramp = np.linspace(-1, 1, 100)
    assert accepted(replace(good, poa_global=850 * (1 + 0.004 * ramp))).findings == ()
    assert accepted(replace(good, poa_global=850 * (1 + 0.02 * ramp))).findings == ("unsteady",)
    assert reason(replace(good, poa_global=850 * (1 + 0.08 * ramp))) == "unsteady"
    steady = replace(good, poa_global=850 * (1 + 0.004 * ramp))
    warm = replace(steady, temp_module=50 + 0.8 * ramp)
    assert accepted(warm).findings == ("warming",)
    assert accepted(replace(steady, duration=12.0)).findings == ("slow_sweep",)
    assert accepted(replace(steady, duration=2.0)).findings == ()


def test_far_temperature() -> None:
    assert "far_temperature" in accepted(DIODE.curve(900, 68)).findings


def stepped(good: IVCurve, lost: float) -> IVCurve:
    """A third of the cells gives `lost` less current: its bypass diode conducts above that."""
    i = np.linspace(0.0, good.i[0], 400)
    whole = np.interp(i, good.i[::-1], good.v[::-1]) / 3
    limit = (1 - lost) * good.i[0]
    weak = np.interp(i, (1 - lost) * good.i[::-1], good.v[::-1]) / 3
    v = 2 * whole + np.where(i < limit, weak, -0.5)
    at = np.linspace(0.0, float(v.max()), 100)
    order = np.argsort(v)
    return curve_of(at, np.interp(at, v[order], i[order]), 850.0, 50.0)


@pytest.mark.parametrize("lost", [0.1, 0.2, 0.4])
def test_steps_are_seen(good: IVCurve, lost: float) -> None:
    curve = stepped(good, lost)
    assert "steps" in accepted(curve).findings
    # and power is that of the better hump, not of a polynomial through both
    found = accepted(curve).power
    assert found.p_mp == pytest.approx(float(np.max(curve.v * curve.i)), rel=0.01)


def test_noise_is_no_step(rng: np.random.Generator) -> None:
    clean = DIODE.points(850, 50)
    for _ in range(40):
        noisy = Points(clean.v, clean.i + rng.normal(0, 0.02, 100))
        found = accepted(curve_of(noisy.v, noisy.i, 850.0, 50.0))
        assert not has_step(found.points, found.flat)


def test_worn_module_has_no_step() -> None:
    worn = Diode(X21, 0.85, 3.0, 5.0).curve(850, 50)
    assert "steps" not in accepted(worn).findings


def test_a_stuck_recorder_repeats(good: IVCurve) -> None:
    other = replace(good, i=good.i * 0.999)
    assert repeated([good, good, other, other, good]) == {1, 3}


def test_a_string_is_read_by_its_module(good: IVCurve) -> None:
    string = replace(good, v=good.v * 8, modules=8)
    assert accepted(string).power.p_mp == pytest.approx(accepted(good).power.p_mp)


def test_every_text_has_both_languages() -> None:
    for text in (*FINDINGS.values(), *REJECTIONS.values()):
        assert text.ja != text.en
        assert text.ja.endswith("。")
        assert text.en.isascii() or "°" in text.en or "²" in text.en or "±" in text.en
