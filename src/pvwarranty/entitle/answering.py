"""Answering: the coverage asked for, or every one that the facts could concern."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pvwarranty.condition import Context
from pvwarranty.decide import Decision, judge, plan_of
from pvwarranty.entitle.query import Query, read_query
from pvwarranty.errors import FactError, Problem
from pvwarranty.logic import Truth
from pvwarranty.terms import Block, Chosen, Library, packaged_library


def answer(
    raw: Mapping[str, Any], library: Library | None = None, context: Context | None = None
) -> tuple[Decision, ...]:
    """Return what the terms give for a query as told in JSON.

    One decision where the query names a coverage; else one for each coverage that its facts could
    concern, the most specific first. Raises FactError where the query is wrong.
    """
    library = library or packaged_library()
    return answer_query(read_query(raw, library), context)


def answer_query(query: Query, context: Context | None = None) -> tuple[Decision, ...]:
    """Return the decisions on a query that has been read."""
    return tuple(
        judge(chosen, block, query.facts, query.maker.vocabulary, context=context)
        for chosen, block in concerned(query)
    )


def concerned(query: Query) -> list[tuple[Chosen, Block]]:
    """Return the blocks that a query is about, each with its edition, the most specific first."""
    found = [
        (chosen, block)
        for chosen in query.maker.chosen(query.facts)
        for block in _routed(chosen.terms.blocks, query)
    ]
    if query.coverage is not None:
        return found[:1]
    ranked = [(_weight(c, b, query), c, b) for c, b in found if _could_concern(b, query)]
    kept = [r for r in ranked if r[0] > 0]
    if not kept:
        what = f"no coverage of '{query.name}' is concerned by these facts"
        raise FactError(Problem("coverage", what, "name a coverage, or tell more facts"))
    return [(chosen, block) for _, chosen, block in sorted(kept, key=lambda r: -r[0])]


def _routed(blocks: Iterable[Block], query: Query) -> list[Block]:
    """Return the block of each coverage asked for: the first that is about a fact stated."""
    found: dict[str, Block] = {}
    for block in blocks:
        if query.coverage is not None and block.coverage != query.coverage:
            continue
        if not block.about or any(f in query.facts for f in block.about):
            found.setdefault(block.coverage, block)
    return list(found.values())


def _could_concern(block: Block, query: Query) -> bool:
    """Tell whether a coverage nobody named may be meant; signs not stated speak against it."""
    if block.signs and not any(f in query.facts for f in block.signs):
        return False
    if block.concerns is None:
        return True
    return block.concerns.truth({**dict.fromkeys(block.signs), **query.facts}) is not Truth.FALSE


def _weight(chosen: Chosen, block: Block, query: Query) -> int:
    """Return how many of the stated facts a block looks at."""
    return len(plan_of(block, chosen.terms, query.maker.vocabulary).reads & query.facts.keys())
