"""Shares that add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.attribute.shares import added_up
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
