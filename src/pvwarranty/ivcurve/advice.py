"""What measurement would decide a channel that the record leaves open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from pvwarranty.ivcurve.budget import (
    REFERENCE_CELL,
    STATISTICS,
    Instruments,
    curve_budget,
    expected_statistics,
    total,
)
from pvwarranty.ivcurve.curve import Procedure
from pvwarranty.ivcurve.nominal import nominal_of
from pvwarranty.ivcurve.texts import ADVICE
from pvwarranty.ivcurve.translate import Conditions
from pvwarranty.model import Part, Text
from pvwarranty.products.modules import Module

CLEAR_DAY = Conditions(poa_global=850.0, temp_cell=50.0)
SWEEPS = 10  # of one module on that day
CURVE_U = 0.002  # of one sweep's maximum power
LABORATORY = 0.009  # flasher, relative: ±1.8 % at k = 2 (Fraunhofer ISE CalLab)
LEVEL, GUARD = 0.95, 0.95  # of the interval; of the decision (JCGM 106)
WOULD, MAY = 0.80, 0.50  # chances from which the words say "would", "may"


@dataclass(frozen=True, slots=True)
class Advice:
    """A measurement and what it can be expected to settle.

    half_width : of the 95 % interval of the ratio that it would give
    chance : of a decision by it alone (p_below beyond 0.95 or 0.05); laboratory : by a flasher's
        measurement; both None where nothing is known of the output yet
    """

    modules: tuple[str, ...]
    half_width: float
    chance: float | None
    laboratory: float | None
    text: Text


def deciding_measurement(
    parts: Sequence[Part],
    threshold: float,
    modules: Sequence[str],
    module: Module,
    *,
    instruments: Instruments = REFERENCE_CELL,
) -> Advice:
    """Return what one clear day of I-V curves would settle, by the budget it would have.

    Parameters
    ----------
    parts : distribution of the ratio as known now (`Estimate.parts`); empty where unknown.
    threshold : ratio in force for one module.
    modules : names of the modules to measure; empty for each of the channel's.
    module : their type.

    Notes
    -----
    The figure expected is drawn from `parts`, each named module as the channel; the chance is
    that of landing 1.645 standard uncertainties from the threshold. It may well be small, and the
    text says so.
    """
    u = threshold * expected_u(module, instruments)
    half_width = NormalDist().inv_cdf((1 + LEVEL) / 2) * u
    if not parts:
        text = _text("unknown", modules, half_width, 0.0, 0.0)
        return Advice(tuple(modules), half_width, None, None, text)
    chance = decided(parts, threshold, u)
    laboratory = decided(parts, threshold, LABORATORY * threshold)
    name = "would" if chance >= WOULD else "may" if chance >= MAY else "not"
    text = _text(name, modules, half_width, chance, laboratory)
    return Advice(tuple(modules), half_width, chance, laboratory, text)


def expected_u(module: Module, instruments: Instruments = REFERENCE_CELL) -> float:
    """Return the relative standard uncertainty that one clear day of curves would have."""
    nominal = nominal_of(module)
    procedure: Procedure = "power" if nominal.cells is None else "P4"
    systematic = curve_budget(CLEAR_DAY, procedure, nominal, instruments)
    return total(systematic | {STATISTICS: expected_statistics(CURVE_U, SWEEPS)})


def decided(parts: Sequence[Part], threshold: float, u: float) -> float:
    """Return the chance that a measurement with `u` ends beyond its guard bands."""
    guard = NormalDist().inv_cdf(GUARD) * u
    chance = 0.0
    for part in parts:
        seen = NormalDist(part.mean, math.hypot(part.u, u))
        below, above = seen.cdf(threshold - guard), 1.0 - seen.cdf(threshold + guard)
        chance += part.weight * (below + above)
    return chance


def _text(
    name: str, modules: Sequence[str], half_width: float, chance: float, laboratory: float
) -> Text:
    ja, en = _names(modules)
    values = {
        "half": f"{100 * half_width:.1f}", "chance": f"{100 * chance:.0f}",
        "laboratory": f"{100 * laboratory:.0f}",
    }  # fmt: skip
    sentence = ADVICE[name]
    return Text(sentence.ja.format(modules=ja, **values), sentence.en.format(modules=en, **values))


def _names(modules: Sequence[str]) -> tuple[str, str]:
    if not modules:
        return "各モジュール", "each module"
    ja = "モジュール" + "・".join(modules)
    if len(modules) == 1:
        return ja, f"module {modules[0]}"
    return ja, f"modules {', '.join(modules[:-1])} and {modules[-1]}"
