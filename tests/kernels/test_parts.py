"""Temperature, module table and inverter, beside pvlib."""

import numpy as np
import pytest
from pvlib import inverter as theirs
from pvlib import temperature as warm

from kernels_pvlib import response
from pvwarranty_kernels import module
from pvwarranty_kernels.inverter import ac_power, dc_power
from pvwarranty_kernels.temperature import FAIMAN, SAPM, temp_cell


def test_temperatures(rng: np.random.Generator) -> None:
    poa, air = rng.uniform(0, 1200, 500), rng.uniform(-15, 38, 500)
    wind = rng.gamma(2.0, 1.5, 500)
    faiman = temp_cell(poa, air, wind, FAIMAN, (25.0, 6.84, 0.0))
    np.testing.assert_allclose(faiman, warm.faiman(poa, air, wind, 25.0, 6.84), rtol=1e-12)
    sapm = temp_cell(poa, air, wind, SAPM, (-3.56, -0.075, 3.0))
    np.testing.assert_allclose(sapm, warm.sapm_cell(poa, air, wind, -3.56, -0.075, 3), rtol=1e-12)


def test_unknown_wind_and_model() -> None:
    one = np.ones(1)
    calm = temp_cell(800 * one, 20 * one, np.nan * one, FAIMAN, (25.0, 6.84, 0.0))
    assert calm == temp_cell(800 * one, 20 * one, one, FAIMAN, (25.0, 6.84, 0.0))
    with pytest.raises(ValueError, match="not 7"):
        temp_cell(one, one, one, 7, (25.0, 6.84, 0.0))


@pytest.fixture(scope="module")
def table() -> np.ndarray:
    axes = module.grid()
    return module.table(response(axes.irradiance[:, None], axes.temp_cell[None, :]))


def test_module_table_between_its_nodes(table: np.ndarray, rng: np.random.Generator) -> None:
    irradiance = rng.uniform(20.0, 1500.0, 20_000)
    cell = rng.uniform(-30.0, 95.0, 20_000)
    got = module.look_up(table, irradiance, cell)
    expected = response(irradiance, cell)
    assert np.abs(got / expected - 1.0).max() < 1e-4
    bright = irradiance > 100.0
    assert np.abs(got / expected - 1.0)[bright].max() < 2e-5


def test_module_table_at_its_ends(table: np.ndarray) -> None:
    got = module.look_up(
        table, np.array([0.0, -3.0, np.nan, 800.0]), np.array([20.0, 20.0, 20.0, np.nan])
    )
    assert got[0] == got[1] == 0.0
    assert np.isnan(got[2:]).all()


def test_module_table_refuses(table: np.ndarray) -> None:
    with pytest.raises(ValueError, match="shape"):
        module.table(table[:-1])
    with pytest.raises(ValueError, match="finite"):
        module.table(np.where(table > 0.9, np.nan, table))


def test_inverter_beside_pvwatts(rng: np.random.Generator) -> None:
    p_dc = np.concatenate([[0.0, 5.0], rng.uniform(20.0, 5000.0, 500)])
    got = ac_power(p_dc, 3000.0, 0.96)
    expected = theirs.pvwatts(p_dc, 3000.0 / 0.96, 0.96)
    np.testing.assert_allclose(got, np.maximum(expected, 0.0), rtol=1e-12, atol=1e-12)
    assert got.max() == 3000.0
    assert ac_power(p_dc, 3000.0, 0.96, limit=2850.0).max() == 2850.0


def test_inverter_there_and_back(rng: np.random.Generator) -> None:
    p_dc = rng.uniform(50.0, 3050.0, 300)
    back = dc_power(ac_power(p_dc, 3000.0, 0.955), 3000.0, 0.955)
    np.testing.assert_allclose(back, p_dc, rtol=1e-9)
    assert np.isnan(ac_power(np.array([np.nan]), 3000.0, 0.96)).all()
    assert np.isnan(dc_power(np.array([np.nan]), 3000.0, 0.96)).all()
    assert dc_power(np.array([-4.0]), 3000.0, 0.96) == 0.0
