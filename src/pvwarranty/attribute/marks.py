"""Flags of what the causes explain: one check, one function, one mask of the intervals.

The checks of `quality` see a channel alone and before it is judged; these know what was found of
the site. They are for people and figures: the estimate has been made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pvwarranty.attribute.context import LIKELY, View
from pvwarranty.attribute.outages import Gaps
from pvwarranty.attribute.shade import Shade
from pvwarranty.attribute.shading import Shading
from pvwarranty.attribute.when import Ints, Mask
from pvwarranty.clock import Clock
from pvwarranty.model import Cause, Flag, Index
from pvwarranty.quality import usable

SILENT = 0.005  # of nominal power


def marked(view: View, gaps: Gaps, masks: Mapping[Flag, Mask]) -> Ints:
    """Return the channel's flags (n,) with those of the causes.

    Silence that a cause explains is no outage.
    """
    flags = view.index.flags.copy()
    night = (flags & int(Flag.NIGHT)) != 0
    explained = masks[Flag.SNOW] | masks[Flag.CURTAILED] | dim(view, gaps)
    flags[explained] &= ~int(Flag.OUTAGE)
    for flag, mask in (*masks.items(), (Flag.OUTAGE, off(view, gaps) & ~explained)):
        if mask.any():
            flags |= (mask & ~night) * int(flag)
    return flags


def off(view: View, gaps: Gaps) -> Mask:
    """Nothing came between the first and the last hour of a fault, dim hours too."""
    real = ~gaps.snow
    inside = _between(view, gaps, real)
    with np.errstate(invalid="ignore"):
        return np.asarray(inside & (view.index.power < SILENT * view.index.p0))


def snowed(view: View, gaps: Gaps, causes: Sequence[Cause]) -> Mask:
    """Nothing came, and snow is likelier than a fault."""
    if not _told(causes, "snow"):
        return np.zeros(len(view.index.time), dtype=bool)
    silent = (view.index.flags & int(Flag.OUTAGE)) != 0
    return np.asarray(silent & _between(view, gaps, gaps.snow))


def _between(view: View, gaps: Gaps, chosen: Mask) -> Mask:
    out = np.zeros(len(view.index.time), dtype=bool)
    for first, last in zip(gaps.first[chosen], gaps.last[chosen], strict=True):
        out[first : last + 1] = True
    return out


def dim(view: View, gaps: Gaps) -> Mask:
    """Nothing came because the sky was heavy: silence outside the stretches that count."""
    silent = (view.index.flags & int(Flag.OUTAGE)) != 0
    return np.asarray(silent & ~_between(view, gaps, np.ones(len(gaps.first), dtype=bool)))


def shaded(view: View, shading: Shading | None, causes: Sequence[Cause]) -> Mask:
    """The sun stands behind an object that is there, new or old."""
    out = np.zeros(len(view.index.time), dtype=bool)
    if shading is None:
        return out
    for name, shade in (("shading_change", shading.new), ("static_shading", shading.static)):
        if shade is not None and _told(causes, name):
            out |= _behind(view, shading, shade)
    return out


def _behind(view: View, shading: Shading, shade: Shade) -> Mask:
    day = view.index.time / 86400.0
    there = np.ones(len(day), dtype=bool)
    if np.isfinite(shade.since):
        there &= day >= shade.since
    if np.isfinite(shade.until):
        there &= day <= shade.until
    return np.asarray(there & shade.cells.ravel()[shading.sun.cell])


def unstable(view: View) -> Mask:
    """The sky moved: neighbouring intervals do not lie on a smooth course."""
    return np.asarray(usable(view.index) & ~view.evidence.levels.clear)


def off_clock(index: Index, clock: Clock) -> Mask:
    """The recorder's clock was off, and has been put right."""
    out = np.zeros(len(index.time), dtype=bool)
    for shift in clock.shifts:
        out |= (index.time >= shift.since) & (index.time < shift.until)
    return out


def _told(causes: Sequence[Cause], name: str) -> bool:
    return any(c.cause == name and c.probability > LIKELY for c in causes)
