"""Translation of I-V curves to STC against single-diode truth (pvlib, CEC database), with peers.

usage: .venv/bin/python benchmarks/iv_synthetic.py [MODULES]

MODULES of the database beside the three SunPower ones, 40 by default. Writes iv_curves.md.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from pvwarranty.ivcurve import IVCurve, module_powers
from pvwarranty.ivcurve.features import max_power, without_spikes
from pvwarranty.ivcurve.translate import (
    Coefficients1,
    Coefficients2,
    Conditions,
    Points,
    procedure_1,
    procedure_2,
)
from pvwarranty.model import Array, Floats
from pvwarranty.products.modules import Module, _cec, cec_row, find_module
from tables import markdown, put

PAGE = Path(__file__).with_name("iv_curves.md")
SUNPOWER = ("SunPower_SPR_X21_345", "SunPower_SPR_X20_250_BLK", "SunPower_SPR_E20_245")
STATES = {
    "new": (1.0, 1.0, 1.0), "light -20 %": (0.8, 1.0, 1.0), "series ×2.5": (1.0, 2.5, 1.0),
    "dark ×20": (1.0, 1.0, 20.0), "mixed": (0.88, 2.2, 3.0),
}  # fmt: skip
WEATHER = [(700, 40), (700, 55), (850, 50), (1000, 45), (1000, 60)]
DAY = date(2024, 5, 1)
INSIDE: list[bool] = []  # whether the translation's own interval holds the truth


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    module: Module
    state: str
    truth: float


def parameters(case: Case | str, state: str, g: float, t: float) -> tuple[float, ...]:
    from pvlib import pvsystem

    row = cec_row(case if isinstance(case, str) else case.name)
    light, series, dark = STATES[state]
    found = pvsystem.calcparams_cec(
        float(g), float(t), row["alpha_sc"], row["a_ref"], row["I_L_ref"] * light,
        row["I_o_ref"] * dark, row["R_sh_ref"], row["R_s"] * series, row["Adjust"],
    )  # fmt: skip
    return tuple(float(p) for p in found)


def solved(name: str, state: str, g: float, t: float) -> dict[str, float]:
    from pvlib import pvsystem

    found = pvsystem.singlediode(*parameters(name, state, g, t))
    return {k: float(v) for k, v in found.items()}


def points(name: str, state: str, g: float, t: float, n: int = 100) -> Points:
    from pvlib import pvsystem

    v = np.linspace(0.0, solved(name, state, g, t)["v_oc"], n)
    return Points(v, np.asarray(pvsystem.i_from_v(v, *parameters(name, state, g, t))))


def curve(made: Points, g: float, t: float, on: date = DAY) -> IVCurve:
    at = np.datetime64(on.isoformat()).astype("datetime64[s]")
    n = len(made.v)
    return IVCurve("M", "1", at, on, np.full(n, float(g)), np.full(n, float(t)), made.v, made.i)


def cases(names: Sequence[str]) -> Iterator[Case]:
    for name in names:
        module = find_module(Array("A", "any", 20, 180, name))
        for state in STATES:
            yield Case(name, module, state, solved(name, state, 1000, 25)["p_mp"] / module.p_dc0)


def ours(case: Case, made: Points, g: float, t: float) -> dict[str, float]:
    (found,) = module_powers([curve(made, g, t)], case.module, DAY)
    ratio, budget = found.ratio or np.nan, found.budget
    u = np.hypot(budget["translation"], budget["coefficients"])
    INSIDE.append(bool(abs(ratio / case.truth - 1) < 1.96 * u))
    return {"ours, one curve": ratio} | {"power by gamma": found.others.get("power", np.nan)}


def without_kappa(case: Case, made: Points, g: float, t: float) -> dict[str, float]:
    row, at = cec_row(case.name), Conditions(g, t)
    b1 = row["a_ref"] / row["V_oc_ref"]
    c1 = Coefficients1(row["alpha_sc"], row["beta_oc"], row["R_s"], 0.0)
    c2 = Coefficients2(
        row["alpha_sc"] / row["I_sc_ref"], row["beta_oc"] / row["V_oc_ref"], row["V_oc_ref"],
        row["R_s"], 0.0, b1, b1 * b1,
    )  # fmt: skip
    first = max_power(procedure_1(made, float(made.i[0]), at, c1)).p_mp
    second = max_power(procedure_2(made, at, c2)).p_mp
    p0 = case.module.p_dc0
    return {"procedure 1, kappa = 0": first / p0, "procedure 2, kappa = 0": second / p0}


def fitted(case: Case, rng: np.random.Generator) -> dict[str, float]:
    """Ten noisy clear days between cool and hot."""
    made = []
    for day in range(10):
        on = date(2024, 3, 1 + day)
        for g in (520, 700, 850, 950, 1000):
            t = 5 + 2.5 * day + 0.028 * g + rng.normal(0, 0.5)
            clean = points(case.name, case.state, g, t)
            noise = rng.normal(0, 0.003 * clean.i[0], len(clean.i))
            made.append(curve(Points(clean.v, clean.i + noise), g, t, on))
    (found,) = module_powers(made, case.module, DAY)
    label = f"fitted {found.procedure}" if found.procedure in ("P1", "P2") else "no fit"
    return {label: found.ratio or np.nan}


def line(label: str, errors: Sequence[float]) -> list[str]:
    e = 100 * np.array(errors)
    e = e[np.isfinite(e)]
    if not len(e):
        return [label, "–", "–", "–", "0"]
    rms = np.sqrt(np.mean(e**2))
    return [
        label,
        f"{e.mean():+.2f}",
        f"{rms:.2f}",
        f"{e.min():+.2f} … {e.max():+.2f}",
        str(len(e)),
    ]


def translation(names: Sequence[str], methods: Sequence[Callable[..., dict[str, float]]]) -> str:
    errors: dict[tuple[str, str], list[float]] = {}
    for case in cases(names):
        aged = "new" if case.state == "new" else "aged"
        for g, t in WEATHER:
            made = points(case.name, case.state, g, t)
            for method in methods:
                for label, value in method(case, made, g, t).items():
                    errors.setdefault((label, aged), []).append(value / case.truth - 1)
    rows = [line(f"{label}, {aged}", e) for (label, aged), e in sorted(errors.items())]
    table = markdown(["method", "bias [%]", "RMSE [%]", "range [%]", "curves"], rows)
    covered = f"{100 * np.mean(INSIDE):.0f} % of {len(INSIDE)}"
    INSIDE.clear()
    note = "Errors of ours within 1.96 u of translation and coefficients alone (nominal 95 %): "
    return table + "\n\n" + note + covered + "."


def fits(rng: np.random.Generator) -> str:
    errors: dict[str, list[float]] = {}
    for case in cases(SUNPOWER):
        for label, value in fitted(case, rng).items():
            errors.setdefault(label, []).append(value / case.truth - 1)
    rows = [line(label, e) for label, e in sorted(errors.items())]
    return markdown(["procedure chosen", "bias [%]", "RMSE [%]", "range [%]", "modules"], rows)


def astm(made: Points) -> float:
    from pvlib.ivtools.utils import astm_e1036

    try:
        return float(astm_e1036(made.v, made.i)["pmp"])
    except (ValueError, np.linalg.LinAlgError):
        return np.nan


def maxima(rng: np.random.Generator) -> str:
    rows = []
    for n in (200, 100, 40, 20):
        for wild in (False, True):
            found = _maxima(n, wild, rng)
            kind = f"{n} points, a wild one" if wild else f"{n} points"
            rows += [line(f"{label}, {kind}", e) for label, e in found.items()]
    return markdown(["Pmax of noisy curves", "bias [%]", "RMSE [%]", "range [%]", "curves"], rows)


def _maxima(n: int, wild: bool, rng: np.random.Generator) -> dict[str, list[float]]:
    errors: dict[str, list[float]] = {"ours": [], "pvlib astm_e1036": [], "highest point": []}
    for name in SUNPOWER:
        clean, truth = points(name, "new", 850, 50, n), solved(name, "new", 850, 50)["p_mp"]
        for _ in range(40):
            i = clean.i + rng.normal(0, 0.003 * clean.i[0], n)
            if wild:
                i[rng.integers(n // 2, n)] *= 1.3
            made = Points(clean.v, i)
            errors["ours"].append(max_power(without_spikes(made)).p_mp / truth - 1)
            errors["pvlib astm_e1036"].append(astm(made) / truth - 1)
            errors["highest point"].append(float(np.max(made.v * made.i)) / truth - 1)
    return errors


def sample(count: int, rng: np.random.Generator) -> list[str]:
    """Crystalline modules of the database with a plausible cell voltage and a sound fit."""
    from pvwarranty.products.modules import _is_sound

    names: Floats | list[str] = list(_cec()[1])
    found: list[str] = []
    for name in rng.permutation(np.array(names)):
        row = cec_row(str(name))
        if _is_sound(row) and 0.58 < row["V_oc_ref"] / row["N_s"] < 0.76 and row["N_s"] >= 48:
            found.append(str(name))
        if len(found) == count:
            break
    return found


def main() -> None:
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(20240501)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    put("iv-sunpower", translation(SUNPOWER, [ours, without_kappa]), PAGE)
    put("iv-database", translation(sample(count, rng), [ours, without_kappa]), PAGE)
    put("iv-fitted", fits(rng), PAGE)
    put("iv-maxima", maxima(rng), PAGE)
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
