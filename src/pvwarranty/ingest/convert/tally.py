"""What is counted of the result while it is written: coverage, gaps, times of production."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pvwarranty.ingest.convert.pieces import Piece, Seconds
from pvwarranty.ingest.convert.targets import EVIDENCE_CHANNEL
from pvwarranty.model import Floats, Site

_DAY, _HOUR = 86400, 3600
_GENERATION = ("e_ac", "p_ac", "p_dc")


@dataclass(slots=True)
class Column:
    """Counts of one series of the result; powers are means over an interval [W]."""

    values: int = 0
    positive: int = 0
    negative: int = 0
    below: int = 0  # negative by more than a hundredth of the rating
    above: int = 0  # above one and a half times the rating
    highest: float = -np.inf
    lowest: float = np.inf
    by_day: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class Day:
    """Energy of a UTC day, and of it the part with the sun down: as labelled, and shifted."""

    total: float = 0.0
    night: float = 0.0
    night_if_later: float = 0.0
    night_if_earlier: float = 0.0


@dataclass(slots=True)
class Tally:
    """Counts of a whole import. `ratings`: series -> rated power [W] where it is known."""

    site: Site
    interval: int
    offset: int  # of the site's zone from UTC [s]
    ratings: dict[str, float]
    rows: int = 0
    first: int | None = None
    last: int | None = None
    columns: dict[str, Column] = field(default_factory=dict)
    gaps: list[tuple[int, int]] = field(default_factory=list)
    steps: Counter[int] = field(default_factory=Counter)
    days: dict[int, Day] = field(default_factory=dict)
    solar: dict[str, list[float]] = field(default_factory=dict)  # month -> energy, energy x hour
    balance: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])

    def add(self, piece: Piece) -> None:
        """Count rows of the result, which come in order of time."""
        if not len(piece.time):
            return
        self._times(piece.time)
        for name, values in piece.columns.items():
            if not name.startswith(f"{EVIDENCE_CHANNEL}."):
                self._column(name, values, piece.time)
        energy = generation(piece)
        if energy is not None:
            if self.interval <= _HOUR:  # longer intervals tell no time of day
                self._sun(piece.time, energy)
            self._balance(piece, energy)

    def _times(self, time: Seconds) -> None:
        self.rows += len(time)
        self.first = int(time[0]) if self.first is None else self.first
        before = [self.last] if self.last is not None else []
        joined = np.concatenate([np.array(before, dtype=np.int64), time])
        steps, counts = np.unique(np.diff(joined), return_counts=True)
        for step, count in zip(steps.tolist(), counts.tolist(), strict=True):
            self.steps[step] += count
        for i in np.flatnonzero(np.diff(joined) > self.interval):
            self.gaps.append((int(joined[i]) + self.interval, int(joined[i + 1])))
        self.last = int(time[-1])

    def _column(self, name: str, values: Floats, time: Seconds) -> None:
        column = self.columns.setdefault(name, Column())
        there = np.isfinite(values)
        if not there.any():
            return
        read = values[there]
        power = read * (3600 / self.interval) if ".e_" in name else read
        rating = self.ratings.get(name)
        column.values += len(read)
        column.positive += int((read > 0).sum())
        column.negative += int((read < 0).sum())
        column.highest = max(column.highest, float(power.max()))
        column.lowest = min(column.lowest, float(power.min()))
        column.below += int((power < -0.01 * (rating or 0)).sum())
        if rating is not None:
            column.above += int((power > 1.5 * rating).sum())
        days, counts = np.unique((time[there] + self.offset) // _DAY, return_counts=True)
        for day, count in zip(days.tolist(), counts.tolist(), strict=True):
            column.by_day[day] += count

    def _sun(self, time: Seconds, energy: Floats) -> None:
        middle = time + self.interval // 2
        shifts = (0, self.offset, -self.offset)
        down = [sun_is_down(middle + s, self.site.latitude, self.site.longitude) for s in shifts]
        hours = solar_hour(middle, self.site.longitude)
        days, index = np.unique((time + self.offset) // _DAY, return_inverse=True)
        n = len(days)
        total = np.bincount(index, energy, n)
        nights = [np.bincount(index, energy * d, n) for d in down]
        for i, number in enumerate(days.tolist()):
            day = self.days.setdefault(number, Day())
            day.total += total[i]
            day.night += nights[0][i]
            day.night_if_later += nights[1][i]
            day.night_if_earlier += nights[2][i]
        months = (days * np.timedelta64(1, "D") + np.datetime64(0, "D")).astype("datetime64[M]")
        weighted = np.bincount(index, energy * hours, n)
        for month, e, w in zip(months.astype(str).tolist(), total, weighted, strict=True):
            sums = self.solar.setdefault(month, [0.0, 0.0])
            sums[0] += float(e)
            sums[1] += float(w)

    def _balance(self, piece: Piece, energy: Floats) -> None:
        """Sum what a home's energies leave open, as labelled and with purchase and sale swapped."""
        parts = [_evidence(piece, q) for q in ("load", "import", "export")]
        if any(part is None for part in parts):
            return
        load, bought, sold = (part for part in parts if part is not None)
        battery = _battery(piece)
        inside = energy + battery - load
        with np.errstate(invalid="ignore"):
            straight = np.abs(inside + bought - sold)
            swapped = np.abs(inside + sold - bought)
        known = np.isfinite(straight)
        self.balance[0] += float(straight[known].sum())
        self.balance[1] += float(swapped[known].sum())
        self.balance[2] += float(np.abs(load[known]).sum())


def generation(piece: Piece) -> Floats | None:
    """Return the sum of what PV channels report, positive part [any unit], or None."""
    for quantity in _GENERATION:
        found = [v for name, v in piece.columns.items() if name.endswith(f".{quantity}")]
        if found:
            return np.sum([np.nan_to_num(np.maximum(v, 0.0)) for v in found], axis=0)  # type: ignore[no-any-return]
    return None


def _evidence(piece: Piece, quantity: str) -> Floats | None:
    for kind in ("e", "p"):
        name = f"{EVIDENCE_CHANNEL}.{kind}_{quantity}"
        if name in piece.columns:
            return piece.columns[name]
    return None


def _battery(piece: Piece) -> Floats:
    total = np.zeros(len(piece.time))
    for name, values in piece.columns.items():
        sign = {"e_discharge": 1, "e_charge": -1}.get(name.rpartition(".")[2], 0)
        if sign:
            total += sign * np.nan_to_num(values)
    return total


def _declination_and_equation(time: Seconds) -> tuple[Floats, Floats]:
    """Return the declination [rad] and the equation of time [h] (Spencer 1971, as in pvlib)."""
    angle = 2 * np.pi * ((time / _DAY) % 365.2425) / 365.2425
    declination = (
        0.006918 - 0.399912 * np.cos(angle) + 0.070257 * np.sin(angle)
        - 0.006758 * np.cos(2 * angle) + 0.000907 * np.sin(2 * angle)
    )  # fmt: skip
    equation = (24 / (2 * np.pi)) * (
        0.0000075 + 0.001868 * np.cos(angle) - 0.032077 * np.sin(angle)
        - 0.014615 * np.cos(2 * angle) - 0.040849 * np.sin(2 * angle)
    )  # fmt: skip
    return declination, equation


def solar_hour(time: Seconds, longitude: float) -> Floats:
    """Return the true solar hour (0-24) of instants [s UTC] at a longitude [°]."""
    _, equation = _declination_and_equation(time)
    result: Floats = ((time % _DAY) / 3600 + longitude / 15 + equation) % 24
    return result


def sun_is_down(time: Seconds, latitude: float, longitude: float) -> NDArray[np.bool_]:
    """Say at which instants [s UTC] the sun stands more than 3° under the horizon."""
    declination, _ = _declination_and_equation(time)
    angle = np.radians((solar_hour(time, longitude) - 12) * 15)
    phi = np.radians(latitude)
    sine = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(angle)
    result: NDArray[np.bool_] = sine < np.sin(np.radians(-3))
    return result
