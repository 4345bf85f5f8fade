"""Kinds of gradual losses: what channels of one roof say together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.attribute.lasting import agreeing, lost_so_much
from pvwarranty.model import Cause


def causes(salt: float) -> list[Cause]:
    return [Cause("salt_corrosion", 0.2, salt), Cause("degradation", 0.2, 1.0 - salt)]


def chance(every: list[Cause], name: str) -> float:
    return next(c.probability for c in every if c.cause == name)


def test_salt_in_one_channel_speaks_for_salt_in_another() -> None:
    found = agreeing({"S1": causes(0.95), "S2": causes(0.75), "S3": [Cause("snow", 0.1, 0.9)]})
    assert chance(found["S2"], "salt_corrosion") > 0.8
    assert chance(found["S1"], "salt_corrosion") > 0.95
    assert found["S3"] == [Cause("snow", 0.1, 0.9)]
    for name in ("S1", "S2"):
        assert sum(c.probability for c in found[name]) == pytest.approx(1.0)


def test_ageing_is_not_turned_into_salt_by_a_neighbour() -> None:
    found = agreeing({"S1": causes(0.99), "S2": causes(0.05)})
    assert chance(found["S2"], "salt_corrosion") < 0.15


def test_a_channel_alone_is_left_as_it_is() -> None:
    assert agreeing({"S1": causes(0.7)}) == {"S1": causes(0.7)}


def test_a_loss_is_weighed_with_how_modules_age() -> None:
    # six years: their kind lost some two hundredths, whatever a poor record says
    assert 0.6 < lost_so_much(0.01, 0.1, 6.0) < 0.85
    assert lost_so_much(0.0, 0.002, 6.0) < 0.02
    assert lost_so_much(0.10, 0.01, 6.0) > 0.99
    # a year: nothing yet
    assert lost_so_much(0.005, 0.005, 1.0) < 0.05
    assert lost_so_much(0.08, 0.01, 1.0) > 0.99


@given(st.floats(-0.2, 0.5), st.floats(0.002, 0.1), st.floats(0.5, 15.0))
def test_the_more_is_seen_the_likelier_a_loss(seen: float, u: float, years: float) -> None:
    less, more = (lost_so_much(s, u, years) for s in (seen, seen + 0.02))
    assert 0.0 <= less <= more + 1e-9 <= 1.0 + 2e-9
