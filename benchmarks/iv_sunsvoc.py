"""Spread of translated power over two months of real I-V curves of one module (SunsVoc).

usage: .venv/bin/python benchmarks/iv_sunsvoc.py [PARQUET]

A right translation leaves no course over temperature or irradiance. Two lights: the plane's
sensor (its clouds and its plane are in the spread), and the module's own short-circuit current
(translation alone). Writes iv_curves.md.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from pvwarranty.ivcurve import IVCurve, module_powers
from pvwarranty.ivcurve.fitting import Fit, fit_procedures, self_lit
from pvwarranty.ivcurve.nominal import Nominal, nominal_of
from pvwarranty.ivcurve.procedures import Shape, by_power, by_procedure_4, point_1, point_2
from pvwarranty.ivcurve.screen import STANDARD, Reading, read_curve
from pvwarranty.model import Array, ModuleTable
from pvwarranty.products.modules import Module, find_module
from tables import markdown, put

SHARED = Path(__file__).resolve().parents[2] / "shared"
FILE = SHARED / "real/pv/sunsvoc/sunsvoc_df_wbw_module_iv_10min.parquet"
PAGE = Path(__file__).with_name("iv_curves.md")
# the module is anonymous: 60 cells; nominal power and gamma of the class, for scale alone
CLASS = ModuleTable(265.0, -0.0041, cells=60)
Method = Callable[[Reading], float | None]


def curves(path: Path) -> list[IVCurve]:
    made = []
    for row in pd.read_parquet(path).itertuples():
        pairs = [p.split("*") for p in row.ivdf.split("#")[1:] if p.count("*") == 1]
        if not pairs:
            continue
        v, i = np.array(pairs, dtype=np.float64).T
        at = np.datetime64(row.tmst.rstrip("Z"), "s")
        day = at.astype("datetime64[D]").astype(object)
        g, t = np.full(len(v), row.poa), np.full(len(v), row.modt)
        made.append(IVCurve("M", "1", at, day, g, t, v, i))
    return made


def methods(nominal: Nominal, fits: Sequence[Fit]) -> dict[str, Method]:
    shape = fits[0].shape if fits else Shape(38.0, nominal.beta, nominal.b1)
    p0 = nominal.p_dc0
    found: dict[str, Method] = {
        "power over irradiance alone": lambda r: r.power.p_mp / p0 * 1000 / r.at.poa_global,
        "power by gamma": lambda r: by_power(r, nominal),
        "procedure 1, kappa = 0": lambda r: point_1(r, nominal, shape, r.r_s, 0.0).p_mp / p0,
        "procedure 2, kappa = 0": lambda r: point_2(r, nominal, shape, r.r_s, 0.0).p_mp / p0,
        "procedure 4": lambda r: by_procedure_4(r, nominal),
    }
    for fit in fits:
        label = f"procedure {fit.procedure[1]}, fitted"
        found[label] = lambda r, fit=fit: fit.ratio(r, nominal)
    return found


def line(label: str, values: Sequence[float | None], readings: Sequence[Reading]) -> list[str]:
    x = np.array([np.nan if v is None else v for v in values])
    good = np.isfinite(x)
    log = np.log(x[good])
    warm = np.array([r.at.temp_cell - 25.0 for r in readings])[good]
    light = np.array([r.at.poa_global / 100.0 - 10.0 for r in readings])[good]
    keep = np.abs(log - np.median(log)) < 0.15
    design = np.stack([np.ones_like(warm), warm, light], axis=1)[keep]
    slope = np.linalg.lstsq(design, log[keep], rcond=None)[0]
    spread = 1.4826 * np.median(np.abs(log - np.median(log)))
    return [
        label, f"{np.exp(np.median(log)):.4f}", f"{100 * spread:.2f}", f"{1000 * slope[1]:+.2f}",
        f"{100 * slope[2]:+.2f}",
    ]  # fmt: skip


def spread(readings: Sequence[Reading], found: dict[str, Method]) -> str:
    head = ["method", "median of nominal", "robust SD [%]", "per 10 K [%]", "per 100 W/m² [%]"]
    rows = [line(label, [m(r) for r in readings], readings) for label, m in found.items()]
    return markdown(head, rows)


def half(module: Module, made: Sequence[IVCurve]) -> str:
    """The same module from its two months apart: what repeats."""
    rows = []
    for label, first, last in (("March", 3, 3), ("April", 4, 4), ("both", 3, 4)):
        part = [c for c in made if first <= c.day.month <= last]
        start = time.process_time()
        (found,) = module_powers(part, module, date(2019, 4, 30))
        spent = time.process_time() - start
        others = ", ".join(f"{p} {r:.4f}" for p, r in found.others.items())
        ratio, u = found.ratio or np.nan, found.u or np.nan
        statistics = 100 * found.budget.get("statistics", np.nan)
        rows.append([
            label, str(found.n), f"{found.procedure} {ratio:.4f} ± {1.96 * u:.4f}", others,
            f"{statistics:.2f}", f"{1000 * spent / len(part):.1f}",
        ])  # fmt: skip
    head = ["curves of", "used", "ratio", "others", "statistics, u [%]", "CPU a curve [ms]"]
    return markdown(head, rows)


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    if not path.is_file():
        sys.exit(f"{path}: the real I-V curves are not there")
    module = find_module(Array("A", "anonymous", 20.0, 180.0, CLASS))
    nominal = nominal_of(module)
    made = curves(path)
    (whole,) = module_powers(made, module, date(2019, 4, 30))
    used = {c.measured_at for c in whole.curves}
    read = [read_curve(c, nominal) for c in made if c.measured_at in used]
    readings = [r for r in read if isinstance(r, Reading) and r.at.poa_global >= STANDARD]
    found = methods(nominal, fit_procedures(readings, nominal))
    put("iv-real-sensor", spread(readings, found), PAGE)
    put("iv-real-own", spread(self_lit(readings, nominal), found), PAGE)
    put("iv-real-months", half(module, made), PAGE)
    reasons = Counter(r.name for r in whole.rejected)
    rows = [[name, str(n)] for name, n in reasons.most_common()]
    put("iv-real-refused", markdown(["not used", "curves"], rows), PAGE)
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
