"""A measured I-V curve, and what is found of the module behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np

from pvwarranty.model import Floats, Text

Procedure = Literal["P1", "P2", "P4", "power"]


@dataclass(frozen=True, slots=True)
class IVCurve:
    """A sweep of one module, or of a whole string of `modules` in series.

    channel, module : ids as in the file; `module` is empty for a string measured as a whole
    measured_at : start of the sweep, datetime64[s] UTC; day : its calendar day at the site
    poa_global, temp_module : (n,) readings at each point [W/m²], [°C], NaN where absent
    v, i : (n,) [V], [A]
    duration : from the first point to the last [s], None where all carry one stamp
    """

    channel: str
    module: str
    measured_at: np.datetime64
    day: date
    poa_global: Floats
    temp_module: Floats
    v: Floats
    i: Floats
    modules: int = 1
    duration: float | None = None


@dataclass(frozen=True, slots=True)
class IVFinding:
    """Something found about the curves of a module: a word for programs, how many, and a text."""

    name: str
    count: int
    text: Text


@dataclass(frozen=True, slots=True)
class Rejection:
    """A curve that is not used, and why."""

    curve: IVCurve
    name: str
    text: Text


@dataclass(frozen=True, slots=True)
class CurvePower:
    """Maximum power of one curve at 1000 W/m² and 25 °C over nominal, by each procedure.

    i_sc, v_oc, r_s, p_mp : as measured, of one module [A], [V], [Ω], [W]
    ratios : by procedure; budget : relative standard uncertainties of the procedure chosen
    """

    measured_at: np.datetime64
    day: date
    poa_global: float
    temp_module: float
    i_sc: float
    v_oc: float
    r_s: float
    p_mp: float
    ratios: dict[Procedure, float]
    budget: dict[str, float]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModulePower:
    """Output of a module at 1000 W/m² and 25 °C over nominal, from its I-V curves.

    ratio, u : and its standard uncertainty; None where no curve can be used
    budget : relative standard uncertainties by source, `CORRELATED` ones not averaged down
    procedure : the one `ratio` is by; others : the ratio by each other procedure
    n : curves used; modules : in series behind the curves
    measured_on : day of the newest curve used
    """

    channel: str
    module: str
    modules: int
    p_dc0: float
    ratio: float | None
    u: float | None
    budget: dict[str, float]
    procedure: Procedure | None
    n: int
    measured_on: date | None
    findings: tuple[IVFinding, ...]
    curves: tuple[CurvePower, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    others: dict[Procedure, float] = field(default_factory=dict)
