"""The first pass over a fleet: what its neighbours need of a site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class WatchSky:
    """The daily levels of a site up to a day."""

    on: date

    @property
    def name(self) -> str:
        """Name of the folder of its records."""
        return "sky"

    def settings(self) -> str:
        """Return the day."""
        return self.on.isoformat()

    def beside(self, key: str) -> str:
        """Return nothing: a site is watched by itself."""
        return ""

    def __call__(self, folder: Path, key: str) -> dict[str, Any]:
        """Return the site's days, none where its record shows too little."""
        from pvwarranty.ingest.measurements import read_measurements
        from pvwarranty.ingest.site import read_site
        from pvwarranty.verify import indices

        site = read_site(folder)
        found = indices(site, read_measurements(folder, site), self.on)
        return {} if found is None else found.packed()
