"""The battery test: measurements and a nameplate in, capacity over initial capacity out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from pvwarranty.model import Battery, Estimate, Measurements
from pvwarranty.storage.balance import (
    YEAR,
    Balance,
    Frame,
    end_sigma,
    fit,
    slope_sigma,
)  # fmt: skip
from pvwarranty.storage.causes import Known, causes_of
from pvwarranty.storage.changes import Jump, find_jumps, replacement
from pvwarranty.storage.checks import check, initial_capacity
from pvwarranty.storage.clock import ClockShift, find_shift
from pvwarranty.storage.drift import missed_full
from pvwarranty.storage.history import crossing, history, witnesses
from pvwarranty.storage.paths import Paths, end_paths, find_ends, slope_paths
from pvwarranty.storage.ratio import (
    BASELINE_LEAST,
    DIFFERS,
    ENOUGH,
    SCALE_TOLERANCE,
    SCARCE,
    Evidence,
    Method,
    count_early,
    estimate,
    gather,
    stated_first,
)  # fmt: skip
from pvwarranty.storage.results import CapacityResult, InputFinding
from pvwarranty.storage.series import Series, read_series
from pvwarranty.storage.texts import PROCEDURE, REASONS, finding
from pvwarranty.storage.usage import usage
from pvwarranty.storage.vendor import vendor_figures

DAY = 86400.0
SHORTEST = 90.0  # d of record
STALEST = 365.0  # d from the last data to the day judged
WARRANTED = 0.60  # for the projected date alone; the threshold of a promise is in the terms
FEWEST_SLOPES = 30
MANY_ENDS = 12  # a year
LEAST_OUT, MOST_OUT = 0.6, 1.0  # energy out over energy in
SCATTERS = 4.0  # times the deviation expected of a path


@dataclass(frozen=True, slots=True)
class Fitted:
    """The series of one battery with its balances; None where there is too little."""

    series: Series
    frame: Frame
    paths: Paths
    jumps: tuple[Jump, ...]
    ends: Balance | None
    slopes: Balance | None
    evidence: Evidence


def estimate_capacity(
    measured: Measurements, battery: Battery, on: date, rng: np.random.Generator,
    *, completion: date | None = None,
) -> CapacityResult:  # fmt: skip
    """Return chargeable capacity over initial capacity on the day `on`, or why it is unknown.

    Measurements after `on` are not used. Age is counted from `completion`, or from the first
    measurement. The answer is a function of its arguments: the same `rng` state, the same answer.
    """
    watt_hours, found = initial_capacity(battery)
    battery = replace(battery, initial_capacity=watt_hours)
    series = read_series(measured, battery, on)
    end = _seconds(on) + DAY
    bare = CapacityResult(battery.id, on, None, basis=battery.basis, initial=watt_hours,
                          initial_source=battery.initial_capacity_source, rows=len(series.seconds),
                          findings=tuple(found))  # fmt: skip
    reason, words = _unusable(series, end)
    if reason:
        return insufficient(bare, reason, **words)
    series, more = check(series, battery)
    found += more
    if not (np.isfinite(series.e_charge).any() and np.isfinite(series.e_discharge).any()):
        return insufficient(replace(bare, findings=tuple(found)), "one_sided")
    start = float(series.seconds[0]) if completion is None else _seconds(completion)
    fitted, more = _fit_all(series, battery, (start, end), rng)
    return _answer(replace(bare, findings=(*found, *more)), fitted, measured, battery)


def insufficient(result: CapacityResult, reason: str, **words: object) -> CapacityResult:
    """Return the result as one that cannot be decided, with the verification to ask for."""
    both = ("e_charge", "e_discharge")
    missing = {"no_energy": both, "one_sided": both, "no_soc": ("soc",)}
    return replace(result, estimate=None, reason=reason, because=REASONS[reason].filled(**words),
                   missing=missing.get(reason, ("verification_cycles",)),
                   procedure=PROCEDURE)  # fmt: skip


def _unusable(series: Series, end: float) -> tuple[str, dict[str, object]]:
    if not (np.isfinite(series.e_charge).any() or np.isfinite(series.e_discharge).any()):
        return "no_energy", {}
    known = np.flatnonzero(np.isfinite(series.soc))
    if len(known) == 0:
        return "no_soc", {}
    days = (series.seconds[known[-1]] - series.seconds[known[0]]) / DAY
    if days < SHORTEST:
        return "too_short", {"days": int(days)}
    late = (end - float(series.seconds[known[-1]])) / DAY
    return ("stale", {"days": int(late)}) if late > STALEST else ("", {})


def _fit_all(series: Series, battery: Battery, span: tuple[float, float],
             rng: np.random.Generator) -> tuple[Fitted, list[InputFinding]]:  # fmt: skip
    unit, (start, end) = battery.initial_capacity, span
    paths, slopes = _all_paths(series, unit)
    jumps = find_jumps(paths, battery)
    found = []
    new = replacement(jumps)
    if new is not None:
        start = new.seconds
        series = _from(series, start)
        paths, slopes = _all_paths(series, unit)
        jumps = tuple(j for j in jumps if j.seconds > start)
        found.append(finding("battery_replaced", corrected=True, count=1, date=_day(start),
                             percent=round(100.0 * (new.ratio - 1.0))))  # fmt: skip
    frame = Frame(start, (end - start) / YEAR, unit,
                  tuple((j.seconds - start) / YEAR for j in jumps))  # fmt: skip
    by_ends = by_slopes = None
    if len(paths) >= SCARCE and paths.full.any():
        own = count_early(frame.age(paths.seconds[paths.full])) >= BASELINE_LEAST
        by_ends = fit(paths, _against(frame, battery, own), battery, rng, end_sigma(paths, unit))
    if len(slopes) >= FEWEST_SLOPES:
        own = count_early(frame.age(slopes.seconds)) >= FEWEST_SLOPES
        by_slopes = fit(slopes, _against(frame, battery, own), battery, rng,
                        slope_sigma(slopes, unit, series.step))  # fmt: skip
    evidence = gather(by_ends, paths, by_slopes, frame)
    if _coarse(series):
        found.append(finding("instantaneous_power", minutes=series.interval // 60))
    if evidence.total >= ENOUGH and abs(evidence.scale - 1.0) > SCALE_TOLERANCE:
        found.append(finding("soc_scale_inconsistent", ratio=f"{evidence.scale:.2f}"))
    return Fitted(series, frame, paths, jumps, by_ends, by_slopes, evidence), found


def _against(frame: Frame, battery: Battery, own: bool) -> Frame:
    # without a record of the first months only the stated initial capacity is left
    return frame if own else replace(frame, documented=battery.basis)


def _coarse(series: Series) -> bool:
    # power at an instant, too far apart to be summed
    return series.instantaneous and series.interval > 300


def _all_paths(series: Series, unit: float) -> tuple[Paths, Paths]:
    return end_paths(series, find_ends(series, unit)), slope_paths(series, unit)


def _from(series: Series, seconds: float) -> Series:
    k = int(np.searchsorted(series.seconds, seconds))
    names = ("seconds", "e_charge", "e_discharge", "soc", "temp", "recalculating")
    return replace(series, **{n: getattr(series, n)[k:] for n in names})


def _choose(fitted: Fitted) -> tuple[Method | None, str]:
    """Return the method that may decide, or the reason why none may."""
    e = fitted.evidence
    if fitted.ends is not None and e.recent >= SCARCE:
        return "true_ends", ""
    if e.total == 0:
        levels = np.concatenate([fitted.paths.x_from, fitted.paths.x_to])
        return None, "never_empty" if len(levels) == 0 or levels.max() > 0.5 else "never_full"
    if fitted.slopes is not None and e.consistent:
        return "anchored_slopes", ""
    if _coarse(fitted.series):
        return None, "instantaneous"
    return None, "scale_unverified" if e.total >= 3 else "few_ends"


def _answer(
    bare: CapacityResult, fitted: Fitted, measured: Measurements, battery: Battery
) -> CapacityResult:
    method, reason = _choose(fitted)
    evidence = fitted.evidence
    balance = fitted.ends if method == "true_ends" else fitted.slopes
    used = {"charges_between_true_ends": evidence.total, "recent": evidence.recent,
            "slopes": 0 if fitted.slopes is None else len(fitted.slopes.paths)}  # fmt: skip
    scale = None if evidence.scale != evidence.scale else evidence.scale
    result = replace(bare, used=used, scale=scale)
    found = None
    if method is None or balance is None:
        result = insufficient(result, reason, count=evidence.total)
        balance = None
    else:
        found = _estimate(fitted, balance, method, battery, bare.on)
        own = balance.frame.documented is None
        result = replace(
            result, estimate=found, history=history(balance, battery.basis, found),
            crossing=crossing(balance, battery.basis, found, WARRANTED),
            windows=witnesses(balance, battery.basis),
            initial_source="first_months" if own else battery.initial_capacity_source,
        )  # fmt: skip
    return _explained(result, fitted, balance, measured, battery)


def _estimate(
    fitted: Fitted, balance: Balance, method: Method, battery: Battery, on: date
) -> Estimate:
    return estimate(
        balance, method, fitted.evidence, battery, on,
        instantaneous=_coarse(fitted.series) or balance.scale > SCATTERS,
        temperature=bool(np.isfinite(balance.paths.temp).any()),
    )  # fmt: skip


def _explained(
    result: CapacityResult, fitted: Fitted, curve: Balance | None, measured: Measurements,
    battery: Battery,
) -> CapacityResult:  # fmt: skip
    """Add causes, the device's own figures and what the record says of itself."""
    series, frame = fitted.series, fitted.frame
    shift = find_shift(series)
    if fitted.slopes is not None and fitted.evidence.consistent:
        # verified slopes are many where true ends are few: the better witness of a path's shape
        curve = fitted.slopes if fitted.evidence.total < MANY_ENDS * frame.years else curve
    known = Known(
        usage=usage(series, battery.initial_capacity), estimate=result.estimate, curve=curve,
        ends=fitted.ends, jumps=fitted.jumps, clock=shift,
        drift=missed_full(series, fitted.ends) if fitted.evidence.consistent
        else (np.nan, np.nan),
    )  # fmt: skip
    findings = (*result.findings, *_remarks(fitted, battery, shift))
    figures = vendor_figures(measured, battery, result.estimate, start=frame.start,
                             end=frame.start + frame.years * YEAR)  # fmt: skip
    return replace(result, causes=causes_of(known), findings=findings, vendor=figures)


def _remarks(fitted: Fitted, battery: Battery, shift: ClockShift | None) -> list[InputFinding]:
    """Return what looks wrong but cannot be put right."""
    series, ends = fitted.series, fitted.ends
    found = []
    if shift is not None:
        found.append(finding("clock_shift", certain=False, date=shift.since,
                             hours=f"{shift.hours:+.1f}"))  # fmt: skip
    still = fitted.evidence.fixed
    if still:
        found.append(finding("soc_scale_fixed", certain=False, years=f"{still:.0f}"))
    if ends is not None and fitted.evidence.early >= BASELINE_LEAST:
        first = stated_first(ends, battery)
        if not DIFFERS[0] <= first <= DIFFERS[1]:
            found.append(finding("initial_capacity_differs", certain=False, ratio=f"{first:.2f}"))
    if ends is not None and ends.scale > SCATTERS and not _coarse(series):
        found.append(finding("balance_scatters", certain=False))
    out, into = (float(np.nansum(v)) for v in (series.e_discharge, series.e_charge))
    if into > 0.0 and not LEAST_OUT <= out / into <= MOST_OUT:
        found.append(finding("efficiency_implausible", certain=False, ratio=f"{out / into:.2f}"))
    return found


def _seconds(day: date) -> float:
    return float(np.datetime64(day, "s").astype(np.int64))


def _day(seconds: float) -> date:
    day: date = np.datetime64(int(seconds), "s").astype("datetime64[D]").item()
    return day
