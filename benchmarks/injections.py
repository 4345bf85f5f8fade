"""Faults put into measured power of sound sites, by physics of their own: no simulator.

Each function takes what a plant gave (a `Scene`) and a random generator and returns what it would
have given with the fault, and what the fault is. Weather, gaps, noise and meters stay the site's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAY = 86400
ROOF = 25.0  # tilt [°]


@dataclass(frozen=True, slots=True)
class Scene:
    """What the channels of a sound plant gave.

    time : (n,) [s UTC]; power : (c, n) over nominal; clear : (c, n) clear-sky power over nominal
    elevation, azimuth : (n,) [°], NaN at night; hour : (n,) solar time; air : (n,) [°C]
    modules : (c,) behind each channel
    """

    time: NDArray[np.int64]
    power: Floats
    clear: Floats
    elevation: Floats
    azimuth: Floats
    hour: Floats
    air: Floats
    modules: NDArray[np.int64]

    @property
    def day(self) -> NDArray[np.int64]:
        """Return the local day (n,) since 1970."""
        return (self.time + 9 * 3600) // DAY


@dataclass(frozen=True, slots=True)
class Fault:
    """What was put in: its cause, its first day (None where it was always there), and whether it
    came at once; `channels` that have it; `shown`: the first day on which it took something;
    `beam`: what an object takes of the last year's energy by standing before the sun."""

    cause: str
    since: int | None
    abrupt: bool
    channels: tuple[int, ...]
    shown: int | None = None
    beam: float | None = None

    def days_off(self, day: int) -> int:
        """Return how far a day is from those on which nobody can tell that it had not begun."""
        assert self.since is not None
        last = self.since if self.shown is None else max(self.shown, self.since)
        return max(self.since - day, day - last, 0)


Injection = Callable[[Scene, np.random.Generator], tuple[Floats, Fault]]


def beam(scene: Scene) -> Floats:
    """Return the share of beam in each channel's light (c, n), by how clear the sky was."""
    with np.errstate(divide="ignore", invalid="ignore"):
        k = np.clip(scene.power / np.maximum(scene.clear, 1e-6), 0.0, 1.0)
    low = np.clip(np.nan_to_num(scene.elevation) / 25.0, 0.35, 1.0)
    return np.clip((k - 0.25) / 0.65, 0.0, 1.0) * 0.85 * low


def _some_day(scene: Scene, rng: np.random.Generator) -> int:
    first, last = int(scene.day[0]), int(scene.day[-1])
    return int(rng.integers(first + 420, last - 380))


def _soft(x: Floats, width: float) -> Floats:
    return np.clip(0.5 + x / width, 0.0, 1.0)


def building(scene: Scene, rng: np.random.Generator) -> tuple[Floats, Fault]:
    """A box in the south-east to south-west; channels see its edge a little apart."""
    since = _some_day(scene, rng)
    middle, half = rng.uniform(115, 245), rng.uniform(12, 30)
    height = rng.uniform(22, 38)
    out, beam_only = scene.power.copy(), scene.power.copy()
    share = beam(scene)
    # of the sky that a roof of 25 degrees sees, an object as wide and high in front of it
    low, high = np.sin(np.radians(ROOF)), np.sin(np.radians(height + ROOF))
    hidden = 2.0 * half / 360.0 * (high**2 - low**2)
    for c in range(len(out)):
        off = 2.0 * (c - len(out) / 2)
        inside = _soft(half - np.abs(scene.azimuth - middle - off), 3.0)
        inside = inside * _soft(height - scene.elevation + 0.3 * off, 1.5)
        shade = np.nan_to_num(inside) * (scene.day >= since)
        sky = hidden * (0.7 + 0.3 * (c % 3)) * (1.0 - share[c]) * (scene.day >= since)
        out[c] *= 1.0 - share[c] * shade - sky
        beam_only[c] *= 1.0 - share[c] * shade
    late = scene.time > scene.time[-1] - 365 * DAY
    taken = 1.0 - float(beam_only[:, late].sum() / scene.power[:, late].sum())
    return out, Fault("shading_change", since, True, tuple(range(len(out))), beam=taken)


def tree(scene: Scene, rng: np.random.Generator) -> tuple[Floats, Fault]:
    """A crown that grows and lets some light through."""
    first, last = int(scene.day[0]), int(scene.day[-1])
    since = int(rng.integers(first + 300, first + max((last - first) // 2, 301)))
    middle, half = rng.uniform(120, 240), rng.uniform(15, 28)
    final, dense = rng.uniform(28, 40), rng.uniform(0.5, 0.8)
    height = final * np.clip((scene.day - since) / max(last - since, 1) * 0.7 + 0.3, 0.0, 1.0)
    height = np.where(scene.day < since, 0.0, height)
    inside = _soft(half - np.abs(scene.azimuth - middle), 8.0) * _soft(height - scene.elevation, 4)
    out = scene.power * (1.0 - dense * beam(scene) * np.nan_to_num(inside))
    return out, Fault("shading_change", since, False, tuple(range(len(out))))


def horizon(scene: Scene, rng: np.random.Generator) -> tuple[Floats, Fault]:
    """A ridge on one side that was always there."""
    side = 90.0 if rng.random() < 0.5 else 270.0
    height, width = rng.uniform(14, 26), rng.uniform(35, 60)
    away = np.abs(scene.azimuth - side)
    hidden = _soft(height * np.clip(1.6 - away / width, 0.0, 1.0) - scene.elevation, 1.5)
    out = scene.power * (1.0 - beam(scene) * np.nan_to_num(hidden))
    return out, Fault("static_shading", None, False, tuple(range(len(out))))


def failure(scene: Scene, rng: np.random.Generator) -> tuple[Floats, Fault]:
    """Bypass diodes or whole modules of one channel fail at once."""
    since = _some_day(scene, rng)
    c = int(rng.integers(len(scene.power)))
    n = int(scene.modules[c])
    thirds = int(rng.integers(1, 3)) if n == 1 else int(rng.integers(max(n // 6, 1), n // 2 + 2))
    out = scene.power.copy()
    out[c] *= np.where(scene.day >= since, 1.0 - thirds / (3.0 * n), 1.0)
    return out, Fault("module_failure", since, True, (c,))


def _slow(scene: Scene, rng: np.random.Generator, most: float) -> tuple[int, Floats]:
    first, last = int(scene.day[0]), int(scene.day[-1])
    since = int(rng.integers(first, first + (last - first) // 3 + 1))
    grown = np.clip((scene.day - since) / max(last - since, 1), 0.0, None)
    return since, most * grown ** rng.uniform(1.0, 1.6)


def salt(scene: Scene, rng: np.random.Generator) -> tuple[Floats, Fault]:
    """Series resistance: a loss in proportion to the current."""
    since, loss = _slow(scene, rng, rng.uniform(0.10, 0.28))
    out = scene.power * (1.0 - loss * np.clip(scene.power, 0.0, 1.1))
    return out, Fault("salt_corrosion", since, False, tuple(range(len(out))))


def shunt(scene: Scene, rng: np.random.Generator) -> tuple[Floats, Fault]:
    """A current that is lost whatever the light: most of it where there is little."""
    since, loss = _slow(scene, rng, rng.uniform(0.08, 0.18))
    out = scene.power - loss * 0.75 * (scene.power > 0)
    return np.maximum(out, 0.0), Fault("pid", since, False, tuple(range(len(out))))


def ageing(scene: Scene, rng: np.random.Generator) -> tuple[Floats, Fault]:
    """Three quarters of current and voltage, one of series resistance."""
    since, loss = _slow(scene, rng, rng.uniform(0.06, 0.28))
    out = scene.power * (1.0 - loss * (0.75 + 0.25 * np.clip(scene.power, 0.0, 1.1)))
    return out, Fault("degradation", since, False, tuple(range(len(out))))


def caps(scene: Scene, rng: np.random.Generator) -> tuple[Floats, Fault]:
    """Half hours at a share of the rating, on sunny days of spring and autumn."""
    since = _some_day(scene, rng)
    levels = rng.choice([0.0, 0.0, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6], 4)
    month = (scene.day.astype("datetime64[D]").astype("datetime64[M]").astype(int)) % 12 + 1
    chosen = {}
    for day in np.unique(scene.day[(scene.day >= since) & np.isin(month, (3, 4, 5, 10, 11))]):
        if rng.random() < (0.5 if (day + 3) % 7 >= 5 else 0.15):
            start = 8.0 + 0.5 * int(rng.integers(0, 6))
            chosen[int(day)] = (start, start + 0.5 * int(rng.integers(4, 13)), rng.choice(levels))
    out = scene.power.copy()
    clock = (scene.time + 9 * 3600) % DAY / 3600.0
    cap = np.full(len(scene.time), np.inf)
    for day, (start, end, level) in chosen.items():
        a, b = np.searchsorted(scene.day, [day, day + 1])
        at = slice(a, b)
        cap[at] = np.where((clock[at] >= start) & (clock[at] < end), level, np.inf)
    total = out.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(total > cap, cap / total, 1.0)
    noise = rng.normal(1.0, 0.002, len(factor))
    return out * factor * np.where(factor < 1.0, noise, 1.0), Fault(
        "curtailment", since, True, tuple(range(len(out)))
    )


def grid_voltage(scene: Scene, rng: np.random.Generator) -> tuple[Floats, Fault]:
    """A wandering cap at noon, more often at weekends."""
    since = _some_day(scene, rng)
    middle, spread = rng.uniform(0.45, 0.6), rng.uniform(0.05, 0.1)
    weekend, weekday = rng.uniform(0.7, 0.95), rng.uniform(0.1, 0.45)
    days = scene.day - scene.day[0]
    count = int(days[-1]) + 1
    free = (np.arange(count) + scene.day[0] + 3) % 7 >= 5
    on = rng.random(count) < np.where(free, weekend, weekday)
    level = middle + spread * rng.normal(size=count)[days] + 0.04 * rng.normal(size=len(days))
    cap = np.where(on[days] & (scene.day >= since), level, np.inf)
    total = scene.power.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(total > cap, cap / total, 1.0)
    return scene.power * factor, Fault("voltage_rise", since, True, tuple(range(len(scene.power))))


def heat(scene: Scene, rng: np.random.Generator) -> tuple[Floats, Fault]:
    """A cap that falls with the air's temperature."""
    since = _some_day(scene, rng) if rng.random() < 0.5 else None
    count = int(scene.day[-1] - scene.day[0]) + 1
    warm = scene.air + 2.5 * rng.normal(size=count)[scene.day - scene.day[0]]
    start = float(np.quantile(scene.air[scene.clear[0] > 0.6], 0.80))
    cap = rng.uniform(0.62, 0.72) * (1.0 - 0.035 * (warm - start))
    active = (warm > start - 1.0) & (scene.day >= (since or 0))
    total = scene.power.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(active & (total > cap), cap / total, 1.0)
    return scene.power * factor, Fault(
        "inverter_derating", since, since is not None, tuple(range(len(scene.power)))
    )


def block(scene: Scene, rng: np.random.Generator) -> tuple[Floats, Fault]:
    """Off for some weeks."""
    since = _some_day(scene, rng)
    off = (scene.day >= since) & (scene.day < since + int(rng.integers(15, 80)))
    out = np.where(off, 0.0, scene.power)
    return out, Fault("outage", since, True, tuple(range(len(out))))


def nothing(scene: Scene, rng: np.random.Generator) -> tuple[Floats, Fault]:
    """Nothing at all."""
    return scene.power.copy(), Fault("none", None, False, ())


INJECTIONS: tuple[Injection, ...] = (
    building, tree, horizon, failure, salt, shunt, ageing, caps, grid_voltage, heat, block, nothing,
)  # fmt: skip
