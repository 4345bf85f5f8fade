"""Each check on its own fault."""

from dataclasses import replace

import numpy as np
import pytest

import plant
from pvwarranty.model import Flag, Index, Measurements, Site
from pvwarranty.quality import flag, flat_top, usable

HOME = plant.site()


@pytest.fixture
def data(rng: np.random.Generator) -> Measurements:
    return plant.measured(HOME, plant.times(0.5, start="2023-04-01"), rng, {})


def flagged(data: Measurements, home: Site = HOME) -> Index:
    return flag(plant.indexes(home, data)[0], data, home)


def has(index: Index, bit: Flag) -> np.ndarray:
    return (index.flags & int(bit)) != 0


def with_power(data: Measurements, power: np.ndarray) -> Measurements:
    return replace(data, columns={"S1.p_dc": power})


def test_good_data_are_used(data: Measurements) -> None:
    index = flagged(data)
    day = ~has(index, Flag.NIGHT)
    assert usable(index)[day].mean() > 0.75


def test_gaps(data: Measurements) -> None:
    power = data.columns["S1.p_dc"].copy()
    power[1000:1100] = np.nan
    index = flagged(with_power(data, power))
    expected = np.zeros(power.size, dtype=bool)
    expected[1000:1100] = True
    np.testing.assert_array_equal(has(index, Flag.GAP), expected & ~has(index, Flag.NIGHT))


def test_stuck_values(data: Measurements) -> None:
    power = data.columns["S1.p_dc"].copy()
    noon = int(np.flatnonzero(flagged(data).clear > 0.5)[40])
    power[noon - 4 : noon + 4] = 812.0
    stuck = has(flagged(with_power(data, power)), Flag.STUCK)
    assert stuck[noon - 4 : noon + 4].sum() >= 6
    assert stuck.sum() <= 8


def test_spikes_and_negative_power(data: Measurements) -> None:
    power = data.columns["S1.p_dc"].copy()
    noon = int(np.flatnonzero(flagged(data).clear > 0.5)[10])
    power[noon], power[noon + 1] = 9999.0, -500.0
    spikes = has(flagged(with_power(data, power)), Flag.SPIKE)
    assert spikes[noon]
    assert spikes[noon + 1]
    assert spikes.sum() == 2


def test_silence_by_day_is_an_outage(data: Measurements) -> None:
    power = data.columns["S1.p_dc"].copy()
    power[2000:2200] = 0.0
    index = flagged(with_power(data, power))
    assert has(index, Flag.OUTAGE)[2000:2200].sum() > 20
    assert has(index, Flag.OUTAGE).sum() == has(index, Flag.OUTAGE)[2000:2200].sum()


def test_a_flat_top_is_clipping(rng: np.random.Generator) -> None:
    free = 4000 * rng.beta(2, 2, 20000)
    assert flat_top(free) is None
    assert flat_top(np.minimum(free, 3000.0)) == pytest.approx(3000.0)


@pytest.mark.parametrize(
    ("code", "bit"), [(0x41, Flag.CURTAILED), (0x42, Flag.VOLTAGE_RISE), (0x43, Flag.VOLTAGE_RISE)]
)
def test_restraint_told_by_the_power_conditioner(data: Measurements, code: int, bit: Flag) -> None:
    restraint = np.full(data.time.size, 0x44, dtype=float)
    restraint[500:600] = code
    told = replace(data, columns=data.columns | {"PCS.restraint": restraint})
    seen = has(flagged(told), bit)
    assert seen[500:600].all()
    quiet = replace(data, columns=data.columns | {"PCS.restraint": np.full(data.time.size, 0x44)})
    assert seen.sum() == 100 + has(flagged(quiet), bit).sum()


def test_duplicated_instants_are_flagged(data: Measurements) -> None:
    again = np.zeros(data.time.size, dtype=bool)
    again[77] = True
    assert has(flagged(replace(data, duplicated=again)), Flag.DUPLICATE)[77]
