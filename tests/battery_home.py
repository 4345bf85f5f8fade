"""A made home battery with known capacity, for tests: another simulator than the scenarios'.

Cells with capacity that falls with age and cold; a power conditioner that draws a fixed power in
operation, a share of the power and a square of it; charging that tapers towards full; a battery
management system that counts against what it believes and snaps at the true ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numba import njit

from pvwarranty.model import Battery, Floats, Measurements

LEARNING, FIXED, LAGGING = 0, 1, 2
START = np.datetime64("2014-04-01T00:00:00")


@dataclass(frozen=True, slots=True)
class Home:
    """Knobs of the made battery. Energies [Wh], powers [W], years; `soh` at the end of the record.

    root : share of the fade that goes with the root of time
    losses : drawn in operation [W], at rest [W], share of the power, square at rated power
    gains : of the meters of charge and discharge
    failed : (years, factor) at which the capacity jumps, or None
    """

    years: float = 8.0
    capacity: float = 9800.0
    soh: float = 0.7
    root: float = 0.5
    bms: int = LEARNING
    reserve: float = 0.0
    interval: int = 1800
    step: float = 0.01
    losses: tuple[float, float, float, float] = (30.0, 8.0, 0.03, 0.02)
    gains: tuple[float, float] = (1.006, 0.995)
    cold: float = 0.002
    failed: tuple[float, float] | None = None
    night: bool = False
    size: float = 1.0
    seed: int = 1

    @property
    def p_rated(self) -> float:
        return 0.4 * self.capacity

    def path(self, age: Floats) -> Floats:
        """Capacity over initial capacity at ages [yr]."""
        u = np.asarray(age) / self.years
        soh = 1.0 - (1.0 - self.soh) * (self.root * np.sqrt(u) + (1.0 - self.root) * u)
        if self.failed is not None:
            soh = np.where(np.asarray(age) >= self.failed[0], soh * self.failed[1], soh)
        return np.asarray(soh)

    @property
    def on(self) -> date:
        end = START + np.timedelta64(int(self.years * 365.25 * 86400), "s")
        return end.astype("datetime64[D]").item()

    @property
    def truth(self) -> float:
        """Capacity of the cells over the initial one on the last day."""
        return float(self.path(np.array([self.years]))[0])

    def truth_on_charge(self) -> float:
        """The same counted as energy taken in at 25 °C and 0.2 of the capacity an hour."""

        def energy(soh: float) -> float:
            fixed, _, share, square = self.losses
            p = 0.2 * self.capacity
            kept = p - fixed - share * p - square * p * p / self.p_rated
            return self.capacity * soh * p / kept

        return energy(self.truth) / energy(1.0)


@njit
def _run(surplus, temp, capacity, rated, reserve, hours, bms, losses, cold):  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912
    n = len(surplus)
    charge, discharge, shown = np.zeros(n), np.zeros(n), np.zeros(n)
    stored, believed, soc = 0.3 * capacity[0], capacity[0], 0.3
    fixed, rest, share, square = losses
    since_end = 0.0
    counted = 0.0
    for k in range(n):
        full = capacity[k] * (1.0 - cold * max(25.0 - temp[k], 0.0))
        stored = min(stored, full)
        p = min(max(surplus[k], -rated), rated)
        before = stored
        if p > fixed * 1.2:
            room = (1.0 - stored / full) / 0.08
            p = min(p, rated * max(room, 0.0) + 1.5 * fixed)
            into = p - fixed - share * p - square * p * p / rated
            need = full - stored
            if into * hours >= need:
                p = p * need / (into * hours) if into > 0.0 else 0.0
                stored = full
            else:
                stored += into * hours
            if need < 1e-9:
                p = 1.1 * fixed
            charge[k] = p * hours
        elif p < -10.0 and soc > reserve + 0.004 and stored > 0.0:
            p = -p
            out = p + fixed + share * p + square * p * p / rated
            if out * hours >= stored:
                discharge[k] = p * stored / out
                stored = 0.0
            else:
                discharge[k] = p * hours
                stored -= out * hours
        else:
            stored = max(stored - rest * hours * (stored > 0.02 * full), 0.0)
        moved = stored - before
        soc = min(max(soc + moved / believed, 0.002), 1.0)
        counted += abs(moved)
        if stored >= full or stored <= 0.0:
            at_end = 1.0 if stored >= full else 0.0
            if bms == LEARNING and abs(at_end - since_end) > 0.5:
                believed += 0.3 * (capacity[k] - believed)
            if bms == LEARNING and at_end != since_end:
                since_end = at_end
            soc = at_end
        if bms == LAGGING:
            believed += (1.02 * capacity[k] - believed) * hours / (24.0 * 180.0)
        shown[k] = soc
    return charge, discharge, shown


def make(home: Home) -> tuple[Measurements, Battery]:
    """Return the home's record and its battery."""
    rng = np.random.default_rng(home.seed)
    n = int(home.years * 365.25 * 86400 / home.interval)
    seconds = home.interval * np.arange(n)
    hour = (seconds / 3600.0 + 9.0) % 24.0
    age = seconds / (365.25 * 86400)
    season = np.cos(2.0 * np.pi * (age + 0.25 - 0.55))
    day = (seconds // 86400).astype(int)
    clear = rng.beta(2.0, 1.2, day[-1] + 2)[day]
    sun = np.maximum(np.sin((hour - 6.0 + 0.8 * season) / (12.0 + 1.6 * season) * np.pi), 0.0)
    load = (
        350.0 + 500.0 * np.exp(-(((hour - 19.5) / 2.5) ** 2)) + 250.0 * np.exp(-((hour - 7) ** 2))
    )
    load *= rng.lognormal(0.0, 0.35, n)
    surplus = home.size * 0.32 * home.capacity * sun * clear * rng.lognormal(0, 0.2, n) - load
    if home.night:
        surplus = np.where((hour >= 1.0) & (hour < 5.0), 0.3 * home.capacity, surplus)
    temp = np.round(18.0 + 7.0 * season + rng.normal(0.0, 1.0, day[-1] + 2)[day])
    cells = home.capacity * home.path(age)
    charge, discharge, soc = _run(
        surplus, temp, cells, home.p_rated, home.reserve, home.interval / 3600.0, home.bms,
        home.losses, home.cold,
    )  # fmt: skip
    hours = home.interval / 3600.0
    power = [10.0 * np.round(e * g / hours / 10.0) for e, g in
             zip((charge, discharge), home.gains, strict=True)]  # fmt: skip
    columns = {
        "BAT.p_charge": power[0], "BAT.p_discharge": power[1],
        "BAT.soc": home.step * np.round(soc / home.step), "BAT.temp_batt": temp,
    }  # fmt: skip
    time = START + seconds.astype("timedelta64[s]")
    battery = Battery("BAT", "unit", home.capacity, basis="dc", p_rated=home.p_rated)
    return Measurements(time, columns, home.interval), battery


def changed(measured: Measurements, **columns: Floats | None) -> Measurements:
    """Return the record with columns of the battery put in, or taken out where None."""
    new = dict(measured.columns)
    for name, values in columns.items():
        new[f"BAT.{name}"] = values  # type: ignore[assignment]
    return replace(measured, columns={k: v for k, v in new.items() if v is not None})
