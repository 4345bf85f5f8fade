"""A channel to be judged, and what its modules were like when its record began."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvwarranty.estimate.fuse import Fresh
from pvwarranty.model import Index


@dataclass(frozen=True, slots=True)
class Subject:
    """A channel to be judged: its index, what its modules were like new, and their age.

    age : of the modules when the record starts [years], None where not known
    """

    index: Index
    fresh: Fresh
    age: float | None

    @property
    def at_start(self) -> Fresh:
        """What its modules are like where an age that is not known counts as five years."""
        if self.age is not None:
            return self.fresh
        f = self.fresh
        return Fresh(f.initial - 5 * f.rate, math.hypot(f.u_initial, 0.05), f.rate, f.u_rate)

    @property
    def expected(self) -> float:
        """Log of the level expected at the start of the record."""
        return self.at_start.initial - self.fresh.rate * (self.age or 0.0)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the causes say of a channel that its estimate could not know before.

    held : (n,) intervals that show something else than the modules: shade, what limits hold back
    film : how likely its slow loss is a film of dust, None where they cannot tell
    """

    held: NDArray[np.bool_]
    film: float | None
