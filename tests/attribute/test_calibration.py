"""Calibrated probabilities."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.attribute.calibration import calibrated, score
from pvwarranty.attribute.context import logistic
from pvwarranty.model import Cause


@given(st.floats(0.001, 0.999))
def test_nothing_crosses_a_half(told: float) -> None:
    found = calibrated(Cause("snow", 0.1, told)).probability
    assert (found >= 0.5) == (told >= 0.5)
    assert abs(found - 0.5) >= abs(told - 0.5) - 1e-12
    assert logistic(score("snow", found)) == pytest.approx(told, abs=1e-4)


def test_what_is_told_by_how_common_it_is_stays() -> None:
    assert calibrated(Cause("soiling", 0.1, 0.12)).probability == 0.12
    assert score("soiling", 0.12) == pytest.approx(-1.992, abs=1e-3)
