"""The tables of a batch as what the summary needs of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pvwarranty.batch.deadlines import Due, deadlines
from pvwarranty.errors import DataError, Problem

REFUSED = ("not_covered", "excluded")
TABLES = (
    "verdicts.parquet", "timing.parquet", "sites.parquet", "failures.parquet", "manifest.json",
)  # fmt: skip
WITHIN = "12m"


@dataclass(frozen=True, slots=True)
class Asset:
    """One verdict of a fleet: what was estimated, against what, and what follows the step.

    causes : the likely ones with their shares; modules : those proven below, at least
    """

    site: str
    name: str
    value: float | None
    low: float | None
    high: float | None
    p_below: float | None
    output: str
    decision: str
    threshold: float | None
    next_threshold: float | None
    deadline: date | None
    missing: tuple[str, ...]
    causes: tuple[tuple[str, float], ...]
    modules: int

    @property
    def standing(self) -> str:
        """What monitoring makes of a claim: supported, not_supported or undecided."""
        if self.decision in REFUSED:
            return "not_supported"
        return "supported" if self.output == "below" and len(self.missing) <= 1 else "undecided"

    @property
    def expected(self) -> float:
        """Modules (or batteries) that a claim may bring: those below, by their probability."""
        if self.decision in REFUSED or self.p_below is None:
            return 0.0
        return self.p_below * max(self.modules, 1)


@dataclass(frozen=True, slots=True)
class Place:
    """A site of a fleet and where it is [°]."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Fleet:
    """A judged fleet: its assets, places, sites that could not be judged, and what is due."""

    on: date
    version: str
    assets: tuple[Asset, ...]
    sites: tuple[Place, ...]
    failures: tuple[tuple[str, str], ...]
    due: tuple[Due, ...]


def read_fleet(folder: Path) -> Fleet:
    """Return the fleet that a batch judged into a folder.

    Raises
    ------
    DataError
        The folder lacks the tables of a batch, or they cannot be read.
    """
    missing = [n for n in TABLES if not (folder / n).is_file()]
    if missing:
        what = f"{', '.join(missing)} is missing"
        raise DataError(Problem(str(folder), what, "give the folder that pvwarranty batch wrote"))
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    return Fleet(
        date.fromisoformat(manifest["on"]),
        manifest["version"],
        tuple(_asset(r) for r in _rows(folder / "verdicts.parquet")),
        tuple(
            Place(r["site"], r["latitude"], r["longitude"]) for r in _rows(folder / "sites.parquet")
        ),
        tuple((r["site"], r["reason"]) for r in _rows(folder / "failures.parquet")),
        tuple(deadlines(folder, WITHIN)),
    )


def _rows(path: Path) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(Problem(str(path), f"cannot be read: {error}")) from None
    return found


def _asset(row: dict[str, Any]) -> Asset:
    likely = [c for c in json.loads(row["causes"]) if c["probability"] >= 0.5]
    return Asset(
        site=row["site"],
        name=row["asset"],
        **{k: row[k] for k in ("value", "low", "high", "p_below", "output", "decision")},
        threshold=row["threshold"],
        next_threshold=row.get("next_threshold"),
        deadline=row["deadline"],
        missing=tuple(json.loads(row["missing"])),
        causes=tuple((c["cause"], c["share"]) for c in likely),
        modules=row.get("modules_at_least") or 0,
    )
