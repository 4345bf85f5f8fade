"""From the fitted balance to capacity over initial capacity, with its interval and budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

import numpy as np

from pvwarranty.model import Battery, CapacityBasis, Estimate, Floats, Part
from pvwarranty.storage.balance import Balance, Frame, capacity, on_basis
from pvwarranty.storage.drift import fixed_for
from pvwarranty.storage.paths import Paths

Method = Literal["true_ends", "anchored_slopes"]
DAY = 86400.0
LEVEL, Z = 0.95, 1.959964
CLAIM = 540.0  # d, the charges that speak for the day judged
ENOUGH, SCARCE = 10, 5  # charges between true ends in that time
BASELINE_AGE, BASELINE_FIRST, BASELINE_LEAST = 1.25, 0.75, 5  # yr, yr, charges
SCALE_TOLERANCE = 0.04
# Relative deviations that more data do not lower. Temperature, own consumption and early ageing
# are fitted, so their uncertainty is in the draws.
METER, CUT_OFF = 0.005, 0.006
SCARCE_ENDS = 0.010
SLOPES = 0.060
FADING = 0.025  # a year since the scale was last seen true
LONGEST_UNSEEN = 3.0  # yr
INSTANTANEOUS = 0.020
DIFFERS = (0.88, 1.15)  # first capacity measured over the one stated: alike between these
ANOTHER = (0.60, 1.50)
NO_TEMPERATURE = 0.010
NO_BASELINE = {"catalogue": 0.05, "commissioning": 0.03, "first_months": 0.03}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an estimate rests on.

    recent : charges between true ends in the last 540 days
    total : the same in all
    early : the same in the first 15 months
    since : years since the last one
    scale : capacity by true ends over capacity by slopes, NaN where not comparable
    scatter : its standard error
    fixed : years for which the scale of the shown charge stood still, 0 where it moves
    """

    recent: int
    total: int
    early: int
    since: float
    scale: float
    scatter: float
    fixed: float = 0.0

    @property
    def consistent(self) -> bool:
        """Whether the shown state of charge is proven to follow the true capacity.

        A scale that agreed once and has stood still since, or has not been seen for long, proves
        nothing: a display against a fixed nominal capacity agrees while the battery is new.
        """
        off = abs(self.scale - 1.0)
        agrees = self.total >= 3 and off <= SCALE_TOLERANCE + min(self.scatter, 0.01)
        return agrees and self.fixed == 0.0 and self.since <= LONGEST_UNSEEN


def gather(ends: Balance | None, paths: Paths, slopes: Balance | None, frame: Frame) -> Evidence:
    """Count the charges between true ends and compare their capacity with that of the slopes."""
    full = paths.full
    age = frame.age(paths.seconds[full])
    total = int(np.count_nonzero(full))
    recent = int(np.count_nonzero(age > frame.years - CLAIM / 365.25))
    early = count_early(age)
    since = frame.years - float(age[-1]) if total else np.inf
    scale = scatter = np.nan
    if ends is not None and slopes is not None and total >= 3:
        late = age > age[-1] - CLAIM / 365.25
        seen = measured(ends)[full][late]
        shown = on_basis(frame, slopes.coefficients, age[late], "dc")
        quotient = seen / shown
        scale = float(np.median(quotient))
        spread = 1.4826 * float(np.median(np.abs(quotient - scale)))
        scatter = 1.2533 * spread / np.sqrt(len(quotient))
    return Evidence(recent, total, early, since, scale, scatter, fixed_for(slopes))


def count_early(age: Floats) -> int:
    """Return how many of the ages [yr] make a baseline: 0 where the first comes too late."""
    if len(age) == 0 or age[0] > BASELINE_FIRST:
        return 0
    return int(np.count_nonzero(age < BASELINE_AGE))


def measured(balance: Balance) -> Floats:
    """Return what each path by itself says of the cells' capacity over the unit, (m,)."""
    frame, paths = balance.frame, balance.paths
    age = frame.age(paths.seconds)
    fitted = on_basis(frame, balance.coefficients, age, "dc")
    with np.errstate(divide="ignore", invalid="ignore"):
        off = balance.residuals / frame.capacity / (paths.x_from - paths.x_to)
        return np.asarray(fitted * (1.0 + off / capacity(frame, balance.coefficients, age)))


def ratio(frame: Frame, b: Floats, age: Floats, basis: CapacityBasis) -> Floats:
    """Return the ratio to the initial value at ages (n,), for coefficients or draws of them.

    Where the initial value is the stated one, it is carried over to other bases by the fitted
    efficiency at age 0.
    """
    zero = np.zeros(1)
    value = on_basis(frame, b, age, basis) / on_basis(frame, b, zero, basis)
    if frame.documented is not None:
        value = value * on_basis(frame, b, zero, frame.documented)
    return value


def budget(
    value: float, statistical: float, method: Method, evidence: Evidence, battery: Battery,
    *, instantaneous: bool, temperature: bool, documented: bool = False,
) -> dict[str, float]:  # fmt: skip
    """Return the standard deviations of the ratio by cause."""
    parts = {"statistical": statistical, "meter": METER * value, "cut_off": CUT_OFF * value}
    if method == "anchored_slopes":
        parts["slopes"] = SLOPES * value
        parts["fading_unseen"] = FADING * evidence.since
    elif evidence.recent < ENOUGH:
        parts["scarce_ends"] = SCARCE_ENDS * value
    if instantaneous:
        parts["instantaneous"] = INSTANTANEOUS * value
    if not temperature:
        parts["temperature"] = NO_TEMPERATURE * value
    if documented:
        parts["baseline"] = NO_BASELINE[battery.initial_capacity_source] * value
    return parts


def estimate(
    balance: Balance, method: Method, evidence: Evidence, battery: Battery, on: date,
    *, instantaneous: bool, temperature: bool,
) -> Estimate:  # fmt: skip
    """Return capacity over initial capacity at the end of the frame.

    ``lines`` holds the ratio on every basis (``ac_charge`` is 充電可能容量 read as energy taken in,
    ``ac_discharge`` the energy given back, ``dc`` that of the cells), with the capacity [Wh], and
    under ``stated`` the ratio to the stated initial capacity, whatever was measured at first.
    """
    frame = balance.frame
    now = np.array([frame.years])
    lines: dict[str, dict[str, float]] = {}
    chosen: dict[str, float] = {}
    for basis in get_args(CapacityBasis):
        r = float(ratio(frame, balance.coefficients, now, basis)[0])
        draws = ratio(frame, balance.draws, now, basis)
        parts = budget(r, float(np.std(draws)), method, evidence, battery,
                       instantaneous=instantaneous, temperature=temperature,
                       documented=frame.documented is not None)  # fmt: skip
        u = float(np.sqrt(sum(p * p for p in parts.values())))
        watt_hours = on_basis(frame, balance.coefficients, now, basis)
        lines[basis] = {
            "value": r, "low": r - Z * u, "high": r + Z * u, "u": u,
            "capacity": float(watt_hours[0]) * frame.capacity,
        }  # fmt: skip
        if basis == battery.basis:
            chosen = parts
    line = lines[battery.basis]
    lines["stated"] = _stated(line["capacity"], chosen, balance, battery)
    parts_of = [line]
    if frame.documented is None and _doubtful(stated_first(balance, battery)):
        # which of two initial values counts is not ours to say: neither decides alone
        parts_of.append(lines["stated"])
    weight = 1.0 / len(parts_of)
    return Estimate(
        quantity="capacity_ratio",
        value=line["value"],
        low=min(p["low"] for p in parts_of),
        high=max(p["high"] for p in parts_of),
        level=LEVEL,
        parts=tuple(Part(weight, p["value"], p["u"]) for p in parts_of),
        method=method,
        n=evidence.recent if method == "true_ends" else len(balance.paths),
        on=on,
        budget=chosen,
        lines=lines,
    )


def stated_first(balance: Balance, battery: Battery) -> float:
    """Return the capacity fitted at age 0 over the stated initial capacity."""
    first = on_basis(balance.frame, balance.coefficients, np.zeros(1), battery.basis)
    return float(first[0]) * balance.frame.capacity / battery.initial_capacity


def _doubtful(first: float) -> bool:
    # further off than this it is another unit, or not the same battery, and says nothing
    differs = not DIFFERS[0] <= first <= DIFFERS[1]
    return differs and ANOTHER[0] <= first <= ANOTHER[1]


def _stated(
    capacity: float, parts: dict[str, float], balance: Balance, battery: Battery
) -> dict[str, float]:
    value = capacity / battery.initial_capacity
    now = np.array([balance.frame.years])
    spread = float(np.std(on_basis(balance.frame, balance.draws, now, battery.basis)))
    fixed = [p for name, p in parts.items() if name not in ("statistical", "baseline")]
    fixed += [spread, NO_BASELINE[battery.initial_capacity_source] * value]
    u = float(np.sqrt(sum(p * p for p in fixed)))
    return {"value": value, "low": value - Z * u, "high": value + Z * u, "u": u,
            "capacity": capacity}  # fmt: skip
