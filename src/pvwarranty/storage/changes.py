"""Jumps of the capacity: a failed cell or string, a repair, a replaced battery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pvwarranty.model import Battery, Floats
from pvwarranty.storage.paths import Paths

DAY = 86400.0
WINDOW = 200 * DAY  # longest that the paths of one side may lie apart
SIDE = 8  # paths either side
JUMP = 0.10
AGEING = 0.10  # a year that may pass between the two sides without being a jump
OWN_ACTIVE, OWN_IDLE = 25.0, 6.0  # W, before they are known


@dataclass(frozen=True, slots=True)
class Jump:
    """A jump of the capacity: when the new level was first seen, and its share of the old."""

    seconds: float
    ratio: float


def rough_capacity(paths: Paths, battery: Battery) -> Floats:
    """Return the capacity seen by each path between two levels [Wh], discharging side, (m,)."""
    a = battery.efficiency**2
    own = OWN_ACTIVE * paths.active + OWN_IDLE * (paths.hours - paths.active)
    move = paths.x_from - paths.x_to
    seen = paths.e_discharge - a * paths.e_charge + own
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(np.abs(move) > 0.2, seen / move, np.nan))


def find_jumps(paths: Paths, battery: Battery) -> tuple[Jump, ...]:
    """Return jumps of at least 10 % between the medians of 8 paths either side, in time order.

    A jump is sharp: larger than four times the scatter either side and than what ageing may do in
    the time between, with both sides inside `WINDOW`, and the largest within `WINDOW` of itself.
    """
    seen = rough_capacity(paths, battery)
    known = np.isfinite(seen) & (paths.hours < 72.0)
    t, c = paths.seconds[known], seen[known]
    if len(c) < 2 * SIDE:
        return ()
    views = np.lib.stride_tricks.sliding_window_view(c, SIDE)
    level = np.median(views, axis=1)
    scatter = np.median(np.abs(views - level[:, None]), axis=1)
    spread = t[SIDE - 1 :] - t[: len(t) - SIDE + 1]
    before, after = slice(0, len(level) - SIDE), slice(SIDE, len(level))
    sharp = np.abs(level[after] - level[before]) > 4.0 * np.maximum(scatter[before], scatter[after])
    sharp &= np.maximum(spread[before], spread[after]) < WINDOW
    size = np.where(
        sharp, np.log(np.maximum(level[after], 1.0) / np.maximum(level[before], 1.0)), 0
    )
    centre = np.convolve(t, np.full(SIDE, 1.0 / SIDE), "valid")
    apart = (centre[after] - centre[before]) / (365.25 * DAY)
    size = np.sign(size) * np.maximum(np.abs(size) - AGEING * apart, 0.0)
    at = t[SIDE : SIDE + len(size)]
    jumps: list[Jump] = []
    for k in np.argsort(-np.abs(size)):
        if abs(size[k]) < np.log1p(JUMP):
            break
        if all(abs(at[k] - j.seconds) > WINDOW for j in jumps):
            jumps.append(Jump(float(at[k]), float(np.exp(size[k]))))
    return tuple(sorted(jumps, key=lambda j: j.seconds))


def replacement(jumps: tuple[Jump, ...]) -> Jump | None:
    """Return the last jump up that is no mere return from an earlier fall, or None."""
    level, whole, found = 1.0, 1.0, None
    for jump in jumps:
        level *= jump.ratio
        if jump.ratio > 1.0 and level > 1.05 * whole:
            found, whole, level = jump, 1.0, 1.0
    return found
