"""The algebra of three values, and the three properties that specify decisions."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pvwarranty.condition import Condition, Record, Scope
from pvwarranty.logic import Finding, Truth, Unknown, all_of, any_of, none_of, truth_of

TRUTHS = tuple(Truth)


@pytest.mark.parametrize("truth", TRUTHS)
def test_truth_is_never_a_bool(truth: Truth) -> None:
    with pytest.raises(TypeError, match="three values"):
        bool(truth)


def test_unknown_is_never_a_bool() -> None:
    with pytest.raises(TypeError):
        bool(Unknown(frozenset({"a"})))


@pytest.mark.parametrize(("a", "b"), tuple(itertools.product(TRUTHS, TRUTHS)))
def test_connectives_are_min_max_minus(a: Truth, b: Truth) -> None:
    assert a & b is Truth(min(int(a), int(b)))
    assert a | b is Truth(max(int(a), int(b)))
    assert ~a is Truth(-int(a))
    assert ~(a & b) is ~a | ~b


def test_truth_of_refuses_what_is_neither() -> None:
    assert truth_of(None) is Truth.FALSE
    assert truth_of(Unknown(frozenset())) is Truth.UNKNOWN
    with pytest.raises(TypeError):
        truth_of("yes")


def test_a_settled_finding_asks_nothing() -> None:
    unknown = Finding("a", Truth.UNKNOWN, asks=frozenset({"a"}))
    no, yes = Finding("b", Truth.FALSE), Finding("c", Truth.TRUE)
    assert all_of("", (unknown, no)).asks == frozenset()
    assert any_of("", (unknown, yes)).asks == frozenset()
    assert all_of("", (unknown, yes)).asks == {"a"}
    assert none_of("", unknown).asks == {"a"}
    assert all_of("", (unknown, no)).parts == (unknown, no)  # nothing is short-circuited


# Random conditions over facts of every kind; Python itself is the two-valued reference.
LEAVES = (
    "p", "q", "r", "x < y", "x <= 3", "y != x", "x + y > 4", "2 * x == y", "w == 'a'",
    "w in ['a', 'b']", "w not in ['b', v]", "d <= e", "d < e <= f", "(x if p else y) > 2",
    "any(c.n < x for c in items)", "all(c.n < 4 for c in items if c.k == w)",
    "sum(c.n for c in items) > y", "count(c.k == 'a' for c in items) >= 1",
)  # fmt: skip
KINDS = {
    "p": "yes", "q": "yes", "r": "yes", "x": "number", "y": "number", "w": "word", "v": "word",
    "d": "date", "e": "date", "f": "date", "items": "items",
}  # fmt: skip
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "yes": st.booleans(),
    "number": st.integers(-2, 6) | st.sampled_from([Decimal("2.5"), Decimal("0.1")]),
    "word": st.sampled_from(["a", "b", "c"]),
    "date": st.integers(0, 5).map(lambda n: date(2024, 2, 27) + timedelta(days=n)),
}


class Item:
    """An item as Python sees it."""

    def __init__(self, n: int, k: str) -> None:
        self.n, self.k = n, k


pairs = st.lists(st.tuples(VALUES["number"], VALUES["word"]), max_size=3)
texts = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda t: f"({t[0]} and {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]} or {t[1]})"),
        inner.map(lambda t: f"(not {t})"),
    ),
    max_leaves=6,
)
worlds = st.fixed_dictionaries(
    {name: pairs if kind == "items" else VALUES[kind] for name, kind in KINDS.items()}
)
told_names = st.sets(st.sampled_from(sorted(KINDS)))


def as_facts(world: dict[str, Any]) -> dict[str, Any]:
    items = tuple(Record({"n": n, "k": k}, "items[]") for n, k in world["items"])
    return {**world, "items": items}


def reference(text: str, world: dict[str, Any]) -> bool:
    names = {**world, "items": [Item(n, k) for n, k in world["items"]]}
    names["count"] = lambda found: sum(1 for yes in found if yes)
    return bool(eval(text, {"any": any, "all": all, "sum": sum, **names}))


@settings(deadline=None, max_examples=150)
@given(texts, worlds)
def test_with_all_facts_it_agrees_with_two_valued_logic(text: str, world: dict[str, Any]) -> None:
    condition = Condition(text, Scope())
    expected = Truth.TRUE if reference(text, world) else Truth.FALSE
    assert condition.truth(as_facts(world)) is expected
    assert condition.judge(as_facts(world)).truth is expected


@settings(deadline=None, max_examples=150)
@given(texts, worlds, told_names, told_names)
def test_knowing_more_never_reverses(
    text: str, world: dict[str, Any], told: set[str], more: set[str]
) -> None:
    condition, facts = Condition(text, Scope()), as_facts(world)
    first = condition.truth({n: facts[n] for n in told})
    assume(first is not Truth.UNKNOWN)
    assert condition.truth({n: facts[n] for n in told | more}) is first


@settings(deadline=None, max_examples=150)
@given(texts, worlds, worlds, told_names)
def test_answering_what_is_missing_settles_and_nothing_else_matters(
    text: str, world: dict[str, Any], other: dict[str, Any], told: set[str]
) -> None:
    condition, facts = Condition(text, Scope()), as_facts(world)
    found = condition.judge({n: facts[n] for n in told})
    assert (found.truth is Truth.UNKNOWN) == bool(found.asks)
    answered = {n: facts[n] for n in told | found.asks}
    settled = condition.truth(answered)
    assert settled is not Truth.UNKNOWN
    assert condition.truth({**as_facts(other), **answered}) is settled


@settings(deadline=None, max_examples=100)
@given(texts, worlds, told_names)
def test_the_quick_way_agrees_with_the_finding(
    text: str, world: dict[str, Any], told: set[str]
) -> None:
    condition, facts = Condition(text, Scope()), as_facts(world)
    values = {n: facts[n] for n in told}
    found = condition.judge(values)
    assert condition.weigh(values) == (found.truth, found.asks)
