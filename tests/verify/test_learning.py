"""What the causes tell an estimate."""

import numpy as np
import pytest

from pvwarranty.attribute import Attribution
from pvwarranty.estimate.film import FILM
from pvwarranty.model import Cause, Flag
from pvwarranty.verify.learning import film_of, learnt

VOLTS = {"voltage_change": -0.04}


def cause(name: str, likely: float, share: float = 0.12, **evidence: object) -> Cause:
    return Cause(name, share, likely, evidence=evidence)


def film(likely: float, **evidence: object) -> Cause:
    return cause("soiling", likely, 0.10, kind="film", **evidence)


def test_without_a_loss_nothing_is_told() -> None:
    assert film_of([]) is None
    assert film_of([cause("degradation", 0.9, 0.03)]) is None
    assert film_of([cause("soiling", 0.9, 0.10)]) is None  # it came off: no film


def test_the_voltage_tells_a_film_from_ageing() -> None:
    assert film_of([cause("degradation", 0.9, **VOLTS)]) == 0.0
    told = film_of([cause("degradation", 0.6, **VOLTS), film(0.3, **VOLTS)])
    assert told == pytest.approx(1 / 3)
    assert film_of([cause("degradation", 0.1, **VOLTS), film(0.9, **VOLTS)]) == 0.5


def test_without_a_voltage_only_other_kinds_speak_against_it() -> None:
    assert film_of([cause("degradation", 0.9), film(0.1)]) == FILM
    assert film_of([cause("salt_corrosion", 0.75), cause("degradation", 0.25)]) == pytest.approx(
        0.25 * FILM
    )


def test_what_shade_and_limits_take_is_left_out() -> None:
    bits = [0, Flag.SHADED, Flag.CURTAILED, Flag.UNSTABLE, Flag.SHADED | Flag.VOLTAGE_RISE]
    flags = np.array([int(b) for b in bits])
    told = learnt(Attribution({"S1": ()}, {"S1": flags}))
    assert told["S1"].held.tolist() == [False, True, True, False, True]
    assert told["S1"].film is None
