"""All sites of an organisation with their latest results, for lists, maps and deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from pvwarranty.report.fleet.reading import REFUSED
from pvwarranty_api.auth.actor import Actor
from pvwarranty_api.services.core import Core
from pvwarranty_api.store.work import Assessment, SiteRow

MOST = 5000  # sites
URGENT = ("supported", "undecided", "not_supported", "")


@dataclass(frozen=True, slots=True)
class Line:
    """A verdict in short: what was found of an asset, and the days that matter."""

    asset: str
    value: float | None
    threshold: float | None
    standing: str
    decision: str
    deadline: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Overview:
    """A site with its latest result; `on` is None where it was never judged."""

    id: str
    name: str
    latitude: float
    longitude: float
    updated_at: datetime
    last: str | None  # instant of the last measurement
    assessment: str | None
    on: date | None
    lines: tuple[Line, ...]

    @property
    def standing(self) -> str:
        """Return how its most urgent asset fares; empty where nothing was judged."""
        found = {line.standing for line in self.lines}
        return next((s for s in URGENT if s in found), "")

    @property
    def lowest(self) -> Line | None:
        """Return the line whose value is the lowest against its threshold."""
        seen = [v for v in self.lines if v.value is not None]
        return min(seen, key=lambda v: (v.value or 0.0) - (v.threshold or 0.0), default=None)

    @property
    def deadline(self) -> date | None:
        """Return the next day by which a claim is to be made, of assets that may have one."""
        days = [v.deadline for v in self.lines if v.deadline and v.standing != "not_supported"]
        return min(days, default=None)


def overviews(core: Core, actor: Actor) -> list[Overview]:
    """Return the sites of the actor's organisation, by name."""
    mine = Assessment.organisation_id == actor.organisation
    latest = (
        select(func.max(Assessment.id)).where(mine, Assessment.result.is_not(None))
        .group_by(Assessment.site_id)
    )  # fmt: skip
    query = (
        select(SiteRow).where(SiteRow.organisation_id == actor.organisation)
        .order_by(SiteRow.name).limit(MOST)
    )  # fmt: skip
    with core.database.reading() as db:
        judged = {
            a.site_id: a for a in db.scalars(select(Assessment).where(Assessment.id.in_(latest)))
        }
        return [_overview(row, judged.get(row.id)) for row in db.scalars(query)]


def _overview(row: SiteRow, judged: Assessment | None) -> Overview:
    return Overview(
        row.id, row.name, float(row.document["latitude"]), float(row.document["longitude"]),
        row.updated_at, row.held.get("last"), judged.id if judged else None,
        judged.on if judged else None, tuple(map(_line, judged.summary)) if judged else (),
    )  # fmt: skip


def _line(told: Mapping[str, Any]) -> Line:
    return Line(
        told["asset"], told["value"], told["threshold"], _standing(told), told["decision"],
        _date(told["deadline"]), _date(told["until"]),
    )  # fmt: skip


def _standing(told: Mapping[str, Any]) -> str:
    if told["decision"] in REFUSED:
        return "not_supported"
    return "supported" if told["output"] == "below" and len(told["missing"]) <= 1 else "undecided"


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
