r"""Capacity, efficiency and own consumption from energy balances between known levels.

Between two levels :math:`x_i, x_j` (1 full, 0 empty) what came out is what went in, less losses:

.. math:: E_{out} = a(t)\,E_{in} - p_1 h_{active} - p_0 h_{idle} + (x_i - x_j)\,C(t)\,(1 +
          \alpha (T - 25)),

with the round-trip efficiency `a` (quadratic in time), the power drawn in operation and at rest
`p_1, p_0`, and the capacity `C` counted on the discharging side, a broken line with a knot a year
plus a :math:`\sqrt t` term for early ageing. Paths from full to full carry `a` and the `p`; paths
from empty to full and back carry `C`. All are fitted together by Huber's weights under weak priors
of such devices. Losses are taken as alike on both sides, so that the cells hold
:math:`C / \sqrt a`; charging takes :math:`(C + 5 h\, p_1) / a` and discharging gives
:math:`C - 5 h\, p_1` at 0.2 of the capacity an hour and 25 °C.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvwarranty.model import Battery, CapacityBasis, CapacitySource, Floats
from pvwarranty.storage.paths import Paths

YEAR = 365.25 * 86400.0
REFERENCE_HOURS = 5.0  # at 0.2 of the capacity an hour
REFERENCE_TEMP = 25.0
BLOCK = 14 * 86400.0  # s, of the bootstrap
DRAWS = 200
FIXED = 7  # columns before the knots: a, a', a'', p1, p0, sqrt, alpha
# mean and deviation: efficiency and its changes in 10 and 10² years, W, W, share/sqrt(yr), 1/K
PRIOR = ((0.9, 0.05), (-0.03, 0.05), (0.0, 0.02), (25.0, 20.0), (6.0, 5.0), (-0.035, 0.03),
         (0.001, 0.0015))  # fmt: skip
FADE = (-0.02, 0.025)  # share of the initial capacity a year, beside the sqrt term
BEND = 0.02  # change of that from year to year
STEP = 0.5
SOURCE_SIGMA: dict[CapacitySource, float] = {
    "catalogue": 0.06, "commissioning": 0.03, "first_months": 0.03,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """What times and energies are counted against.

    start : Unix time of age 0 [s]
    years : age up to which knots reach
    capacity : energy unit [Wh], the initial capacity
    steps : ages at which the capacity jumped
    documented : ratios are to the stated initial capacity, counted on this basis; None: to the
        fitted capacity at age 0
    """

    start: float
    years: float
    capacity: float
    steps: tuple[float, ...] = ()
    documented: CapacityBasis | None = None

    @property
    def knots(self) -> int:
        """Number of yearly knots, at ages 0, 1, …"""
        return max(2, int(np.ceil(self.years)) + 1)

    @property
    def size(self) -> int:
        """Number of coefficients."""
        return FIXED + self.knots + len(self.steps)

    def age(self, seconds: Floats) -> Floats:
        """Return ages [yr] of Unix times."""
        return np.maximum((seconds - self.start) / YEAR, 0.0)


@dataclass(frozen=True, slots=True)
class Balance:
    """The fitted coefficients (k,), draws of them (DRAWS, k), and the paths they rest on."""

    frame: Frame
    paths: Paths
    coefficients: Floats
    draws: Floats
    weights: Floats
    residuals: Floats
    scale: float


def fit(paths: Paths, frame: Frame, battery: Battery, rng: np.random.Generator,
        sigma: Floats) -> Balance:  # fmt: skip
    """Fit the balance to `paths` with expected deviations `sigma` (m,) [Wh].

    The draws are a Bayesian bootstrap (Rubin 1981) over blocks of 14 days, the priors' means drawn
    along, so that what only the priors hold is as wide as they are.
    """
    from pvwarranty_kernels import storage_fit as kernels

    index, value = _design(paths, frame)
    y, s = paths.e_discharge / frame.capacity, sigma / frame.capacity
    precision, pull = _prior(frame, battery)
    b, weight, scale = kernels.huber_fit(index, value, y, s, precision, pull, 40)
    # the temperature term goes with the capacity of its time: once more with that
    value[:, 6] *= capacity(frame, b, frame.age(paths.seconds)) / b[FIXED]
    b, weight, scale = kernels.huber_fit(index, value, y, s, precision, pull, 40)
    block = ((paths.seconds - paths.seconds[0]) // BLOCK).astype(np.int64)
    used, block = np.unique(block, return_inverse=True)
    products = kernels.block_products(index, value, y, weight, block, len(used), frame.size)
    draws = _draw(products, precision, pull, rng)
    fitted = np.sum(value * b[index], axis=1)
    return Balance(frame, paths, b, draws, weight, (y - fitted) * frame.capacity, scale)


def end_sigma(paths: Paths, capacity: float) -> Floats:
    """Return the expected deviation of a path between true ends [Wh]."""
    energy = np.maximum(paths.e_charge, paths.e_discharge)
    return np.sqrt((0.004 * energy) ** 2 + (0.006 * capacity) ** 2 + (0.3 * paths.filled) ** 2)


def slope_sigma(paths: Paths, capacity: float, step: float) -> Floats:
    """Return the expected deviation of a run between changes of the display [Wh]."""
    energy = np.maximum(paths.e_charge, paths.e_discharge)
    return np.sqrt((0.006 * energy) ** 2 + (0.006**2 + step**2 / 6.0) * capacity**2)


def capacity_row(frame: Frame, age: Floats) -> Floats:
    """Return rows (n, k) that give the capacity at ages (n,), discharging side, over the unit."""
    age = np.atleast_1d(np.asarray(age, dtype=np.float64))
    rows = np.zeros((len(age), frame.size))
    rows[:, 5] = np.sqrt(age)
    left, share = _between(frame, age)
    n = np.arange(len(age))
    rows[n, FIXED + left] = 1.0 - share
    rows[n, FIXED + left + 1] += share
    for q, at in enumerate(frame.steps):
        rows[:, FIXED + frame.knots + q] = age >= at
    return rows


def capacity(frame: Frame, b: Floats, age: Floats) -> Floats:
    """Return the capacity over the unit at ages (n,), for coefficients (k,) or draws (d, k)."""
    result: Floats = np.asarray(b) @ capacity_row(frame, age).T
    return result


def efficiency(b: Floats, age: Floats) -> Floats:
    """Return the round-trip efficiency at ages (n,), for coefficients (k,) or draws (d, k)."""
    u = np.atleast_1d(np.asarray(age, dtype=np.float64)) / 10.0
    result: Floats = np.clip(np.asarray(b)[..., :3] @ np.stack([np.ones_like(u), u, u**2]), 0.3, 1)
    return result


def on_basis(frame: Frame, b: Floats, age: Floats, basis: CapacityBasis) -> Floats:
    """Return the capacity over the unit on a basis, at 25 °C and 0.2 of the capacity an hour."""
    c, a = capacity(frame, b, age), efficiency(b, age)
    own = np.asarray(b)[..., 3:4] * REFERENCE_HOURS / frame.capacity
    if basis == "dc":
        return c / np.sqrt(a)
    return (c + own) / a if basis == "ac_charge" else c - own


def _between(frame: Frame, age: Floats) -> tuple[NDArray[np.int64], Floats]:
    left = np.clip(age.astype(np.int64), 0, frame.knots - 2)
    return left, age - left


def _design(paths: Paths, frame: Frame) -> tuple[NDArray[np.int64], Floats]:
    n, unit = len(paths), frame.capacity
    age = frame.age(paths.seconds)
    move = paths.x_from - paths.x_to
    left, share = _between(frame, age)
    temp = np.where(np.isfinite(paths.temp), paths.temp, np.nanmean(paths.temp)) if np.isfinite(
        paths.temp).any() else np.full(n, REFERENCE_TEMP)  # fmt: skip
    e = paths.e_charge / unit
    value = np.stack([
        e, e * age / 10.0, e * (age / 10.0) ** 2, -paths.active / unit,
        -(paths.hours - paths.active) / unit, move * np.sqrt(age), move * (temp - REFERENCE_TEMP),
        move * (1.0 - share), move * share, *(move * (age >= at) for at in frame.steps),
    ], axis=1)  # fmt: skip
    index = np.empty(value.shape, dtype=np.int64)
    index[:, :FIXED] = np.arange(FIXED)
    index[:, FIXED] = FIXED + left
    index[:, FIXED + 1] = FIXED + left + 1
    index[:, FIXED + 2 :] = FIXED + frame.knots + np.arange(len(frame.steps))
    return index, value


def _prior(frame: Frame, battery: Battery) -> tuple[Floats, Floats]:
    """Return the prior's inverse covariance (k, k) and that times its mean (k,)."""
    k, knots = frame.size, frame.knots
    a = battery.efficiency**2
    mean, precision = np.zeros(k), np.zeros((k, k))
    for q, (m, s) in enumerate(PRIOR):
        mean[q] = m
        precision[q, q] = 1.0 / s**2
    mean[0] = a
    own = PRIOR[3][0] * REFERENCE_HOURS / frame.capacity
    sides = {"dc": np.sqrt(a), "ac_charge": a - own, "ac_discharge": 1.0 + own}
    mean[FIXED : FIXED + knots] = sides[battery.basis] + FADE[0] * np.arange(knots)
    spread = SOURCE_SIGMA[battery.initial_capacity_source]
    rows = [(np.eye(k)[FIXED], spread), (_pick(k, {0: -1.0, 1: 1.0}), FADE[1])]
    rows += [(_pick(k, {q: 1.0, q + 1: -2.0, q + 2: 1.0}), BEND) for q in range(knots - 2)]
    for row, s in rows:
        precision += np.outer(row, row) / s**2
    for q in range(FIXED + knots, k):
        precision[q, q] = 1.0 / STEP**2
    return precision, precision @ mean


def _pick(k: int, weights: dict[int, float]) -> Floats:
    row = np.zeros(k)
    for q, w in weights.items():
        row[FIXED + q] = w
    return row


def _draw(products: Floats, precision: Floats, pull: Floats, rng: np.random.Generator) -> Floats:
    blocks, k, _ = products.shape
    share = rng.exponential(size=(DRAWS, blocks))
    total = (share @ products.reshape(blocks, -1)).reshape(DRAWS, k, k + 1)
    noise = rng.standard_normal((DRAWS, k)) @ np.linalg.cholesky(precision).T
    right = (total[:, :, k] + pull + noise)[:, :, None]
    return np.asarray(np.linalg.solve(total[:, :, :k] + precision, right)[:, :, 0], np.float64)
