"""Wrong tilt or azimuth in the site file, seen in how clear intervals lie over sun and season.

With the right plane a channel's cells (fortnight by half hour, see `estimate.levels`) are level;
a wrong one tilts them from morning to evening and from summer to winter. Planes around the given
one are tried on a grid; another is taken only where it explains the cells far better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pvwarranty.estimate.levels import FORTNIGHTS, SLOTS, Levels
from pvwarranty.model import Array, Floats, Index, Site
from pvwarranty.normalise import clear_response
from pvwarranty.products import Module

TURNS = np.arange(-90.0, 91.0, 7.5)  # of the azimuth [°]
TILTS = np.arange(-20.0, 21.0, 5.0)  # [°]
LEAST_TURN, LEAST_TILT = 15.0, 7.5
DECISIVE = 0.60  # misfit of the best plane over that of the given one
GOOD = 0.08  # largest misfit that a right plane may leave
FLAT = 0.09  # a misfit that weather alone leaves: nothing to look for
BRIGHT = 0.25


@dataclass(frozen=True, slots=True)
class Orientation:
    """A plane that fits far better than the given one.

    turn, tilt : difference of the fitted plane to the site file [°]
    misfit_given, misfit : spread of the cells under each (robust, as share)
    """

    arrays: tuple[str, ...]
    turn: float
    tilt: float
    misfit_given: float
    misfit: float


def examine(
    index: Index, levels: Levels, site: Site, modules: Mapping[str, Module]
) -> Orientation | None:
    """Return the plane that fits the channel decisively better than the site file's, or None."""
    arrays = [a for a in site.arrays if a.id in index.channel.arrays]
    plant = _Plant(site, arrays, modules, _shares(arrays, modules), _grid_times(index))
    given = plant.share @ clear_response(site, arrays, modules, plant.times)
    seen = levels.cells * given
    known = np.isfinite(seen) & (given > BRIGHT)
    if known.sum() < 80:
        return None
    before = _misfit(seen[known], given[known])
    if before < FLAT:
        return None
    turn, tilt, _ = _search(seen, known, plant, TURNS, TILTS)
    turn, tilt, misfit = _search(
        seen, known, plant, turn + np.arange(-6.0, 7.0, 3.0), tilt + np.arange(-4.0, 5.0, 2.0)
    )
    moved = abs(turn) >= LEAST_TURN or abs(tilt) >= LEAST_TILT
    if not moved or misfit > DECISIVE * before or misfit > GOOD:
        return None
    return Orientation(tuple(a.id for a in arrays), turn, tilt, before, misfit)


def with_orientation(site: Site, found: Orientation) -> Site:
    """Return the site with the fitted plane in place of the given one."""
    arrays = tuple(
        _moved(a, found.turn, found.tilt) if a.id in found.arrays else a for a in site.arrays
    )
    return replace(site, arrays=arrays)


def _moved(array: Array, turn: float, tilt: float) -> Array:
    return replace(
        array,
        surface_azimuth=(array.surface_azimuth + turn) % 360.0,
        surface_tilt=float(np.clip(array.surface_tilt + tilt, 0.0, 90.0)),
    )


def _shares(arrays: list[Array], modules: Mapping[str, Module]) -> Floats:
    watts = np.array([(a.modules or 1) * modules[a.id].p_dc0 for a in arrays])
    return np.asarray(watts / watts.sum())


@dataclass(frozen=True, slots=True)
class _Plant:
    """The arrays of a channel, whose planes are tried.

    share : (a,) of each in the nominal power; times : (n,) middles of the cells [s UTC]
    """

    site: Site
    arrays: list[Array]
    modules: Mapping[str, Module]
    share: Floats
    times: NDArray[np.int64]


def _search(
    seen: Floats, known: NDArray[np.bool_], plant: _Plant, turns: Floats, tilts: Floats
) -> tuple[float, float, float]:
    """Return the turn and tilt [°] that fit the `known` cells best, and their misfit."""
    pairs = [(float(turn), float(tilt)) for turn in turns for tilt in tilts]
    total = np.zeros((len(pairs), FORTNIGHTS * SLOTS))
    for weight, array in zip(plant.share, plant.arrays, strict=True):
        tried = [_moved(array, turn, tilt) for turn, tilt in pairs]
        same = {a.id: plant.modules[array.id] for a in tried}
        total += weight * clear_response(plant.site, tried, same, plant.times)
    misfits = [_misfit(seen[known], row[known]) for row in total]
    best = int(np.argmin(misfits))
    return (*pairs[best], misfits[best])


def _misfit(seen: Floats, expected: Floats) -> float:
    off = np.log(seen / np.maximum(expected, 0.05))
    return float(
        1.4826 * np.median(np.abs(off - np.median(off))) + 0.3 * np.std(np.clip(off, -0.5, 0.5))
    )


def _grid_times(index: Index) -> NDArray[np.int64]:
    """Return the middle of each cell in one year [s UTC], in the order of the cells."""
    day = 10957 + 366 + (np.arange(FORTNIGHTS) + 0.5) * 365.2425 / FORTNIGHTS
    slot = np.arange(SLOTS) * 1800
    solar = day.astype(np.int64)[:, None] * 86400 + slot[None, :]
    return np.asarray(solar.ravel() - int(index.longitude * 240))
