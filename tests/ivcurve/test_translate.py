"""Translation against single-diode truth, published errors, and the laws it must keep."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcurve.truth import E20, X20, X21, X22, Diode
from pvwarranty.ivcurve.features import max_power
from pvwarranty.ivcurve.translate import (
    STC,
    Coefficients1,
    Coefficients2,
    Coefficients4,
    Conditions,
    Points,
    power_only,
    procedure_1,
    procedure_2,
    procedure_4,
)
from pvwarranty.products.modules import cec_row

# error of translated power [%] with kappa = 0: module, irradiance, temperature, then by gamma,
# procedure 1, procedure 2 of 2009, procedure 4 (epsilon 1.232 V, the diode's own resistance)
TABLE = [
    (X21, 700, 50, -0.03, -0.93, -2.14, +0.49),
    (X21, 800, 60, -0.12, -1.66, -3.11, +0.32),
    (X21, 300, 35, -1.28, +0.61, -1.18, +1.18),
    (X20, 700, 50, -0.31, -1.10, -2.50, -0.70),
    (E20, 800, 50, +0.28, -1.19, -2.14, +1.00),
    (X22, 700, 50, -1.79, -0.33, -2.51, -0.39),
    (X22, 500, 50, -3.37, +0.53, -2.86, +0.47),
]


def procedure_2_of_2009(
    curve: Points, v_oc: float, at: Conditions, row: dict[str, float]
) -> Points:
    """The older form of procedure 2, kappa = 0, with a = a_ref / Voc."""
    i = curve.i * (1 + row["alpha_sc"] / row["I_sc_ref"] * (25 - at.temp_cell))
    i = i * 1000 / at.poa_global
    rise = row["beta_oc"] / row["V_oc_ref"] * (25 - at.temp_cell)
    rise += row["a_ref"] / row["V_oc_ref"] * math.log(1000 / at.poa_global)
    return Points(curve.v + v_oc * rise - row["R_s"] * (i - curve.i), i)


@pytest.mark.parametrize(("name", "g", "t", "by_gamma", "first", "second", "fourth"), TABLE)
def test_errors_without_kappa_are_the_published_ones(
    name: str, g: float, t: float, by_gamma: float, first: float, second: float, fourth: float
) -> None:
    row, diode, at = cec_row(name), Diode(name), Conditions(g, t)
    solved, curve = diode.solved(g, t), diode.points(g, t, 400)

    def error(watts: float) -> float:
        return 100 * (watts / diode.p_mp() - 1)

    moved = procedure_1(
        curve, solved["i_sc"], at, Coefficients1(row["alpha_sc"], row["beta_oc"], row["R_s"], 0.0)
    )
    assert error(max_power(moved).p_mp) == pytest.approx(first, abs=0.25)
    moved = procedure_2_of_2009(curve, solved["v_oc"], at, row)
    assert error(max_power(moved).p_mp) == pytest.approx(second, abs=0.25)
    c = Coefficients4(row["alpha_sc"], row["R_s"], row["N_s"])
    moved = procedure_4(curve, solved["i_sc"], at, c)
    assert error(max_power(moved).p_mp) == pytest.approx(fourth, abs=0.25)
    gamma = row["gamma_r"] / 100
    assert error(power_only(solved["p_mp"], at, gamma)) == pytest.approx(by_gamma, abs=0.05)


@pytest.mark.parametrize("name", [X21, X20, E20])
@pytest.mark.parametrize("t", [50.0, 60.0])
def test_procedure_2_of_2021_without_kappa_is_too_low(name: str, t: float) -> None:
    row, diode = cec_row(name), Diode(name)
    b1 = row["a_ref"] / row["V_oc_ref"]
    c = Coefficients2(
        row["alpha_sc"] / row["I_sc_ref"], row["beta_oc"] / row["V_oc_ref"], row["V_oc_ref"],
        row["R_s"], 0.0, b1, b1 * b1,
    )  # fmt: skip
    moved = procedure_2(diode.points(900, t, 400), Conditions(900, t), c)
    assert -3.0 < 100 * (max_power(moved).p_mp / diode.p_mp() - 1) < -1.0


@pytest.mark.parametrize("name", [X21, X20, E20])
@pytest.mark.parametrize(("g", "t"), [(700, 45), (850, 55), (1000, 60)])
def test_kappa_in_its_known_range_brings_power_right(name: str, g: float, t: float) -> None:
    row, diode, at = cec_row(name), Diode(name), Conditions(g, t)
    curve, i_sc = diode.points(g, t, 400), diode.solved(g, t)["i_sc"]
    errors = []
    for kappa in (0.0040, 0.0053):
        c = Coefficients1(row["alpha_sc"], row["beta_oc"], row["R_s"], kappa)
        errors.append(max_power(procedure_1(curve, i_sc, at, c)).p_mp / diode.p_mp() - 1)
    assert errors[0] < errors[1]
    assert max(abs(e) for e in errors) < 0.011


curves = st.tuples(
    st.floats(0.3, 12.0), st.floats(20.0, 80.0), st.floats(1.5, 5.0), st.integers(12, 60)
).map(lambda a: shape(*a))
conditions = st.builds(Conditions, st.floats(200.0, 1200.0), st.floats(0.0, 75.0))
firsts = st.builds(
    Coefficients1, st.floats(0.0, 0.01), st.floats(-0.3, -0.05), st.floats(0.0, 2.0),
    st.floats(0.0, 0.02),
)  # fmt: skip
seconds = st.builds(
    Coefficients2, st.floats(0.0, 0.001), st.floats(-0.005, -0.002), st.floats(20.0, 80.0),
    st.floats(0.0, 2.0), st.floats(0.0, 0.02), st.floats(0.0, 0.08), st.floats(0.0, 0.01),
)  # fmt: skip
fourths = st.builds(
    Coefficients4, st.floats(0.0, 0.01), st.floats(0.0, 2.0), st.floats(36.0, 144.0)
)


def shape(i_sc: float, v_oc: float, steep: float, n: int) -> Points:
    v = np.linspace(0.0, v_oc, n)
    return Points(v, i_sc * (1.0 - np.expm1(v / v_oc * steep * 4) / math.expm1(steep * 4)))


def same(a: Points, b: Points, rel: float = 1e-9) -> None:
    np.testing.assert_allclose(a.v, b.v, rtol=rel, atol=rel * 100)
    np.testing.assert_allclose(a.i, b.i, rtol=rel, atol=rel * 20)


@given(curves, conditions, firsts, seconds, fourths)
def test_translation_to_the_same_conditions_is_the_identity(curve, at, c1, c2, c4) -> None:
    i_sc = float(curve.i[0])
    same(procedure_1(curve, i_sc, at, c1, to=at), curve)
    same(procedure_2(curve, at, c2, to=at), curve)
    same(procedure_4(curve, i_sc, at, c4, to=at), curve)
    assert power_only(100.0, at, -0.003, to=at) == pytest.approx(100.0)


@given(curves, conditions, firsts)
def test_procedure_1_there_and_back(curve, at, c) -> None:
    i_sc = float(curve.i[0])
    there = procedure_1(curve, i_sc, at, c)
    i_there = i_sc * STC.poa_global / at.poa_global  # currents follow light; alpha is additive
    back = procedure_1(there, i_there, STC, c, to=at)
    # kappa acts on the current translated to, so the way back differs by what the two differ
    left = c.kappa * (there.i - curve.i) * (STC.temp_cell - at.temp_cell)
    same(Points(back.v + left, back.i), curve)


@given(curves, conditions, seconds)
def test_procedure_2_there_and_back(curve, at, c) -> None:
    there = procedure_2(curve, at, c)
    back = procedure_2(there, STC, c, to=at)
    same(back, curve, rel=1e-7)


@given(curves, conditions, fourths)
def test_procedure_4_there_and_back_over_irradiance(curve, at, c) -> None:
    warm = Conditions(1000.0, at.temp_cell)
    i_sc = float(curve.i[0])
    there = procedure_4(curve, i_sc, at, c, to=warm)
    back = procedure_4(there, i_sc * 1000.0 / at.poa_global, warm, c, to=at)
    same(back, curve)


@given(curves, conditions, firsts, seconds, fourths, st.floats(0.2, 5.0))
def test_current_scales(curve, at, c1, c2, c4, factor) -> None:
    """Of k like modules in parallel: k times the current, a k-th of the resistances."""
    wide = Points(curve.v, curve.i * factor)
    i_sc = float(curve.i[0])
    one = procedure_1(curve, i_sc, at, c1)
    k1 = Coefficients1(c1.alpha * factor, c1.beta, c1.r_s / factor, c1.kappa / factor)
    same(procedure_1(wide, i_sc * factor, at, k1), Points(one.v, one.i * factor))
    two = procedure_2(curve, at, c2)
    k2 = Coefficients2(c2.alpha, c2.beta, c2.v_oc, c2.r_s / factor, c2.kappa / factor, c2.b1, c2.b2)
    same(procedure_2(wide, at, k2), Points(two.v, two.i * factor))
    four = procedure_4(curve, i_sc, at, c4)
    k4 = Coefficients4(c4.alpha * factor, c4.r_s / factor, c4.cells)
    same(procedure_4(wide, i_sc * factor, at, k4), Points(four.v, four.i * factor))


@given(curves, conditions, fourths, st.integers(2, 20))
def test_voltage_of_modules_in_series_scales(curve, at, c, count) -> None:
    long = Points(curve.v * count, curve.i)
    one = procedure_4(curve, float(curve.i[0]), at, c)
    many = procedure_4(
        long, float(curve.i[0]), at, Coefficients4(c.alpha, c.r_s * count, c.cells * count)
    )
    same(many, Points(one.v * count, one.i))


@given(conditions)
def test_power_by_gamma_there_and_back(at) -> None:
    there = power_only(200.0, at, -0.0035)
    assert power_only(there, STC, -0.0035, to=at) == pytest.approx(200.0)
