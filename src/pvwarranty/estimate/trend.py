"""A slow trend of the sky, judged from how the sites of a region age beside what their kind does.

What all sites show alike is the sky's trend less what their kind ages faster than known. Of one
site more is possible: it may be faulty and lose much more (a mixture, one-sided). A sky whose
haze, temperature and dust drift far within a record is rarer than a kind of modules that ages
badly: the further the sites are off together, the less is said of the sky.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pvwarranty.model import Floats

CHANGE = 0.007  # prior u of the sky's change over a record, as in the budget of a lone site
COMMON = 0.6  # share of the u of ageing that sites of one kind have in common
BAD_KIND, WORST_KIND = 0.15, 0.010  # share of kinds that age faster than known; their scale [1/a]
FAULTY, WORST = 0.25, 0.05  # share of sites that lose faster than their kind; the fastest [1/a]
OWN = 0.008  # u of a site's change over its record for reasons of its own: dust, inverter, clouds


@dataclass(frozen=True, slots=True)
class Ageing:
    """How a site lost: slope of its days [1/a] over years; what its kind loses [1/a] and its u."""

    slope: float
    years: float
    rate: float
    u_rate: float


def sky_trend(sites: Sequence[Ageing], span: float) -> tuple[float, float]:
    """Return the trend of the sky over `span` years [1/a] and its standard uncertainty."""
    u_sky = CHANGE / span
    u_kind = COMMON * sum(s.u_rate for s in sites) / len(sites)
    sky = np.linspace(-5.0, 5.0, 201) * u_sky
    kind = np.concatenate([np.linspace(-5, 5, 81) * u_kind, np.linspace(5.2 * u_kind, 0.03, 60)])
    width = np.gradient(kind)
    seen = sky[:, None] - kind[None, :]
    weight = (
        _likelihood(sites, seen) * _normal(sky, u_sky)[:, None] * (_kinds(kind, u_kind) * width)
    )
    share = weight.sum(axis=1) / weight.sum()
    mean = float(np.sum(share * sky))
    return mean, math.sqrt(float(np.sum(share * (sky - mean) ** 2)))


def _likelihood(sites: Sequence[Ageing], seen: Floats) -> Floats:
    """Return how likely sites' slopes are where all share `seen`, up to a factor."""
    log = np.zeros(seen.shape)
    for site in sites:
        off = site.slope + site.rate - seen
        u = math.hypot(math.sqrt(1 - COMMON**2) * site.u_rate, OWN / max(site.years, 0.5))
        log += np.log((1 - FAULTY) * _normal(off, u) + FAULTY * _lost(off, u) + 1e-6)
    return np.asarray(np.exp(log - log.max()))


def _normal(x: Floats, u: float) -> Floats:
    return np.exp(-0.5 * (x / u) ** 2) / (u * math.sqrt(2 * math.pi))


def _lost(off: Floats, u: float) -> Floats:
    """Return the density of losses spread evenly between none and the worst, seen with u."""
    from scipy.special import ndtr

    return np.asarray((ndtr((off + WORST) / u) - ndtr(off / u)) / WORST)


def _kinds(faster: Floats, u: float) -> Floats:
    """Return the density of what a kind ages faster than known: seldom much, never much less."""
    bad = np.where(faster > 0, np.exp(-faster / WORST_KIND) / WORST_KIND, 0.0)
    return (1 - BAD_KIND) * _normal(faster, u) + BAD_KIND * bad
