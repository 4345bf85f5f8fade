"""Shares that add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.attribute.shares import added_up, measure_of, shortfall
from pvwarranty.model import Cause

LIKELY = st.builds(
    Cause, st.just("soiling"), st.floats(0.0, 0.9), st.floats(0.5, 1.0), evidence=st.just({})
)


@given(st.lists(LIKELY, min_size=2, max_size=6))
def test_the_sum_is_what_all_take_together(causes: list[Cause]) -> None:
    left = 1.0
    for cause in causes:
        left *= 1.0 - cause.share
    found = added_up(causes)
    assert sum(c.share for c in found) == pytest.approx(1.0 - left, abs=1e-9)
    # none takes more together than alone, and the order plays no part
    assert all(a.share <= b.share + 1e-12 for a, b in zip(found, causes, strict=True))
    assert sorted(c.share for c in added_up(causes[::-1])) == pytest.approx(
        sorted(c.share for c in found)
    )


def test_unlikely_causes_take_nothing_from_others() -> None:
    causes = (Cause("soiling", 0.2, 0.9), Cause("snow", 0.2, 0.3))
    assert added_up(causes) == causes


def test_shares_and_the_unexplained_part_make_the_whole() -> None:
    causes = added_up((
        Cause("degradation", 0.10, 0.9), Cause("soiling", 0.05, 0.8), Cause("pid", 0.10, 0.1),
    ))  # fmt: skip
    whole, unexplained = shortfall(0.85, causes)
    # the estimate lacks dirt's share, and has what makes the modules weaker
    assert whole == pytest.approx(1.0 - 0.85 * 0.95)
    assert causes[0].share + causes[1].share + unexplained == pytest.approx(whole)
    assert shortfall(1.02, ()) == (0.0, 0.0)
    assert [measure_of(c) for c in causes] == ["power", "energy", "power"]


def test_what_was_lost_from_above_nominal_is_not_missing_of_it() -> None:
    whole, unexplained = shortfall(0.98, (Cause("degradation", 0.05, 0.9),))
    assert (whole, unexplained) == (pytest.approx(0.02), pytest.approx(-0.03))
