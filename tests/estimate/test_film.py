"""What a film of dust may have taken, on made plants and on figures."""

from datetime import date

import numpy as np
import pytest

import plant
from pvwarranty.estimate import (
    Estimate,
    Evidence,
    Learnt,
    Subject,
    estimate_outputs,
    p_below,
    refined_outputs,
)
from pvwarranty.estimate.film import FILM, MOST, Losing, films, with_film
from pvwarranty.estimate.fuse import N_TYPE
from pvwarranty.model import Part
from pvwarranty.quality import flag

ON = date(2024, 3, 31)
YEAR = 365.2425 * 86400


def slow(time: np.ndarray, lost: float) -> np.ndarray:
    """Return the share left (n,) where `lost` goes evenly over the record."""
    since = time - time[0]
    return 1.0 - lost * since / since[-1]


def found(
    rng: np.random.Generator, losses: dict[str, float], years: int = 8
) -> tuple[list[Subject], dict[str, tuple[Estimate | None, Evidence | None]]]:
    home, time = plant.site(len(losses)), plant.times(years, start=f"{2024 - years}-04-01")
    data = plant.measured(home, time, rng, {k: slow(time, v) for k, v in losses.items()})
    subjects = [Subject(flag(i, data, home), N_TYPE, 0.0) for i in plant.indexes(home, data)]
    return subjects, estimate_outputs(subjects, ON)


def losing(pair: tuple[Estimate | None, Evidence | None], film: float | None = None) -> Losing:
    assert pair[1] is not None
    return Losing(pair[1], N_TYPE.rate, N_TYPE.u_rate, film)


def test_a_loss_that_a_film_can_take_may_be_all_of_it(rng: np.random.Generator) -> None:
    e = found(rng, {"S1": 0.10})[1]["S1"][0]
    assert e is not None
    assert e.value == pytest.approx(0.91, abs=0.02)
    assert e.low < 0.90
    assert e.high > 0.975  # modules that aged as their kind under a film
    assert e.high - e.value > 1.5 * (e.value - e.low)


def test_a_loss_beyond_any_film_is_mostly_the_modules(rng: np.random.Generator) -> None:
    e = found(rng, {"S1": 0.32})[1]["S1"][0]
    assert e is not None
    assert e.low < 0.68 < e.high < 0.68 * 1.02 / (1.0 - MOST)
    assert p_below(e.parts, 0.81) > 0.97


def test_a_sound_channel_is_told_as_narrowly_as_before(rng: np.random.Generator) -> None:
    e = found(rng, {"S1": 0.02})[1]["S1"][0]
    assert e is not None
    assert e.high - e.value < 1.1 * (e.value - e.low)


def test_a_film_comes_to_the_whole_roof(rng: np.random.Generator) -> None:
    """One channel that loses beside one that does not has no film."""
    _, alone = found(rng, {"S1": 0.10})
    _, beside = found(rng, {"S1": 0.10, "S2": 0.02})
    a, b = alone["S1"][0], beside["S1"][0]
    assert a is not None
    assert b is not None
    assert b.high < a.high - 0.02
    alike = films([losing(alone["S1"]), losing(alone["S1"])])
    assert all(f is not None and f.most > 0.05 for f in alike)


def test_an_abrupt_loss_is_no_film(rng: np.random.Generator) -> None:
    home, time = plant.site(), plant.times(8, start="2016-04-01")
    step = np.where((time - time[0]) / YEAR < 5.0, 1.0, 0.85)
    data = plant.measured(home, time, rng, {"S1": step})
    subjects = [Subject(flag(i, data, home), N_TYPE, 0.0) for i in plant.indexes(home, data)]
    pair = estimate_outputs(subjects, ON)["S1"]
    film = films([losing(pair)])[0]
    assert film is None or film.weight * film.most < 0.003


def test_what_the_causes_hold_of_a_film_counts(rng: np.random.Generator) -> None:
    subjects, first = found(rng, {"S1": 0.10})
    none = np.zeros(len(subjects[0].index.time), dtype=bool)
    high = {}
    for chance in (0.0, None, 0.9):
        e = refined_outputs(subjects, first, {"S1": Learnt(none, chance)}, ON)["S1"][0]
        assert e is not None
        high[chance] = e
    assert high[0.0].high < 0.95  # the voltage fell with the power: no film
    assert high[None] == first["S1"][0]
    assert high[0.9].value > 0.96


def test_parts_keep_their_weight(rng: np.random.Generator) -> None:
    pair = found(rng, {"S1": 0.15})[1]["S1"]
    film = films([losing(pair)])[0]
    assert film is not None
    assert 0.5 * FILM < film.weight <= FILM
    parts = with_film(Part(1.0, 0.005, 0.012), Part(1.0, 0.85, 0.02), film)
    assert sum(p.weight for p in parts) == pytest.approx(1.0)
    assert with_film(Part(1.0, 0.005, 0.012), parts[0], None) == [parts[0]]


def test_intervals_that_show_something_else_are_left_out(rng: np.random.Generator) -> None:
    home, time = plant.site(), plant.times(6)
    hour = (time / 3600.0 + home.longitude / 15.0) % 24.0
    shaded = (hour < 12.0) & (time - time[0] > 3.0 * YEAR)
    data = plant.measured(home, time, rng, {"S1": np.where(shaded, 0.9, 1.0)})
    subjects = [Subject(flag(i, data, home), N_TYPE, 0.0) for i in plant.indexes(home, data)]
    first = estimate_outputs(subjects, ON)
    second = refined_outputs(subjects, first, {"S1": Learnt(shaded, None)}, ON)
    (a, before), (b, after) = first["S1"], second["S1"]
    assert a is not None
    assert b is not None
    assert before is not None
    assert after is not None
    assert a.value < 0.97
    assert b.value == pytest.approx(1.0, abs=0.02)
    assert after.n < before.n


def test_too_few_left_leave_the_first_estimate(rng: np.random.Generator) -> None:
    subjects, first = found(rng, {"S1": 0.02}, years=4)
    everything = np.ones(len(subjects[0].index.time), dtype=bool)
    second = refined_outputs(subjects, first, {"S1": Learnt(everything, None)}, ON)
    assert second["S1"] == first["S1"]
