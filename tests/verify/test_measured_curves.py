"""I-V curves joined with monitoring."""

from datetime import date

import pytest

from pvwarranty.estimate import ModulesBelow
from pvwarranty.ivcurve import CORRELATED, ModulePower
from pvwarranty.model import Estimate, Part
from pvwarranty.verify.measured_curves import joined, sharpened

ON = date(2024, 3, 31)


def power(ratio: float, u: float = 0.013, modules: int = 1, name: str = "1") -> ModulePower:
    budget = dict.fromkeys(CORRELATED, 0.0) | {"irradiance": u / ratio, "statistics": 0.0}
    return ModulePower("S1", name, modules, 345.0, ratio, u, budget, "P4", 3, ON, ())


def monitored(*parts: tuple[float, float, float]) -> Estimate:
    mixture = tuple(Part(*p) for p in parts)
    return Estimate("output_ratio", 0.8, 0.7, 0.9, 0.95, mixture, "absolute", 100, ON)


def test_without_curves_nothing_changes() -> None:
    estimate = monitored((1.0, 0.8, 0.03))
    assert joined(estimate, (), 1, ON) is estimate


def test_two_independent_figures_meet_by_their_uncertainty() -> None:
    found = joined(monitored((1.0, 0.80, 0.03)), (power(0.86, 0.03),), 1, ON)
    assert found.value == pytest.approx(0.83, abs=1e-6)
    assert found.parts[0].u == pytest.approx(0.03 / 2**0.5)
    assert set(found.lines) == {"iv"}


def test_curves_tell_which_part_of_a_mixture_is_true() -> None:
    found = joined(monitored((0.5, 0.99, 0.02), (0.5, 0.78, 0.03)), (power(0.77),), 1, ON)
    assert found.high < 0.81
    assert max(found.parts, key=lambda p: p.mean).weight < 1e-6


def test_curves_far_from_all_that_was_expected_stand_alone() -> None:
    found = joined(monitored((1.0, 0.99, 0.015)), (power(0.60),), 1, ON)
    assert found.value == pytest.approx(0.60)


def test_curves_alone_are_an_estimate() -> None:
    assert joined(None, (power(0.9),), 1, ON).value == pytest.approx(0.9)


def test_some_modules_of_a_string_sharpen_its_bounds() -> None:
    powers = (power(0.60, name="3"), power(0.95, name="4"), power(0.96, name="5"))
    assert joined(None, powers, 7, ON) is None
    found = sharpened(ModulesBelow(0, 4), powers, 7, 0.81, ON)
    assert (found.at_least, found.at_most) == (1, 4)
    found = sharpened(ModulesBelow(0, 7), powers, 7, 0.81, ON)
    assert (found.at_least, found.at_most) == (1, 5)
