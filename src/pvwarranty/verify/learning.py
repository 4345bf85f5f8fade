"""What the causes of a channel tell its estimate: which intervals to leave out, and of a film."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pvwarranty.attribute import Attribution
from pvwarranty.estimate import Learnt
from pvwarranty.estimate.film import FILM
from pvwarranty.model import Cause, Flag

# what the modules are not the reason of
HELD = int(Flag.SHADED | Flag.CLIPPED | Flag.CURTAILED | Flag.VOLTAGE_RISE | Flag.DERATED)
GRADUAL = ("degradation", "salt_corrosion", "pid")
ELECTRICAL = ("salt_corrosion", "pid")  # kinds that show without a voltage
LEAST_LOSS = 0.06  # whose kind the causes tell
MOST_FILM = 0.5  # light lost in the laminate (browning) leaves the voltage as it was too


def learnt(told: Attribution) -> dict[str, Learnt]:
    """Return what the causes tell the estimates, by channel id."""
    return {
        name: Learnt(np.asarray((flags & HELD) != 0), film_of(told.causes[name]))
        for name, flags in told.flags.items()
    }


def film_of(causes: Sequence[Cause]) -> float | None:
    """Return how likely a channel's slow loss is a film, None where its causes cannot tell.

    A voltage that fell speaks against a film, one that stayed for it or for a browned laminate:
    then it is never held likelier than not. Without a voltage a loss is a film's only as far as
    it is not a shunt's or of series resistance, which show in how it depends on irradiance.
    """
    slow = [c for c in causes if c.cause in GRADUAL or c.evidence.get("kind") == "film"]
    lost = max((c.share for c in slow), default=0.0)
    if lost < LEAST_LOSS:
        return None
    dirt = sum(c.probability for c in slow if c.cause == "soiling")
    if any("voltage_change" in c.evidence for c in slow):
        return min(dirt / sum(c.probability for c in slow), MOST_FILM)
    other = sum(c.probability for c in slow if c.cause in ELECTRICAL)
    return FILM * max(1.0 - other, 0.0)
