"""Shade as a cause: from the start (context), or since a day (changed surroundings)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pvwarranty.attribute.context import LIKELY, View, date_of, logistic
from pvwarranty.attribute.peers import overcast_onset
from pvwarranty.attribute.shade import Shade, SunMap, new_shade, static_shade, sun_map
from pvwarranty.attribute.when import Mask
from pvwarranty.model import Cause, Flag, Floats
from pvwarranty.quality import USABLE

# mass of a new shade at which it is as likely as not, without and with an irradiance sensor;
# and share of clear energy of a static one
EVEN, EVEN_SENSOR, EVEN_STATIC = 3.9, 0.55, 0.0035
WEATHER = 0.3  # of that mass: less is none
STEEP = 3.0
CORE_SENSOR = 0.86
DEEP = 0.45  # of clear-sky power left in the core of an object's shade
LEAST_SHARE = 0.0025
LEAST_CHANCE = 0.05  # of a shade that is worth a word
SURE = 7.0  # days within which overcast skies date an object
SPREAD = 150.0  # days of record on either side that date a shade by its neighbours


@dataclass(frozen=True, slots=True)
class Shading:
    """The shades of a channel, with the map they were seen in.

    even : mass at which a new shade is as likely as not
    """

    sun: SunMap
    new: Shade | None
    static: Shade | None
    even: float

    @property
    def probability(self) -> float:
        """Return how likely the new shade is one."""
        if self.new is None:
            return 0.0
        found = logistic(STEEP * np.log(self.new.mass / self.even))
        shallow = self.sun.sensed and float(self.new.left.min()) > CORE_SENSOR
        return 0.3 * found if shallow else found


@dataclass(frozen=True, slots=True)
class Left:
    """Intervals that a search for shade leaves out.

    caps : (n,) held by the grid operator; noons : (n,) that heat or voltage may hold back
    snowy : (12,) months in which snow may lie on the modules. The sun stands as low in autumn
    uneven : whether the channel loses by irradiance: its map is then not seen through the sensor,
    in whose light clouds come too
    """

    caps: Mask
    noons: Mask
    snowy: Mask
    uneven: bool


def look_for_shade(view: View, left: Left) -> Shading | None:
    """Return the shades of a channel, or None for too short a record.

    A limit takes a third at noon, an object all of the beam: only a deep shade is believed where
    noons may be held back.
    """
    index = view.index
    use = (index.flags & USABLE & ~int(Flag.SHADED)) == 0
    use &= ~left.caps & ~left.snowy[view.month]
    found = _look(view, use, left)
    if found is None or not left.noons.any():
        return found
    if found.new is not None and float(found.new.left.min()) < DEEP:
        return found
    free = _look(view, use & ~left.noons, left)
    return found if free is None else replace(free, static=found.static)


def _look(view: View, use: Mask, left: Left) -> Shading | None:
    index = view.index
    sun = sun_map(index, view.when, use)
    if sun is None:
        return None
    static = static_shade(sun)
    even = EVEN * (1.3 if left.uneven else 1.0)
    found = Shading(sun, new_shade(sun, static, WEATHER * even), static, even)
    if index.sensed is None or left.uneven:
        return found
    by_sensor = sun_map(index, view.when, use & np.isfinite(index.sensed), by_sensor=True)
    if by_sensor is None:
        return found
    # the edges of an old shade move a little with sky and season, which a sensor lets see
    even = EVEN_SENSOR * (1.6 if static is not None else 1.0)
    other = Shading(by_sensor, new_shade(by_sensor, static, WEATHER * even), static, even)
    return other if other.probability > found.probability else found


def date_together(views: Sequence[View], found: Mapping[str, Shading]) -> dict[str, Shading]:
    """Return the shadings with the onset that all channels of a site agree on.

    A near object takes light from the sky too, from each module another share: under an overcast
    sky the ratios between channels step on the day it is built, whatever the season.
    """
    dated = {k: s for k, s in found.items() if s.new and s.probability >= LIKELY}
    steps = [s.new for s in dated.values() if s.new is not None and not s.new.gradual]
    if not steps:
        return dict(found)
    windows = np.array([s.window for s in steps])
    low, high = float(np.median(windows[:, 0])), float(np.median(windows[:, 1]))
    shaded = np.zeros(len(views[0].index.time), dtype=bool)
    for shading in dated.values():
        if shading.new is not None:
            shaded |= shading.new.cells.ravel()[shading.sun.cell]
    day = overcast_onset(views, shaded, low - SPREAD, high + SPREAD)
    window = None if day is None else (day - SURE, day + SURE)
    if day is None or not low - 20.0 <= day <= high + 20.0:
        day, window = _common(windows)
    return dict(found) | {k: _with_onset(s, day, window) for k, s in dated.items()}


def _common(windows: Floats) -> tuple[float, tuple[float, float] | None]:
    """Return the middle of what the windows (k, 2) have in common, and that, if there is any."""
    low, high = float(windows[:, 0].max()), float(windows[:, 1].min())
    if low > high:
        return float(np.median(windows.mean(axis=1))), None
    return 0.5 * (low + high), (low, high)


def _with_onset(shading: Shading, day: float, window: tuple[float, float] | None) -> Shading:
    new = shading.new
    if new is None or new.gradual or not new.window[0] - 60.0 <= day <= new.window[1] + 60.0:
        return shading
    return replace(shading, new=replace(new, since=day, window=window or new.window))


def shading_causes(view: View, shading: Shading) -> Iterable[Cause]:
    """Return the causes of a channel's shades with their shares of the last year's energy."""
    found = (
        None if shading.new is None else _changed(view, shading, shading.new),
        None if shading.static is None else _always(view, shading, shading.static),
    )
    return [c for c in found if c is not None]


def _changed(view: View, shading: Shading, new: Shade) -> Cause | None:
    if shading.probability < LEAST_CHANCE:
        return None
    gone = np.isfinite(new.until)
    while_there = _share(view, shading, new)
    share = 0.0 if gone and new.until < view.end / 86400.0 - 365.0 else while_there
    likely = shading.probability * logistic(STEEP * np.log(max(while_there, 1e-6) / LEAST_SHARE))
    if likely < LEAST_CHANCE:
        return None
    return Cause(
        "shading_change", share, likely, since=date_of(new.since),
        until=date_of(new.until) if gone else None, active=not gone,
        evidence=_evidence(view, shading.sun, new) | {"share_while_there": round(while_there, 4)},
        between=(date_of(min(new.window[0], new.since)), date_of(max(new.window[1], new.since))),
    )  # fmt: skip


def _always(view: View, shading: Shading, static: Shade) -> Cause | None:
    likely = logistic(STEEP * np.log(static.mass / float(shading.sun.clear.sum()) / EVEN_STATIC))
    if likely < LEAST_CHANCE:
        return None
    return Cause(
        "static_shading", _share(view, shading, static), likely,
        evidence=_evidence(view, shading.sun, static),
    )  # fmt: skip


def _share(view: View, shading: Shading, shade: Shade) -> float:
    """Return the share of the last year's energy that a shade takes.

    What a shaded position gave on average, clouds and all, is compared with what it gave before
    (for a static shade: with what free positions of its row give), in the weather of the year as
    free positions of the row show it.
    """
    index, sun = view.index, shading.sun
    good = np.isfinite(index.power) & (index.clear > 0.03) & (index.flags & _GONE == 0)
    day = index.time / 86400.0
    recent = good & view.recent
    if np.isfinite(shade.until):  # the last year of a shade that is gone
        recent = good & (day <= shade.until) & (day > shade.until - 365.0)
    given, energy = _sums(view, sun, recent)
    free = ~shade.cells & (sun.clear > 0.03)
    if shading.static is not None:
        free &= ~shading.static.cells
    if np.isnan(shade.since):
        usual = np.where(shade.cells, _row_mean(given, energy, free), 0.0)
    else:
        old_given, old_energy = _sums(view, sun, good & (day < shade.since))
        before = np.maximum(_row_mean(old_given, old_energy, free), 1e-3)
        weather = _row_mean(given, energy, free) / before
        with np.errstate(divide="ignore", invalid="ignore"):
            usual = np.where(shade.cells, old_given / old_energy, 0.0) * np.clip(weather, 0.5, 1.8)
    usual = np.where(np.isfinite(usual), usual, 0.0)
    missed = float(np.sum(np.where(shade.cells & (usual > 0), usual * energy - given, 0.0)))
    total = float(given.sum()) + max(missed, 0.0)
    return max(missed, 0.0) / total if total > 0 else 0.0


_GONE = int(Flag.OUTAGE | Flag.SPIKE | Flag.STUCK | Flag.GAP)


def _sums(view: View, sun: SunMap, use: Mask) -> tuple[Floats, Floats]:
    """Return the energy given and that of a clear sky in each cell (r, c), over nominal power."""
    index, shape = view.index, sun.clear.shape
    count = sun.clear.size
    given = np.asarray(np.bincount(sun.cell[use], index.power[use] / index.p0, count), np.float64)
    energy = np.asarray(np.bincount(sun.cell[use], index.clear[use], count), np.float64)
    return given.reshape(shape), energy.reshape(shape)


def _row_mean(given: Floats, energy: Floats, free: Mask) -> Floats:
    """Return what free positions of each row gave over clear sky, (r, 1); of all rows for few."""
    had = np.where(free, energy, 0.0)
    part = had.sum(axis=1) / np.maximum(energy.sum(axis=1), 1e-9)
    everywhere = float(np.where(free, given, 0.0).sum()) / max(float(had.sum()), 1e-9)
    mean = np.where(free, given, 0.0).sum(axis=1) / np.maximum(had.sum(axis=1), 1e-9)
    return np.asarray(np.where(part > 0.25, mean, everywhere)[:, None])


def _evidence(view: View, sun: SunMap, shade: Shade) -> dict[str, Any]:
    """Return the map of the shaded positions: where the sun stood, what was left of clear sky."""
    index = view.index
    seen = np.isfinite(index.elevation) & shade.cells.ravel()[sun.cell]
    count = np.bincount(sun.cell[seen], minlength=sun.clear.size)
    cells = np.flatnonzero(shade.cells.ravel() & (count > 0))
    up = np.bincount(sun.cell[seen], index.elevation[seen], sun.clear.size)
    east = np.bincount(sun.cell[seen], index.azimuth[seen], sun.clear.size)
    found: dict[str, Any] = {
        "kind": "tree" if shade.gradual else "built" if np.isfinite(shade.since) else "static",
        "azimuth": np.round(east[cells] / count[cells], 1).tolist(),
        "elevation": np.round(up[cells] / count[cells], 1).tolist(),
        "left": np.round(shade.left.ravel()[cells], 3).tolist(),
        "mass": round(shade.mass, 2),
        "reference": "irradiance sensor" if sun.sensed else "clear sky",
    }
    if np.isfinite(shade.since):
        found["map"] = _maps(sun, shade)
    else:
        found["map"] = {"always": _mean_map(sun, np.ones(sun.day.shape, dtype=bool))}
    return found


def _maps(sun: SunMap, shade: Shade) -> dict[str, Any]:
    """Return the whole map before and after: rows of declination by slots of true solar time."""
    last = sun.day.max() if np.isnan(shade.until) else shade.until
    after = (sun.day > max(shade.since, last - 380.0)) & (sun.day <= last)
    before = sun.day < shade.window[0]

    return {"before": _mean_map(sun, before), "after": _mean_map(sun, after)}


def _mean_map(sun: SunMap, use: Mask) -> list[list[float | None]]:
    level = np.where(use[:, :, None], sun.level, np.nan)
    known = np.isfinite(level)
    total = np.where(known, level, 0.0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = total / known.sum(axis=0)
    return [[round(float(v), 2) if v == v else None for v in row] for row in values]
