"""What is known of a module before it is measured, as translation needs it."""

from __future__ import annotations

from dataclasses import dataclass

from pvwarranty.ivcurve.features import BOLTZMANN
from pvwarranty.ivcurve.translate import EPSILON, KELVIN, T_STC
from pvwarranty.products.modules import Module

# medians of the crystalline modules of the CEC database [1/K], where the own are not known
ALPHA, U_ALPHA = 0.0005, 0.0003
BETA, U_BETA = -0.0034, 0.0004
U_ALPHA_OWN, U_BETA_OWN = 0.0001, 0.0002
IDEALITY = 1.03


@dataclass(frozen=True, slots=True)
class Nominal:
    """Relative coefficients of a module and their standard uncertainties [1/K].

    cells : in series, None where not known
    i_sc, v_oc : nominal [A], [V], None where not known
    epsilon : of procedure 4 [V per cell]; own : from the module's own beta, else the standard's
    b1 : of procedure 2, from an ideal diode
    """

    p_dc0: float
    gamma: float
    alpha: float
    u_alpha: float
    beta: float
    u_beta: float
    cells: float | None
    i_sc: float | None
    v_oc: float | None
    epsilon: float
    own: bool
    b1: float


def nominal_of(module: Module) -> Nominal:
    """Return the coefficients of a module: its own where known, else of crystalline silicon.

    With beta known, epsilon = (Voc - beta T) / cells at 25 °C gives procedure 4 the module's own
    slope of open-circuit voltage; 1.232 V is the standard's for crystalline silicon.
    """
    cells = None if module.cells is None else float(module.cells)
    thermal = BOLTZMANN * (T_STC + KELVIN)
    if module.cec is None:
        b1 = IDEALITY * thermal / 0.63
        return Nominal(
            module.p_dc0, module.gamma_pdc, ALPHA, U_ALPHA, BETA, U_BETA, cells, None, None,
            EPSILON, False, b1,
        )  # fmt: skip
    cec = module.cec
    series = cec["N_s"]
    cells = series if cells is None else cells
    v_oc = cec["V_oc_ref"]
    return Nominal(
        module.p_dc0, module.gamma_pdc, cec["alpha_sc"] / cec["I_sc_ref"], U_ALPHA_OWN,
        cec["beta_oc"] / v_oc, U_BETA_OWN, cells, cec["I_sc_ref"], v_oc * cells / series,
        (v_oc - cec["beta_oc"] * (T_STC + KELVIN)) / series, True,
        IDEALITY * thermal * series / v_oc,
    )  # fmt: skip
