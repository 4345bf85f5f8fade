"""Kinds of gradual losses: what channels of one roof say together."""

import pytest

from pvwarranty.attribute.lasting import agreeing
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
