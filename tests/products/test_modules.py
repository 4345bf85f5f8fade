"""Finding modules, and their response beside pvlib's."""

import numpy as np
import pytest

from pvwarranty.errors import DataError
from pvwarranty.model import Array, ModuleTable
from pvwarranty.products import find_module, is_n_type, response_table
from pvwarranty.products.modules import products
from pvwarranty_kernels.module import look_up

G = np.array([1000.0, 800.0, 500.0, 200.0, 1000.0, 600.0])
T = np.array([25.0, 50.0, 40.0, 15.0, 65.0, -5.0])


def array(product: str = "SPR-X21-345", module: object = None) -> Array:
    return Array("A", product, 20.0, 180.0, module=module)


def test_every_product_has_a_sane_response() -> None:
    for name in products():
        module = find_module(array(name))
        values = look_up(response_table(module), G, T)
        assert values[0] == pytest.approx(1.0, abs=1e-4)
        assert 0.80 < values[4] < 0.92
        assert 0.17 < values[3] < 0.21


def test_a_name_of_the_cec_database() -> None:
    module = find_module(array(module="SunPower_SPR_X21_345"))
    assert module.p_dc0 == 345.0
    assert module.cells == 96
    assert module.trusted
    assert module.warnings == ()


def test_product_and_module_that_differ_give_a_warning() -> None:
    module = find_module(array(module="SunPower_SPR_E20_327"))
    assert module.p_dc0 == 327.0
    assert all("345 W" in module.warnings[0].of(lang) for lang in ("en", "ja"))


def test_an_unsound_single_diode_fit_is_not_used() -> None:
    module = find_module(array("SPR-X22-360", module="SunPower_SPR_X22_360"))
    assert not module.trusted
    values = look_up(response_table(module), G, T)
    assert values[4] == pytest.approx(1 - 40 * 0.003509, abs=1e-3)


def test_a_table_in_the_site_file() -> None:
    module = find_module(array("SPR-X21-345", ModuleTable(350.0, -0.003)))
    assert (module.p_dc0, module.gamma_pdc) == (350.0, -0.003)


@pytest.mark.parametrize(
    ("product", "module", "told"),
    [
        ("SPR-X21-345", "SunPower_SPR_X21_34", "did you mean 'SunPower_SPR_X21_345'?"),
        ("XYZ-999", None, "not a known module and no module is given"),
    ],
)
def test_unknown_modules_are_told(product: str, module: str | None, told: str) -> None:
    with pytest.raises(DataError, match="array") as caught:
        find_module(array(product, module), "site.toml: array[0].module")
    assert told in str(caught.value)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "name", ["SunPower_SPR_X21_345", "SunPower_SPR_E20_245", "Canadian_Solar_Inc__CS6P_240P"]
)
def test_response_agrees_with_pvlib(name: str) -> None:
    from pvlib import pvsystem

    row = pvsystem.retrieve_sam("CECMod")[name]
    parameters = pvsystem.calcparams_cec(
        G, T, row.alpha_sc, row.a_ref, row.I_L_ref, row.I_o_ref, row.R_sh_ref, row.R_s, row.Adjust
    )
    power = np.asarray(pvsystem.max_power_point(*parameters, method="brentq")["p_mp"])
    values = look_up(response_table(find_module(array(module=name))), G, T)
    np.testing.assert_allclose(values, power / power[0], rtol=5e-4)


@pytest.mark.parametrize(
    ("name", "n_type"),
    [
        ("SunPower_SPR_X21_345", True),
        ("SunPower_SPR_E20_327", True),
        ("SunPower_SPR_E19_240", True),
        ("SunPower_SPR_P17_350_COM", False),
        ("SANYO_ELECTRIC_CO_LTD_OF_PANASONIC_GROUP_VBHN240SA06", True),
        ("Canadian_Solar_Inc__CS6P_240P", False),
    ],
)
def test_n_type_cells_are_told_by_their_series(name: str, n_type: bool) -> None:
    assert is_n_type(find_module(array(module=name))) is n_type
