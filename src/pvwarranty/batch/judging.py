"""Judging one site of a fleet: its verdicts as rows of the tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pvwarranty.batch.neighbours import Neighbours
from pvwarranty.batch_tables import VERDICT


@dataclass(frozen=True, slots=True)
class JudgeSite:
    """The whole of `verify` for a site on a day, with what its neighbours saw."""

    on: date
    seed: int = 0
    neighbours: Neighbours | None = None

    @property
    def name(self) -> str:
        """Name of the folder of its records."""
        return "verdicts"

    def settings(self) -> str:
        """Return day, seed and the digests of the terms."""
        return json.dumps([self.on.isoformat(), self.seed, terms_digests()])

    def beside(self, key: str) -> str:
        """Return the digest of the site's neighbours, empty where it is judged by itself."""
        return "" if self.neighbours is None else self.neighbours.digest(key)

    def __call__(self, folder: Path, key: str) -> dict[str, Any]:
        """Return the site's rows. Raises PvWarrantyError for wrong files."""
        from pvwarranty.ingest.ivcurves import read_ivcurves
        from pvwarranty.ingest.measurements import read_measurements
        from pvwarranty.ingest.site import read_site
        from pvwarranty.verify import as_dict, verify

        site = read_site(folder)
        curves = read_ivcurves(folder, site)
        measured = read_measurements(folder, site)
        region = None if self.neighbours is None else self.neighbours.region(key)
        result = as_dict(
            verify(site, measured, self.on, curves=curves, seed=self.seed, region=region)
        )
        return {
            "site": site.id,
            "verdicts": [verdict_row(site.id, v) for v in result["verdicts"]],
            "timing": [row for v in result["verdicts"] for row in timing_rows(site.id, key, v)],
            "about": {
                "latitude": site.latitude,
                "longitude": site.longitude,
                "channels": len(site.channels),
                "batteries": len(site.batteries),
                "warnings": json.dumps(result["quality"]["warnings"], ensure_ascii=False),
                "measurements": result["provenance"]["measurements"]["sha256"],
            },
            "terms": result["terms"],
        }


def terms_digests() -> list[str]:
    """Return the digests of all terms that come with the package, sorted."""
    from pvwarranty.terms import packaged_library

    return sorted(t.sha256 for t in packaged_library().everything())


def verdict_row(site: str, verdict: dict[str, Any]) -> dict[str, Any]:
    """Return a verdict (as its JSON has it) as a row of the table."""
    estimate, threshold = verdict["estimate"] or {}, verdict["threshold"] or {}
    row = {name: verdict.get(name) for name in VERDICT}
    row |= {name: estimate.get(name) for name in ("value", "low", "high", "p_below")}
    row |= {name: json.dumps(verdict[name]) for name in ("missing", "clauses")}
    causes = [{k: v for k, v in c.items() if k != "evidence"} for c in verdict["causes"]]
    row |= {f"modules_{end}": n for end, n in (verdict["modules_below"] or {}).items()}
    row |= {"next_threshold": verdict.get("details", {}).get("next_ratio")}
    return row | {"site": site, "threshold": threshold.get("ratio"), "causes": json.dumps(causes)}


def timing_rows(site: str, key: str, verdict: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the coming steps of a verdict (as its JSON has it) as rows of the table."""
    timing = verdict.get("details", {}).get("timing")
    if timing is None:
        return []
    asset = {n: verdict[n] for n in ("asset", "component", "coverage", "output", "decision")}
    about = {n: timing[n] for n in ("stands_until", "supported_from")}
    return [
        {"site": site, "path": key, "in_force": number == 0} | asset | about | step
        for number, step in enumerate(timing["steps"])
    ]
