"""The steps of a promise over its whole time, as the terms give them for an asset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pvwarranty.decide import Asset, Promise, promise_in_force
from pvwarranty.model import Site
from pvwarranty.terms import Library
from pvwarranty.verify.result import Verdict

MOST = 20  # steps


@dataclass(frozen=True, slots=True)
class Stair:
    """A warranted ratio, from its first to its last day."""

    step: str
    ratio: Decimal
    since: date
    until: date


def stairs_of(verdict: Verdict, site: Site, library: Library) -> tuple[Stair, ...]:
    """Return the steps of the promise on an asset in order; none where its start is not known."""
    start = site.facts.get("completion_date")
    if not isinstance(start, date):
        return ()
    return tuple(_steps(asset_of(verdict, site), site, start, library))


def promise_of(verdict: Verdict, site: Site, on: date, library: Library) -> Promise:
    """Return the promise on an asset as it stands on a day."""
    return promise_in_force(asset_of(verdict, site), site.facts, on, library)


def asset_of(verdict: Verdict, site: Site) -> Asset:
    """Return what the terms are asked about: maker, product, quantity, nominal power."""
    for battery in site.batteries:
        if battery.id == verdict.asset:
            return Asset(battery.maker, battery.product, verdict.quantity, verdict.nominal)
    channel = next(c for c in site.channels if c.id == verdict.asset)
    array = site.array(channel.arrays[0])
    return Asset(array.maker, array.product, verdict.quantity, verdict.nominal)


def _steps(asset: Asset, site: Site, start: date, library: Library) -> Iterator[Stair]:
    since = start
    for _ in range(MOST):
        floor = promise_in_force(asset, site.facts, since, library).threshold
        if floor is None:
            return
        yield Stair(floor.step, floor.ratio, since, floor.until)
        since = floor.until + timedelta(days=1)
