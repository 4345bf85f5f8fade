"""Until when a claim stands: steps, chances and dates, and that they hang together."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from pvwarranty.decide import Asset, Promise, promise_in_force
from pvwarranty.estimate import p_below
from pvwarranty.estimate.outlook import Rate
from pvwarranty.model import Part
from pvwarranty.terms import packaged_library
from pvwarranty.verify.timing import steps_of, timing

ON = date(2024, 6, 1)
FACTS = {"completion_date": date(2015, 4, 1), "warranty_certified": True}
STILL = Rate(0.0, 0.0005, "course")
LOSING = Rate(-0.03, 0.004, "recent")


@pytest.fixture(scope="module")
def promise() -> Promise:
    asset = Asset("toshiba", "SPR-X21-345", "output_ratio", 345.0)
    return promise_in_force(asset, FACTS, ON, packaged_library())


def told(promise: Promise, value: float, rate: Rate, u: float = 0.01) -> dict:
    parts = (Part(1.0, value, u),)
    now = p_below(parts, float(promise.coming[0].ratio))
    return timing(parts, rate, promise, ON, now)["timing"]


def test_the_steps_that_are_not_over(promise: Promise) -> None:
    steps = steps_of(promise, ON)
    assert [s.ratio for s in steps] == [0.81, 0.765, 0.72]
    assert promise.coming[0].ratio == Decimal("0.81")
    assert steps[0].since == ON
    assert all(b.since == a.until + timedelta(days=1) for a, b in pairwise(steps))
    assert steps[-1].until == promise.threshold.cover_end


def test_a_claim_under_all_floors_stands_to_the_end(promise: Promise) -> None:
    found = told(promise, 0.60, STILL)
    assert found["stands_until"] == promise.threshold.cover_end
    assert found["supported_from"] == ON


def test_a_claim_between_two_floors_stands_until_the_step_ends(promise: Promise) -> None:
    found = told(promise, 0.785, STILL)
    assert found["stands_until"] == promise.threshold.until
    assert [s["p_first"] >= 0.95 for s in found["steps"]] == [True, False, False]


def test_a_sound_module_has_no_claim(promise: Promise) -> None:
    found = told(promise, 0.97, STILL)
    assert found["stands_until"] is None
    assert found["supported_from"] is None
    assert found["steps"][0]["p_first"] < 0.001


def test_a_losing_module_becomes_a_claim_on_a_day(promise: Promise) -> None:
    found = told(promise, 0.86, LOSING)
    assert found["stands_until"] is None
    opens = found["supported_from"]
    step = next(s for s in found["steps"] if opens <= s["until"])
    assert opens > ON
    assert step["p_last"] >= 0.95
    assert step["since"] < opens


def test_nothing_rises_and_nothing_is_more_certain_later(promise: Promise) -> None:
    steps = told(promise, 0.90, LOSING)["steps"]
    values = [s["value"] for s in steps]
    assert values == sorted(values, reverse=True)
    assert all(s["low"] <= s["value"] <= s["high"] <= 0.93 for s in steps)


def test_without_an_estimate_the_steps_are_told_alone(promise: Promise) -> None:
    found = timing((), STILL, promise, ON, None)["timing"]
    assert [s["p_last"] for s in found["steps"]] == [None] * 3
    assert found["stands_until"] is None
    assert found["rate"] is None


def test_after_the_cover_there_is_nothing(promise: Promise) -> None:
    asset = Asset("toshiba", "SPR-X21-345", "output_ratio", 345.0)
    over = promise_in_force(asset, FACTS, date(2045, 1, 1), packaged_library())
    assert timing((Part(1.0, 0.5, 0.01),), STILL, over, date(2045, 1, 1), None) == {}
