"""The uncertainty budget: what is shared is not averaged down."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcurve.truth import X21, Diode
from pvwarranty.ivcurve.budget import (
    CORRELATED,
    DAY,
    PYRANOMETER,
    REFERENCE_CELL,
    STATISTICS,
    combine,
    curve_budget,
    expected_statistics,
    statistics,
    total,
)
from pvwarranty.ivcurve.nominal import nominal_of
from pvwarranty.ivcurve.translate import Conditions

NOMINAL = nominal_of(Diode(X21).module)
AT = Conditions(850.0, 50.0)


def test_budget_of_a_curve_lies_in_the_published_range() -> None:
    found = total(curve_budget(AT, "P4", NOMINAL, REFERENCE_CELL) | {STATISTICS: 0.005})
    assert 0.020 < found < 0.027  # on-site I-V with a reference cell, k = 1
    assert total(curve_budget(AT, "P4", NOMINAL, PYRANOMETER)) > 0.03


def test_every_part_is_shared_but_statistics() -> None:
    budget = curve_budget(AT, "P4", NOMINAL, REFERENCE_CELL)
    assert set(budget) | {"ageing"} == set(CORRELATED)


def test_translation_is_never_free() -> None:
    stc = Conditions(1000.0, 25.0)
    for procedure in ("P1", "P2", "P4", "power"):
        near = curve_budget(stc, procedure, NOMINAL, REFERENCE_CELL)
        far = curve_budget(Conditions(700.0, 60.0), procedure, NOMINAL, REFERENCE_CELL)
        assert near["translation"] >= 0.003
        assert far["translation"] > near["translation"]
        assert far["coefficients"] > near["coefficients"]


@given(st.integers(1, 50))
def test_shared_parts_stay_and_random_ones_shrink(n: int) -> None:
    one = curve_budget(AT, "P4", NOMINAL, REFERENCE_CELL)
    many = combine([one] * n, 0.01 / math.sqrt(n))
    for name in one:
        assert many[name] == pytest.approx(one[name])
    assert total(many) >= total(one)


def test_statistics_of_one_curve_and_of_many() -> None:
    one = statistics([0.0], [0.002], ["a"])
    assert one == pytest.approx(expected_statistics(0.002, 1))
    same_day = statistics([0.0] * 100, [0.002] * 100, ["a"] * 100)
    assert DAY <= same_day < one  # a day's light is one light
    days = statistics([0.0] * 100, [0.002] * 100, [str(k // 10) for k in range(100)])
    assert days < same_day


def test_scatter_found_takes_the_place_of_what_is_expected() -> None:
    calm = statistics([0.0, 0.001, -0.001, 0.0] * 3, [0.002] * 12, ["a"] * 12)
    wild = statistics([0.0, 0.04, -0.04, 0.02] * 3, [0.002] * 12, ["a"] * 12)
    assert wild > 1.5 * calm
    days = ["a", "b", "c", "d"]
    assert statistics([0.0, 0.03, -0.03, 0.01], [0.002] * 4, days) > 0.01
