"""Pages: all sites with filters, order and map; and the deadlines of the next twelve months."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from pvwarranty_api.pages.people import Member
from pvwarranty_api.pages.route import PageRoute
from pvwarranty_api.pages.sitemap import map_of
from pvwarranty_api.pages.view import page, without
from pvwarranty_api.services.overview import URGENT, Line, Overview, overviews
from pvwarranty_api.store.types import today
from pvwarranty_api.web.access import CoreOf

router = APIRouter(route_class=PageRoute)
PIECE = 100  # sites a page
AHEAD = timedelta(days=365)
STANDINGS = ("supported", "undecided", "not_supported", "never")
LATE = date.max

ORDERS: Mapping[str, Callable[[Overview], Any]] = {
    "name": lambda s: s.name,
    "standing": lambda s: URGENT.index(s.standing),
    "value": lambda s: _margin(s.lowest),
    "deadline": lambda s: s.deadline or LATE,
    "on": lambda s: s.on or date.min,
}


def _margin(line: Line | None) -> float:
    if line is None or line.value is None:
        return 9.0
    return line.value - (line.threshold or 0.0)


@dataclass(frozen=True, slots=True)
class Head:
    """A heading that orders the list: where it leads, and how the list is ordered now."""

    name: str
    link: str
    order: str  # ascending, descending or empty


@router.get("/sites")
def list_sites(core: CoreOf, actor: Member, request: Request) -> Response:
    """Show all sites."""
    query = dict(request.query_params)
    everything = overviews(core, actor)
    found = _ordered(_filtered(everything, query), query.get("sort", "standing"))
    number = int(query["page"]) if query.get("page", "").isdigit() else 1
    count = max(1, -(-len(found) // PIECE))
    number = min(max(number, 1), count)
    counts = {w: sum(1 for s in everything if _is(s, w)) for w in STANDINGS}
    return page(
        request, "fleet.html", everything=len(everything), found=found, counts=counts,
        shown=found[(number - 1) * PIECE : number * PIECE], number=number, count=count,
        drawn=map_of(found), heads=_heads(query), query=query, standings=STANDINGS,
        link=lambda n: f"/sites?{urlencode(without(query, 'page') | {'page': str(n)})}",
    )  # fmt: skip


def _filtered(sites: Sequence[Overview], query: Mapping[str, str]) -> list[Overview]:
    text, standing = query.get("q", "").strip().casefold(), query.get("standing", "")
    return [
        s for s in sites
        if text in s.name.casefold() and (not standing or _is(s, standing))
    ]  # fmt: skip


def _is(site: Overview, standing: str) -> bool:
    return site.standing == ("" if standing == "never" else standing)


def _ordered(sites: list[Overview], sort: str) -> list[Overview]:
    name = sort.removeprefix("-")
    key = ORDERS.get(name, ORDERS["standing"])
    return sorted(sites, key=lambda s: (key(s), s.name), reverse=sort.startswith("-"))


def _heads(query: Mapping[str, str]) -> list[Head]:
    sort = query.get("sort", "standing")
    heads = []
    for name in ORDERS:
        is_now = sort.removeprefix("-") == name
        falls = sort.startswith("-")
        order = ("descending" if falls else "ascending") if is_now else ""
        wanted = f"-{name}" if is_now and not falls else name
        rest = without(query, "page", "sort")
        heads.append(Head(name, f"/sites?{urlencode(rest | {'sort': wanted})}", order))
    return heads


@dataclass(frozen=True, slots=True)
class Due:
    """A day by which something is to be done or that ends something, for assets of a site."""

    on: date
    kind: str  # claim or step
    site: Overview
    lines: tuple[Line, ...]

    @property
    def standing(self) -> str:
        """Return how all of them fare."""
        return self.lines[0].standing

    @property
    def lowest(self) -> Line:
        """Return the line whose value is the lowest against its threshold."""
        return min(self.lines, key=_margin)


@router.get("/deadlines")
def deadlines(core: CoreOf, actor: Member, request: Request) -> Response:
    """Show what is due in the next twelve months."""
    first = today()
    found = [
        due for site in overviews(core, actor) for due in _dues(site)
        if first <= due.on <= first + AHEAD
    ]  # fmt: skip
    found.sort(key=lambda d: (d.on, d.kind, d.site.name, d.lines[0].asset))
    months: dict[str, list[Due]] = {}
    for due in found:
        months.setdefault(due.on.strftime("%Y-%m"), []).append(due)
    return page(request, "deadlines.html", months=months, today=first, until=first + AHEAD)


def _dues(site: Overview) -> Iterator[Due]:
    """Yield the days of a site, one for all assets that fare alike."""
    alike: dict[tuple[date, str, str], list[Line]] = {}
    for line in sorted(site.lines, key=lambda v: v.asset):
        if line.deadline and line.standing != "not_supported":
            alike.setdefault((line.deadline, "claim", line.standing), []).append(line)
        elif line.until:
            alike.setdefault((line.until, "step", line.standing), []).append(line)
    for (on, kind, _), lines in alike.items():
        yield Due(on, kind, site, tuple(lines))
