"""Curves whose maximum power at STC is known: single diodes of the CEC database, by pvlib."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from pvwarranty.ivcurve import IVCurve
from pvwarranty.ivcurve.translate import Points
from pvwarranty.model import Array, Floats
from pvwarranty.products.modules import Module, cec_row, find_module

X21, X20, E20 = "SunPower_SPR_X21_345", "SunPower_SPR_X20_250_BLK", "SunPower_SPR_E20_245"
X22 = "SunPower_SPR_X22_360"


@dataclass(frozen=True)
class Diode:
    """A module of the CEC database, aged by factors of its single-diode parameters."""

    name: str
    light: float = 1.0
    series: float = 1.0
    dark: float = 1.0

    def parameters(self, g: float, t: float) -> tuple[float, ...]:
        from pvlib import pvsystem

        row = cec_row(self.name)
        found = pvsystem.calcparams_cec(
            float(g), float(t), row["alpha_sc"], row["a_ref"], row["I_L_ref"] * self.light,
            row["I_o_ref"] * self.dark, row["R_sh_ref"], row["R_s"] * self.series, row["Adjust"],
        )  # fmt: skip
        return tuple(float(p) for p in found)

    def p_mp(self, g: float = 1000.0, t: float = 25.0) -> float:
        return self.solved(g, t)["p_mp"]

    def solved(self, g: float, t: float) -> dict[str, float]:
        from pvlib import pvsystem

        found = pvsystem.singlediode(*self.parameters(g, t))
        return {k: float(v) for k, v in found.items()}

    def points(self, g: float, t: float, n: int = 100) -> Points:
        """Return n points between short and open circuit, evenly over voltage."""
        from pvlib import pvsystem

        v = np.linspace(0.0, self.solved(g, t)["v_oc"], n)
        return Points(v, np.asarray(pvsystem.i_from_v(v, *self.parameters(g, t))))

    def curve(self, g: float, t: float, n: int = 100, on: date = date(2024, 5, 1)) -> IVCurve:
        v, i = self.points(g, t, n)
        return curve_of(v, i, g, t, on)

    @property
    def module(self) -> Module:
        return find_module(Array("A", "other", 20.0, 180.0, self.name))


def curve_of(v: Floats, i: Floats, g: float, t: float, on: date = date(2024, 5, 1)) -> IVCurve:
    """Return a curve with one irradiance and temperature."""
    at = np.datetime64(on.isoformat()).astype("datetime64[s]") + np.timedelta64(3, "h")
    return IVCurve("S1", "1", at, on, np.full(len(v), g), np.full(len(v), t), v, i)


def noisy(curve: IVCurve, rng: np.random.Generator, current: float = 0.003) -> IVCurve:
    """Return a curve with white noise, `current` as a share of its largest current."""
    off = rng.normal(0.0, current * float(np.max(curve.i)), len(curve.i))
    volts = rng.normal(0.0, 0.0005 * float(np.max(curve.v)), len(curve.v))
    return replace(curve, i=curve.i + off, v=curve.v + volts)


def days(diode: Diode, rng: np.random.Generator, count: int = 12, each: int = 8) -> list[IVCurve]:
    """Return noisy curves of clear days from cool to hot, each with its irradiance and warmth."""
    made = []
    for day in range(count):
        on = date(2024, 3, 1) + timedelta(days=7 * day)
        air = 8.0 + 20.0 * day / max(count - 1, 1)
        for n in range(each):
            g = 450.0 + 550.0 * np.sin(np.pi * (n + 1) / (each + 1)) * rng.uniform(0.9, 1.0)
            t = air + 0.028 * g + rng.normal(0.0, 0.5)
            curve = noisy(diode.curve(g, t, 100, on), rng)
            made.append(
                replace(curve, measured_at=curve.measured_at + np.timedelta64(600 * n, "s"))
            )
    return made
