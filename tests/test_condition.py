"""The language of terms: what it means, and what it refuses."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pvwarranty.calendar import Counting, Office
from pvwarranty.condition import (
    AGGREGATES,
    CONTEXT,
    FUNCTIONS,
    LOOKUPS,
    Condition,
    Context,
    Expression,
    Record,
    Scope,
)
from pvwarranty.errors import TermsError
from pvwarranty.logic import Truth, Unknown

TABLE = (
    Record({"models": ("A1", "A2"), "level": "x", "sku": "S1", "price": 100}),
    Record({"models": ("A1",), "level": "y", "sku": "S2"}),
    Record({"models": "B1", "level": "x", "sku": "S3"}),
)
STEPS = (Record({"step": "a", "to": 10}), Record({"step": "b", "to": 15}))
SCOPE = Scope({"prices": TABLE, "steps": STEPS}, {"desk": Office()}, "test")
START = date(2020, 6, 15)


def value(text: str, **facts: Any) -> Any:
    return Expression(text, SCOPE, "test").value(facts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.90 * 0.90", Decimal("0.81")),
        ("0.1 + 0.2 == 0.3", True),
        ("5.88 / 9.8", Decimal("0.6")),
        ("1 / 0", None),
        ("-2 + 3", 1),
        ("row(prices, models='A2').sku", "S1"),
        ("row(prices, models='A1', level='y').sku", "S2"),
        ("row(prices, models='B1').price", None),
        ("row(prices, models='C9')", None),
        ("size(rows(prices, level='x'))", 2),
        ("[r.sku for r in prices if r.level == 'x']", ("S1", "S3")),
        ("max(s.to for s in steps)", 15),
        ("min(s.to for s in steps if s.to > 20)", None),
        ("first(r.sku for r in prices)", "S1"),
        ("last(r.sku for r in prices if r.level == 'x')", "S3"),
        ("sum(r.price for r in prices)", 100),
        ("count(r for r in prices if r.level == 'x')", 2),
        ("all(r.price > 0 for r in prices if exists(r.price))", True),
        ("matches('BV100REM', 'BV*')", True),
        ("without_end('SMT1500J7W', '7W')", "SMT1500J"),
        ("without_end('SMT1500J', '7W')", "SMT1500J"),
        ("text('BV100', 'GL', 6)", "BV100GL6"),
        ("largest(1, 3, 2)", 3),
        ("smallest(day('2024-02-29'), day('2024-01-31'))", date(2024, 1, 31)),
        ("floor(7.9)", 7),
        ("month('2025-03')", date(2025, 3, 31)),
        ("either(None, 'x')", "x"),
        ("size('123456789012')", 12),
        ("1 if None else 2", 2),
        ("None == None", True),
        ("None < day('2024-01-01')", False),
        ("not (None < 1)", True),
        ("day('2024-01-01') + None", None),
        ("'a' in ['a', 'b']", True),
        ("None in ['a']", False),
        ("days_between(day('2024-02-28'), day('2024-03-01'))", 2),
    ],
)
def test_values(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_steps_include_the_anniversary_day() -> None:
    def step(on: date) -> Any:
        return value("step_on(steps, start, on).step", start=START, on=on)

    assert step(date(2030, 6, 15)) == "a"
    assert step(date(2030, 6, 16)) == "b"
    assert step(date(2035, 6, 15)) == "b"
    assert step(date(2035, 6, 16)) is None
    assert step(date(2020, 6, 14)) is None


def test_hours_run_from_the_moment() -> None:
    called = datetime(2024, 6, 16, 22, 30)
    assert value("plus_hours(at, 4)", at=called) == datetime(2024, 6, 17, 2, 30)
    assert value("plus_hours(at, 0.5)", at=called) == datetime(2024, 6, 16, 23)
    assert value("plus_hours(at, 4)", at=None) is None


def test_the_context_says_how_periods_are_counted() -> None:
    counted = Context(Counting.FIRST_DAY_COUNTED)
    text = "period_end(start, years=10)"
    assert value(text, start=START) == date(2030, 6, 15)
    assert Expression(text, SCOPE).value({"start": START, CONTEXT: counted}) == date(2030, 6, 14)


@pytest.mark.parametrize(
    ("text", "facts", "asks"),
    [
        ("a < 1", {}, {"a"}),
        ("a < None", {}, set()),
        ("a if b else 2", {"b": True}, {"a"}),
        ("1 if b else 1", {}, set()),
        ("a if b else c", {}, {"a", "b", "c"}),
        ("b in [a, 'x']", {"b": "x"}, set()),
        ("b in [a, 'x']", {"b": "y"}, {"a"}),
        ("row(prices, models=m).sku", {}, {"m"}),
        ("period_end(a, years=n)", {"n": 1}, {"a"}),
        ("ask('company_standard_measurement')", {}, {"company_standard_measurement"}),
        ("sum(c.n for c in items)", {}, {"items"}),
        ("items.part", {"items": Record({}, "items")}, {"items.part"}),
        ("any(c.n > 1 for c in items)", {"items": (Record({}, "items[]"),)}, {"items[].n"}),
        ("first(c.n for c in items if c.n > a)", {"items": ()}, set()),
        ("exists(a)", {}, {"a"}),
        ("either(a, 1)", {"a": None}, set()),
    ],
)
def test_unknown_values_ask_for_their_facts(
    text: str, facts: dict[str, Any], asks: set[str]
) -> None:
    found = value(text, **facts)
    assert (found.asks if isinstance(found, Unknown) else set()) == asks


def test_an_unknown_item_after_a_certain_one_does_not_matter() -> None:
    items = (Record({"n": 5}, "items[]"), Record({}, "items[]"))
    assert value("any(c.n > 1 for c in items)", items=items) is True
    assert value("all(c.n < 1 for c in items)", items=items) is False
    assert value("first(c.n for c in items if c.n > 1)", items=items) == 5


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "(lambda: 1)()", "a.__class__", "f'{a}'", "[*a]", "a[0]",
        "{'a': 1}", "a := 1", "a ** 2", "a // 2", "a % 2", "a | b", "~a", "a is b", "open.x()",
        "max(*a)", "text(**a)", "[x for x in a for y in b]", "any(x for x in a if x if y)", "{1}",
        "1j", "b'x'", "...", "await a", "yield a", "a; b", "import os", "a b", "(", "", "_a",
        "sum((a, b) for a, b in c)", "x" * 3000,
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(TermsError):
        Expression(text, SCOPE, "here").value({"a": 1, "b": 2})


@pytest.mark.parametrize(
    "text", ["nosuch(a)", "nosuch(x for x in a)", "row(nowhere, a=1)", "row(prices, 1)"]
)
def test_unknown_functions_and_tables_are_refused(text: str) -> None:
    with pytest.raises(TermsError):
        value(text, a=())


def test_a_word_is_no_condition() -> None:
    with pytest.raises(TermsError, match="neither yes nor no"):
        Condition("w", SCOPE, "here").truth({"w": "fire"})


def test_what_cannot_be_compared_is_told_with_its_place() -> None:
    with pytest.raises(TermsError, match=r"here: .*cannot compare"):
        Condition("a < b", SCOPE, "here").truth({"a": START, "b": 3})


def test_findings_show_the_values_and_all_parts() -> None:
    found = Condition("a < b and (c or not d)", SCOPE).judge({"a": 1, "b": 0, "c": True})
    assert found.truth is Truth.FALSE
    assert found.parts[0].because == {"a": 1, "b": 0}
    assert found.parts[1].truth is Truth.TRUE
    assert found.parts[1].parts[1].asks == {"d"}


def test_holidays_told_reach_business_functions() -> None:
    text = "business_day_after(date_of(call), 1, desk)"
    call = datetime(2024, 6, 10, 12)
    assert value(text, call=call) == date(2024, 6, 11)
    told = Context(holidays=frozenset({date(2024, 6, 11)}))
    assert Expression(text, SCOPE).value({"call": call, CONTEXT: told}) == date(2024, 6, 12)


def test_every_function_is_in_the_documentation() -> None:
    from conftest import ROOT

    text = (ROOT / "docs" / "terms.md").read_text("utf-8")
    calls = [f.call for f in FUNCTIONS.values()] + [*LOOKUPS, *AGGREGATES]
    told = re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)
    assert [c for c in calls if c not in told] == []
