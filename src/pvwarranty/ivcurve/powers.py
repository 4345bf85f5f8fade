"""From the I-V curves of a product's modules to each module's output over nominal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from pvwarranty.ivcurve.budget import (
    AGEING,
    REFERENCE_CELL,
    STATISTICS,
    Instruments,
    combine,
    curve_budget,
    statistics,
    total,
)
from pvwarranty.ivcurve.curve import (
    CurvePower,
    IVCurve,
    IVFinding,
    ModulePower,
    Procedure,
    Rejection,
)
from pvwarranty.ivcurve.fitting import Fit, fit_procedures
from pvwarranty.ivcurve.nominal import Nominal, nominal_of
from pvwarranty.ivcurve.procedures import by_power, by_procedure_4
from pvwarranty.ivcurve.screen import (
    STANDARD,
    Reading,
    current_at_stc,
    read_curve,
    rejection,
    repeated,
)
from pvwarranty.ivcurve.texts import FINDINGS
from pvwarranty.model import Floats
from pvwarranty.products.modules import Module

CAMPAIGN = timedelta(days=92)  # curves before the newest that stand for the same state
OLD = 180  # days to the day judged that are told
TOO_STRONG = 1.15
OUT_OF_LINE = (0.05, 0.10)  # least and most
PREFERENCE: tuple[Procedure, ...] = ("P4", "P1", "P2", "power")


def module_powers(
    curves: Sequence[IVCurve],
    module: Module,
    on: date,
    *,
    instruments: Instruments = REFERENCE_CELL,
) -> tuple[ModulePower, ...]:
    """Return the output of each (channel, module) among curves of modules of one type.

    Parameters
    ----------
    curves : of modules of the type `module` alone.
    on : the day judged; curves after it are not used.
    instruments : what measured.

    Notes
    -----
    Procedures 1 and 2 take part only where kappa and series resistance can be fitted from the
    module's own curves; procedure 4 else, and power alone where cells are not known. The
    procedure whose own parts of the budget are smallest gives the ratio.
    """
    nominal = nominal_of(module)
    groups: dict[tuple[str, str], list[IVCurve]] = {}
    for curve in sorted(curves, key=lambda c: c.measured_at):
        if curve.day <= on:
            groups.setdefault((curve.channel, curve.module), []).append(curve)
    return tuple(_power(group, nominal, on, instruments) for _, group in sorted(groups.items()))


def _power(
    group: Sequence[IVCurve], nominal: Nominal, on: date, instruments: Instruments
) -> ModulePower:
    readings, rejected = _screened(group, nominal)
    used, left = _chosen(readings)
    # dim curves of the same weeks help to fit, those of other years are of another module
    since = max((r.curve.day for r in used), default=on) - CAMPAIGN
    recent = [r for r in readings if r.curve.day >= since]
    means = _Means(nominal, fit_procedures(recent, nominal), instruments)
    rejected = [*rejected, *left]
    first = group[0]
    if not used:
        return ModulePower(
            first.channel, first.module, first.modules, nominal.p_dc0, None, None, {}, None, 0,
            None, (), (), tuple(rejected),
        )  # fmt: skip
    curves = [_curve_power(r, means) for r in used]
    results = {
        p: _mean(p, used, curves, means)
        for p in PREFERENCE if all(p in c.ratios for c in curves)
    }  # fmt: skip
    best = min(results, key=lambda p: total(results[p][1]))
    ratio, budget = results[best]
    measured_on = max(c.day for c in curves)
    budget = budget | {"ageing": AGEING * max((on - measured_on).days, 0) / 365.25}
    curves = [
        replace(c, budget=_own_budget(r, best, means)) for c, r in zip(curves, used, strict=True)
    ]
    others = {p: r for p, (r, _) in results.items() if p != best}
    return ModulePower(
        first.channel, first.module, first.modules, nominal.p_dc0, ratio, ratio * total(budget),
        budget, best, len(used), measured_on,
        tuple(_findings(used, means, [ratio, *others.values()], (on - measured_on).days)),
        tuple(curves), tuple(rejected), others,
    )  # fmt: skip


def _screened(group: Sequence[IVCurve], nominal: Nominal) -> tuple[list[Reading], list[Rejection]]:
    again = repeated(group)
    readings: list[Reading] = []
    rejected: list[Rejection] = []
    for n, curve in enumerate(group):
        found = rejection(curve, "repeated") if n in again else read_curve(curve, nominal)
        if isinstance(found, Reading):
            strength = by_power(found, nominal)
            if strength > TOO_STRONG:
                found = rejection(curve, "too_strong", percent=f"{100 * strength:.0f}")
        if isinstance(found, Rejection):
            rejected.append(found)
        else:
            readings.append(found)
    kept, off = _in_line(readings, nominal)
    return kept, rejected + off


def _in_line(
    readings: Sequence[Reading], nominal: Nominal
) -> tuple[list[Reading], list[Rejection]]:
    """Split off curves whose short-circuit current does not go with their irradiance."""
    if len(readings) < 5:
        return list(readings), []
    ratio = np.log([current_at_stc(r.flat, r.at, nominal) for r in readings])
    off = ratio - float(np.median(ratio))
    spread = 4.0 * 1.4826 * float(np.median(np.abs(off)))
    limit = min(max(spread, OUT_OF_LINE[0]), OUT_OF_LINE[1])
    kept = [r for r, o in zip(readings, off, strict=True) if abs(o) <= limit]
    bad = [
        rejection(r.curve, "out_of_line", percent=f"{100 * math.expm1(o):+.0f}")
        for r, o in zip(readings, off, strict=True) if abs(o) > limit
    ]  # fmt: skip
    return kept, bad


def _chosen(readings: Sequence[Reading]) -> tuple[list[Reading], list[Rejection]]:
    """Return the curves that stand for the state now: whole, bright, of the newest campaign."""
    if not readings:
        return [], []
    bright = [r for r in readings if r.at.poa_global >= STANDARD]
    newest = max(r.curve.day for r in bright or readings)
    recent = [r for r in bright or readings if r.curve.day >= newest - CAMPAIGN]
    whole = [r for r in recent if "steps" not in r.findings]
    # a step that only some curves have comes from outside the module
    used = whole if 3 * len(whole) >= len(recent) else recent
    kept = {id(r) for r in used}
    stepped = {id(r) for r in recent} - kept
    left = [
        rejection(r.curve, "shaded" if id(r) in stepped else "superseded")
        for r in readings if id(r) not in kept
    ]  # fmt: skip
    return used, left


def _curve_power(reading: Reading, means: _Means) -> CurvePower:
    nominal = means.nominal
    ratios: dict[Procedure, float] = {"power": by_power(reading, nominal)}
    fourth = by_procedure_4(reading, nominal)
    if fourth is not None:
        ratios["P4"] = fourth
    for fit in means.fits:
        ratios[fit.procedure] = fit.ratio(reading, nominal)
    return CurvePower(
        reading.curve.measured_at, reading.curve.day, reading.at.poa_global, reading.at.temp_cell,
        reading.flat.i_sc, reading.v_oc, reading.r_s, reading.power.p_mp, ratios, {},
        reading.findings,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Means:
    """What turns readings into powers: the type, the fits of the module, what measured."""

    nominal: Nominal
    fits: tuple[Fit, ...]
    instruments: Instruments


def _fitted_u(readings: Sequence[Reading], procedure: Procedure, means: _Means) -> float | None:
    fit = next((f for f in means.fits if f.procedure == procedure), None)
    if fit is None:
        return None
    mean = np.mean([fit.sensitivity(r, means.nominal) for r in readings], axis=0)
    return math.sqrt(max(float(mean @ fit.covariance @ mean), 0.0))


def _mean(
    procedure: Procedure, readings: Sequence[Reading], curves: Sequence[CurvePower], means: _Means
) -> tuple[float, dict[str, float]]:
    values = np.log([c.ratios[procedure] for c in curves])
    random = statistics(list(values), [r.power.u for r in readings], [c.day for c in curves])
    fitted = _fitted_u(readings, procedure, means)
    parts = [
        curve_budget(r.at, procedure, means.nominal, means.instruments, fitted) for r in readings
    ]
    return math.exp(robust_mean(values)), combine(parts, random)


def robust_mean(values: Floats) -> float:
    """Return the mean of values (n,) with far ones weighted down (Huber, 1.5 spreads)."""
    centre = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - centre)))
    if spread == 0.0 or len(values) < 3:
        return float(np.mean(values)) if spread else centre
    for _ in range(10):
        off = np.abs(values - centre) / spread
        weight = np.where(off <= 1.5, 1.0, 1.5 / np.maximum(off, 1e-9))
        centre = float(np.sum(weight * values) / np.sum(weight))
    return centre


def _own_budget(reading: Reading, procedure: Procedure, means: _Means) -> dict[str, float]:
    fitted = _fitted_u([reading], procedure, means)
    parts = curve_budget(reading.at, procedure, means.nominal, means.instruments, fitted)
    return parts | {STATISTICS: statistics([0.0], [reading.power.u], [reading.curve.day])}


def _findings(
    used: Sequence[Reading], means: _Means, ratios: Sequence[float], days: int
) -> Iterator[IVFinding]:
    counts = Counter(name for r in used for name in r.findings)
    for name in FINDINGS:
        if counts[name]:
            yield _finding(name, counts[name])
    if means.nominal.cells is None:
        yield _finding("no_cells", len(used))
    if not means.fits:
        yield _finding("not_fitted", len(used))
    if max(ratios) - min(ratios) > 0.03 * max(ratios):
        yield _finding("procedures_differ", len(used))
    if days > OLD:
        yield _finding("old", days)


def _finding(name: str, count: int) -> IVFinding:
    return IVFinding(name, count, FINDINGS[name].filled(count=count))
