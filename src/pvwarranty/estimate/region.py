"""The days of a site, and the sky of its region made from those of others."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pvwarranty.model import Floats, Index

STEP = 1e-4  # of the levels as they are kept


@dataclass(frozen=True, slots=True)
class SiteIndices:
    """The days of a site, all that its neighbours need of it.

    first : first day (days since 1970-01-01 in local solar time)
    level : (n,) log of the day's level over the cells', NaN where the day was not clear
    absolute : log of its level against physics less what was expected of its modules
    rate, u_rate : expected ageing of its modules [1/a] and its standard uncertainty
    """

    site: str
    latitude: float
    longitude: float
    first: int
    level: NDArray[np.float32]
    absolute: float
    rate: float
    u_rate: float

    def packed(self) -> dict[str, Any]:
        """Return it as JSON can hold it: two bytes a day."""
        steps = np.where(np.isfinite(self.level), np.round(self.level / STEP), -(2**15))
        days = np.clip(steps, -(2**15), 2**15 - 1).astype("<i2").tobytes()
        return {
            "site": self.site, "latitude": self.latitude, "longitude": self.longitude,
            "first": self.first, "level": base64.b64encode(days).decode(),
            "absolute": self.absolute, "rate": self.rate, "u_rate": self.u_rate,
        }  # fmt: skip


def unpacked(kept: dict[str, Any]) -> SiteIndices:
    """Return the days of a site from what `SiteIndices.packed` gave."""
    steps = np.frombuffer(base64.b64decode(kept["level"]), dtype="<i2").astype(np.float32)
    level = np.where(steps == -(2**15), np.nan, steps * np.float32(STEP)).astype(np.float32)
    return SiteIndices(**kept | {"level": level})


@dataclass(frozen=True, slots=True)
class Region:
    """The sky of a region as one of its sites meets it.

    first : first day of `sky`; sky : (n,) log factor of the day, over all of the site's record
    u_trend : standard uncertainty of the sky's trend [1/a]
    neighbours : sites behind it; gain : share of their sky that the site sees
    covered : share of the site's record that theirs spans
    common, u_common : log of what physics gets wrong for all of them alike, and its u
    u_own : what it gets wrong for one of them
    """

    first: int
    sky: Floats
    u_trend: float
    neighbours: int
    gain: float
    covered: float
    common: float
    u_common: float
    u_own: float

    def at(self, days: NDArray[np.int64]) -> Floats:
        """Return the log factor (n,) on days (n,); outside, that of the nearest day."""
        return self.sky[np.clip(days - self.first, 0, len(self.sky) - 1)]

    @property
    def sha256(self) -> str:
        """Digest of all that a result can depend on."""
        digest = hashlib.sha256(np.asarray(self.sky, dtype=np.float64).tobytes())
        rest = (
            self.first, self.u_trend, self.neighbours, self.gain, self.covered, self.common,
            self.u_common, self.u_own,
        )  # fmt: skip
        digest.update(repr(rest).encode())
        return digest.hexdigest()


def days_of(index: Index) -> NDArray[np.int64]:
    """Return the day (n,) of each interval, counted from 1970-01-01 in local solar time."""
    return np.asarray((index.time + int(index.longitude * 240)) // 86400)
