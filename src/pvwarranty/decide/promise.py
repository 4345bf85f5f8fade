"""Promises on a measured quantity: which one a product has, and the floor in force on a day.

Which coverage, component and steps these are is said by the terms (`measured` of a promise).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pvwarranty.calendar import period_end
from pvwarranty.condition import Context
from pvwarranty.decide.plan import plan_of
from pvwarranty.decide.telling import tell
from pvwarranty.errors import FactError, Problem
from pvwarranty.logic import Unknown, asks_of
from pvwarranty.terms import Block, Chosen, Library, Maker, Measured, Terms, read_facts

Reason = Literal["", "cover_ended", "not_begun", "not_listed", "needs_information"]


@dataclass(frozen=True, slots=True)
class Asset:
    """What is measured: the maker's product, the quantity, its nominal power [W] where known."""

    maker: str
    product: str
    quantity: str
    nominal: float | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """A floor in force: ratio of nominal, its power [W], its step, its last day, what follows.

    until : last day of the step; next_ratio : of the step after it; cover_end : of the last step
    """

    ratio: Decimal
    step: str
    until: date
    next_ratio: Decimal | None
    cover_end: date
    power: Decimal | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the floor as the result JSON tells it."""
        power = {} if self.power is None else {"power": float(self.power)}
        ratio = float(self.ratio)
        return {"ratio": ratio, **power, "step": self.step, "until": self.until.isoformat()}


@dataclass(frozen=True, slots=True)
class Promise:
    """A maker's promise on a measured quantity, as it stands on a day.

    facts : told facts together with what the asset brings
    threshold : the floor in force, or None; then `reason` says why and `missing` what it takes
    coming : the floor in force and those that follow, in order of time
    nominal : nominal power [W] of the product as the terms know it (None: they do not)
    """

    chosen: Chosen
    block: Block
    measured: Measured
    facts: Mapping[str, Any]
    threshold: Threshold | None
    reason: Reason = ""
    missing: tuple[str, ...] = ()
    nominal: Decimal | None = None
    coming: tuple[Threshold, ...] = ()

    @property
    def terms(self) -> Terms:
        """The edition that holds it."""
        return self.chosen.terms

    @property
    def coverage(self) -> str:
        """The coverage id."""
        return self.block.coverage

    @property
    def component(self) -> str:
        """The component that the promise is about."""
        return str(self.facts.get("component", ""))


def promise_in_force(asset: Asset, facts: Mapping[str, Any], on: date, library: Library) -> Promise:
    """Return the maker's promise on a quantity, with the floor in force on a day.

    Raises FactError for an unknown maker, one without such a promise, and for wrong facts.
    """
    maker = library.maker(asset.maker)
    told = {"claim_date": on, **read_facts(facts, maker.vocabulary), "event_date": on}
    chosen, block, measured = _promised(asset, told, maker)
    told |= {**measured.facts, measured.product: asset.product}
    values = tell(plan_of(block, chosen.terms, maker.vocabulary), told, Context()).values
    steps, start = measured.steps.value(values), measured.start.value(values)
    nominal = measured.nominal.value(values) if measured.nominal else None
    watts = Decimal(nominal) if isinstance(nominal, int | Decimal) else None
    promise = Promise(chosen, block, measured, told, None, nominal=watts)
    if steps == ():
        return replace(promise, reason="not_listed")
    if start is None or type(start) is Unknown:
        missing = maker.vocabulary.missing(asks_of((start,)) or measured.start.reads.names)
        return replace(promise, reason="needs_information", missing=missing)
    return _with_floor(promise, _floors(steps, start, asset.nominal or watts), start, on)


def _promised(
    asset: Asset, facts: Mapping[str, Any], maker: Maker
) -> tuple[Chosen, Block, Measured]:
    for chosen in maker.chosen(facts):
        for block in chosen.terms.blocks:
            if block.measured and block.measured.quantity == asset.quantity:
                return chosen, block, block.measured
    what = f"the terms of '{asset.maker}' promise nothing on '{asset.quantity}'"
    raise FactError(Problem("maker", what))


def _floors(steps: Any, start: date, watts: Any) -> list[Threshold]:
    """Return the floors of all steps in order of time."""
    rows = sorted(steps, key=lambda s: s["to"])
    ends = [period_end(start, years=row["to"]) for row in rows]
    ratios = [Decimal(row["ratio"]) for row in rows]
    nominal = None if watts is None else Decimal(repr(watts)) if isinstance(watts, float) else watts
    return [
        Threshold(
            ratio=ratio,
            step=row["step"],
            until=end,
            next_ratio=follows,
            cover_end=ends[-1],
            power=None if nominal is None else ratio * nominal,
        )
        for row, end, ratio, follows in zip(rows, ends, ratios, [*ratios[1:], None], strict=True)
    ]


def _with_floor(promise: Promise, floors: list[Threshold], start: date, on: date) -> Promise:
    if on < start:
        return replace(promise, reason="not_begun")
    coming = tuple(f for f in floors if on <= f.until)
    if not coming:
        return replace(promise, reason="cover_ended")
    return replace(promise, threshold=coming[0], coming=coming)
