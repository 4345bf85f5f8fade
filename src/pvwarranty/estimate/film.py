"""What a film on the glass may take of a loss: dirt that rain leaves, seen as ageing until washed.

A film takes light and leaves the module as it was; without a wash a channel's power does not tell
it from ageing. What is known of it:

* it is rarer than modules that age faster than their kind (`FILM` of such losses);
* it grows over years and takes some 10 % at most: Häberlin and Graf (1998, 2nd World Conference on
  PV Energy Conversion, Vienna) found 8-10 % after five to ten years on a roof beside a railway,
  most of which a wash gave back;
* it comes to the whole roof: no channel's film takes more than the channel that lost least lost;
* it takes nothing at once: abrupt steps are not its.

So of a slow loss beyond what the kind is known for there are three readings: no film; the film
alone, as far as one can take so much (the modules then aged as their kind); and a film beside
modules that age badly, which may be anything up to the most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from pvwarranty.estimate.evidence import Evidence
from pvwarranty.model import Part

FILM = 0.12  # share of slow losses beyond the kind's that are a film, or have one beside them
MOST, PACE = 0.12, 0.02  # most that a film takes (log), and how fast it grows [1/a]
EVEN_ROOF = 0.010  # u of a film on one channel against another's
LEAST = 0.010  # what is not worth a word
PIECES = 3  # normal parts that stand for an even distribution


@dataclass(frozen=True, slots=True)
class Losing:
    """A channel, the rate of its kind's ageing [1/a] with its u, and how likely its film is.

    film : as the causes have it, None where they cannot tell
    """

    evidence: Evidence
    rate: float
    u_rate: float
    film: float | None


@dataclass(frozen=True, slots=True)
class Film:
    """What a film may have taken of a channel since its record began, in logarithms.

    weight : how likely there is one; alone : how likely it then took all beyond the kind's ageing
    kind, u_kind : change of the channel without film and without bad ageing, and its u
    most : the most that a film took where it did not take all
    """

    weight: float
    alone: float
    kind: float
    u_kind: float
    most: float


@dataclass(frozen=True, slots=True)
class Slow:
    """The change of a channel (log), apart: by steps, by its kind's ageing, and beyond (loss)."""

    steps: float
    kind: float
    beyond: float
    u_kind: float
    u: float


def films(channels: Sequence[Losing]) -> list[Film | None]:
    """Return what a film may have taken of each channel of a roof, None where none shows."""
    slow = [_slow(c) for c in channels]
    known = [s.beyond for s in slow if s is not None]
    if not known:
        return [None] * len(slow)
    shared = math.inf if len(known) == 1 else max(min(known), 0.0) + EVEN_ROOF
    return [
        None if s is None else _film(s, min(MOST, PACE * c.evidence.years, shared), c.film)
        for s, c in zip(slow, channels, strict=True)
    ]


def _slow(channel: Losing) -> Slow | None:
    evidence = channel.evidence
    if evidence.change is None:
        return None
    level = evidence.path.level
    steps = sum(
        math.log(max(level[s.at], 0.02) / max(level[s.at] - s.size, 0.02))
        for s in evidence.path.steps
    )
    kind, u_kind = -channel.rate * evidence.years, channel.u_rate * evidence.years
    beyond = steps + kind - evidence.change.value
    return Slow(steps, kind, beyond, u_kind, math.hypot(u_kind, evidence.change.u))


def _film(slow: Slow, most: float, likely: float | None) -> Film | None:
    """Return what a film may have taken of a loss, where it can have taken `most`.

    `likely` is what the causes hold of it, None where they cannot tell.
    """
    taken = min(most, slow.beyond)
    if taken < LEAST:
        return None
    # little beyond the kind, for how well it is known, is most likely not beyond at all
    sure = 1 - math.exp(-0.5 * (slow.beyond / slow.u) ** 2)
    alone = NormalDist(slow.beyond, slow.u).cdf(most)
    weight = sure * (FILM if likely is None else likely)
    return Film(weight, alone, slow.steps + slow.kind, slow.u_kind, taken)


def with_film(part: Part, now: Part, film: Film | None) -> list[Part]:
    """Return a channel's ratio now with what a film may have taken of it.

    part : a way how the channel may have begun (log of the ratio); now : the ratio that it gives
    """
    if film is None:
        return [now]
    clean = math.exp(part.mean + film.kind)
    alone = Part(now.weight * film.weight * film.alone, clean,
                 clean * math.hypot(part.u, film.u_kind))  # fmt: skip
    piece = film.most / PIECES
    weight = now.weight * film.weight * (1 - film.alone) / PIECES
    found = [Part(now.weight * (1 - film.weight), now.mean, now.u), alone]
    for n in range(PIECES):
        gain = math.exp((n + 0.5) * piece)
        u = math.hypot(now.u * gain, now.mean * gain * piece / math.sqrt(12))
        found.append(Part(weight, now.mean * gain, u))
    return [p for p in found if p.weight > 1e-6]
