"""The battery's columns as arrays the test can count on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pvwarranty.model import Battery, Floats, Measurements

RECALCULATING = 0x49  # ECHONET 0x027D property 0xCF: the device measures its own capacity
STEPS = (0.1, 0.05, 0.02, 0.01, 0.005, 0.001)


@dataclass(frozen=True, slots=True)
class Series:
    """Energy per row [Wh], state of charge at the end of the row [0-1], temperature [°C].

    seconds : (n,) start of the row, Unix time [s]
    interval : length of a row [s]
    recalculating : (n,) bool, the device was measuring its own capacity
    instantaneous : the energies come from readings of power at an instant, not from means
    counted : they come from columns of energy, which may be running totals
    step : step of the shown state of charge [0-1]
    sides : the columns charge and discharge were taken from
    """

    seconds: NDArray[np.int64]
    interval: int
    e_charge: Floats
    e_discharge: Floats
    soc: Floats
    temp: Floats
    recalculating: NDArray[np.bool_]
    instantaneous: bool = False
    counted: bool = False
    step: float = 0.01
    sides: tuple[str, str] = ("e_charge", "e_discharge")

    @property
    def hours(self) -> float:
        """Length of a row [h]."""
        return self.interval / 3600.0


def read_series(measured: Measurements, battery: Battery, on: date) -> Series:
    """Take a battery's columns up to the end of the day `on` (UTC); nothing is corrected here.

    ``e_charge``/``e_discharge`` [Wh] win over ``p_charge``/``p_discharge`` [W], each column by
    itself; what is absent is NaN.
    """
    rows = int(np.searchsorted(measured.time, np.datetime64(on) + np.timedelta64(1, "D")))
    hours = measured.interval / 3600.0

    def column(quantity: str) -> Floats | None:
        values = measured.get(battery.id, quantity)
        if values is None:
            return None
        values = np.asarray(values[:rows], dtype=np.float64)
        return values if np.isfinite(values).any() else None

    nothing = np.full(rows, np.nan)
    energies: list[Floats] = []
    sides: list[str] = []
    for side in ("charge", "discharge"):
        energy, power = column(f"e_{side}"), column(f"p_{side}")
        if energy is None and power is not None:
            energy = power * hours
            sides.append(f"p_{side}")
        else:
            sides.append(f"e_{side}")
        energies.append(nothing if energy is None else energy)
    powers = any(side.startswith("p_") for side in sides)
    soc, temp, status = column("soc"), column("temp_batt"), column("status")
    return Series(
        seconds=measured.seconds()[:rows],
        interval=measured.interval,
        e_charge=energies[0],
        e_discharge=energies[1],
        soc=nothing if soc is None else soc,
        temp=nothing if temp is None else temp,
        recalculating=np.zeros(rows, np.bool_) if status is None else status == RECALCULATING,
        instantaneous=battery.instantaneous and powers,
        counted=not powers,
        sides=(sides[0], sides[1]),
    )


def display_step(soc: Floats) -> float:
    """Return the step in which the state of charge is shown [0-1], 0.0001 if continuous."""
    known = soc[np.isfinite(soc)]
    known = known[:: max(1, len(known) // 20000)]
    if len(known) == 0:
        return 0.01
    for step in STEPS:
        if np.mean(np.abs(known / step - np.round(known / step)) < 0.02) >= 0.98:
            return step
    return 0.0001
