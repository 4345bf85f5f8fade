"""What would decide an open channel, and honesty where nothing on site would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcurve.truth import X21, Diode
from pvwarranty.ivcurve import PYRANOMETER, deciding_measurement
from pvwarranty.ivcurve.advice import LABORATORY, decided, expected_u
from pvwarranty.model import Array, Part
from pvwarranty.products.modules import find_module

MODULE = Diode(X21).module
T = 0.765


def test_far_from_the_threshold_it_would_decide() -> None:
    found = deciding_measurement([Part(1.0, 0.88, 0.05)], T, ["3", "9"], MODULE)
    assert found.chance is not None
    assert found.chance > 0.8
    assert found.text.en.startswith(
        "one clear day with I-V at ≥ 700 W/m² on modules 3 and 9 would decide it"
    )
    half = f"{100 * found.half_width:.1f} %"
    assert f"expected half-width {half}" in found.text.en
    assert half in found.text.ja
    assert "モジュール3・9" in found.text.ja


def test_half_width_is_that_of_the_budget() -> None:
    found = deciding_measurement([Part(1.0, 0.9, 0.03)], T, ["1"], MODULE)
    assert found.half_width == pytest.approx(1.96 * T * expected_u(MODULE), rel=1e-3)
    assert 0.030 < found.half_width < 0.040
    wider = deciding_measurement([Part(1.0, 0.9, 0.03)], T, ["1"], MODULE, instruments=PYRANOMETER)
    assert wider.half_width > 1.3 * found.half_width
    assert "on module 1 " in found.text.en


def test_near_the_threshold_it_says_that_it_would_not() -> None:
    found = deciding_measurement([Part(1.0, T + 0.005, 0.01)], T, [], MODULE)
    assert found.chance is not None
    assert found.chance < 0.3
    assert "would most likely not decide it" in found.text.en
    assert "each module" in found.text.en
    assert "判定できない" in found.text.ja
    assert found.laboratory is not None
    assert found.laboratory > found.chance


def test_between_it_says_may() -> None:
    found = deciding_measurement([Part(1.0, 0.80, 0.04)], T, ["2", "5", "7"], MODULE)
    assert found.chance is not None
    assert 0.5 <= found.chance < 0.8
    assert "on modules 2, 5 and 7 may decide it" in found.text.en


def test_without_an_estimate_it_gives_the_width_alone() -> None:
    found = deciding_measurement([], T, ["4"], MODULE)
    assert (found.chance, found.laboratory) == (None, None)
    assert "would give the output ratio within" in found.text.en


def test_mixture_counts_both_parts() -> None:
    low, high = [Part(1.0, 0.60, 0.01)], [Part(1.0, T, 0.001)]
    both = [Part(0.5, 0.60, 0.01), Part(0.5, T, 0.001)]
    mean = (decided(low, T, 0.02) + decided(high, T, 0.02)) / 2
    assert decided(both, T, 0.02) == pytest.approx(mean)


def test_unknown_cells_are_less_sure() -> None:
    plain = find_module(Array("A", "TJM-240PP-WHT-J", 20, 180))
    assert expected_u(plain) > expected_u(MODULE)


@given(st.floats(0.4, 1.1), st.floats(0.005, 0.2), st.floats(0.01, 0.05))
def test_chances_are_chances_and_sharper_is_surer_when_far(mean: float, u: float, own: float):
    part = [Part(1.0, mean, u)]
    assert 0.0 <= decided(part, T, own) <= 1.0
    if abs(mean - T) > 3 * u:
        assert decided(part, T, LABORATORY * T) >= decided(part, T, own) - 1e-9


@given(st.floats(0.01, 0.2))
def test_at_the_threshold_the_chance_of_error_is_bounded(own: float) -> None:
    # exactly at the threshold: 5 % on either side by the rule itself
    assert decided([Part(1.0, T, 1e-9)], T, own) == pytest.approx(0.10, abs=1e-6)
