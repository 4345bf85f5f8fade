"""Kinds of gradual loss: ageing, series resistance (salt), shunts, a film of dirt.

What kind a loss is shows in how it depends on irradiance and in the voltage: series resistance
costs in proportion to current and lowers the voltage; a shunt costs most at low light and leaves
the voltage alone; ageing as seen in the field is mostly of current, with some of both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pvwarranty.attribute.context import Context
from pvwarranty.attribute.signs import Signs

KIND_LOSS = 0.04  # loss beyond natural ageing under which its kind cannot be told
U_VOLTAGE = 0.015  # of a change of voltage (log)
SOUND_HOURS, SHUNT_HOURS = 8.0, 60.0  # without output under a heavy sky in a year, on average


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of gradual loss.

    slope : of the loss over irradiance (0-1) per unit of loss at `MIDDLE`; voltage : share of the
    loss (log) that is of voltage, at bright light; each with its standard deviation
    """

    cause: str
    slope: float
    u_slope: float
    voltage: float
    u_voltage: float
    prior: float


AGEING = Kind("degradation", -0.25, 0.12, 0.34, 0.12, 0.80)
SALT = Kind("salt_corrosion", -1.05, 0.15, 0.80, 0.10, 0.10)
# a current lost whatever the light gives 1.1; a cell's own characteristic takes from that
SHUNT = Kind("pid", 0.85, 0.35, 0.10, 0.10, 0.10)
# a film that rain never takes is less light: the voltage stays, and without it nothing but a wash
# tells it from ageing; few roofs have so much of it
FILM = Kind("soiling", 0.0, 0.15, 0.03, 0.05, 0.12)
REST = (AGEING.cause, SHUNT.cause, FILM.cause)
# how much likelier salt is so near the sea than anywhere: upper distance [m] and factor
COAST = ((500.0, 3.0), (2000.0, 2.0), (7000.0, 1.0), (20000.0, 0.3), (math.inf, 0.05))


def kinds(taken: float, natural: float, signs: Signs | None, context: Context) -> dict[str, float]:
    """Return how likely each kind is what is lost beyond natural ageing and abrupt steps (log)."""
    if signs is None or signs.lost + taken - natural < KIND_LOSS:
        return {AGEING.cause: 1.0}
    extra = signs.lost + taken - natural
    near = 1.0
    if context.coast is not None:
        near = next(factor for reach, factor in COAST if context.coast <= reach)
    weights = {}
    for kind in (AGEING, SALT, SHUNT, FILM):
        prior = kind.prior * (near if kind is SALT else 1.0)
        expected = AGEING.slope * natural + kind.slope * extra
        weight = prior * _density(signs.slope, expected, signs.u_slope, kind.u_slope * extra)
        weight *= _dim_light(kind, signs.dim)
        if signs.voltage is not None:
            beyond = max(-signs.power + taken - natural, 0.0)
            expected = taken - AGEING.voltage * natural - kind.voltage * beyond
            weight *= _density(signs.voltage, expected, U_VOLTAGE, kind.u_voltage * beyond)
        weights[kind.cause] = weight
    total = sum(weights.values())
    return {k: w / total for k, w in weights.items()}


def _density(seen: float, expected: float, u: float, u_kind: float) -> float:
    """Return the density of what is seen; wild values are no proof of anything."""
    spread = math.hypot(u, u_kind)
    z = (seen - expected) / spread
    return (math.exp(-0.5 * z * z) + 0.003) / spread


def _dim_light(kind: Kind, hours: float) -> float:
    """Return how likely so many hours without output under a heavy sky are: of a shunt alone."""
    spread = SHUNT_HOURS if kind is SHUNT else SOUND_HOURS
    return math.exp(-min(hours, 60.0) / spread) / spread
