"""Timelines: every cover, step, deadline and end of service that facts lead to, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pvwarranty.condition import Context
from pvwarranty.decide import plan_of, texts
from pvwarranty.decide.telling import tell
from pvwarranty.entitle.answering import concerned
from pvwarranty.entitle.query import Query
from pvwarranty.terms import Block, Chosen
from pvwarranty.terms.schema import Moment
from pvwarranty.terms.vocabulary import Labels

DUE = frozenset({"deadline"})  # kinds of entries by which something is to be done


@dataclass(frozen=True, slots=True)
class Entry:
    """A day of the timeline: what kind of day it is, what it is called, by which clauses."""

    date: date
    kind: str
    say: Labels
    coverage: str
    clauses: tuple[str, ...]

    def as_dict(self, lang: str) -> dict[str, Any]:
        """Return the entry as JSON, in English or Japanese."""
        say = self.say[1 if lang == "ja" else 0]
        return {
            "date": self.date.isoformat(),
            "kind": self.kind,
            "what": say,
            "coverage": self.coverage,
            "clauses": list(self.clauses),
        }


def timeline(query: Query, context: Context | None = None) -> tuple[Entry, ...]:
    """Return the timeline of a query's facts, in order of date.

    Of the coverage named, or of all that the facts could concern; what rests on facts not told is
    left out.
    """
    found = [
        entry
        for chosen, block in concerned(query)
        for entry in _entries(chosen, block, query, context or Context())
    ]
    return tuple(sorted(found, key=lambda e: (e.date, e.coverage, e.kind)))


def next_due(entries: tuple[Entry, ...], on: date) -> Entry | None:
    """Return the next entry on or after a day by which something is to be done."""
    return next((e for e in entries if e.date >= on and e.kind in DUE), None)


def _entries(chosen: Chosen, block: Block, query: Query, context: Context) -> Iterator[Entry]:
    plan = plan_of(block, chosen.terms, query.maker.vocabulary)
    values = tell(plan, query.facts, context).values
    for moment in block.timeline:
        for item in _items(moment, values):
            inner = {**values, "each": item}
            clauses = texts(moment.clauses, inner)
            for day in _days(moment.date.value(inner)):
                yield Entry(day, moment.kind, _say(moment.say, item), block.coverage, clauses)


def _items(moment: Moment, values: dict[str, Any]) -> tuple[Any, ...]:
    if moment.each is None:
        return (None,)
    items = moment.each.value(values)
    return items if isinstance(items, tuple) else ()


def _days(value: Any) -> Iterator[date]:
    for day in value if isinstance(value, tuple) else (value,):
        if isinstance(day, datetime):
            yield day.date()
        elif isinstance(day, date):
            yield day


def _say(say: Labels, item: Any) -> Labels:
    named = dict(item) if isinstance(item, dict) else {}
    return say[0].format_map(named), say[1].format_map(named)
