"""Decisions: what rules lead to, and promises under a measurement."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pvwarranty.condition import Condition, Scope
from pvwarranty.decide import (
    Asset,
    Judged,
    MeasuredCause,
    Measurement,
    Promise,
    conclude,
    decide_output,
    judge,
    promise_in_force,
)
from pvwarranty.errors import FactError
from pvwarranty.logic import NOTHING, Truth
from pvwarranty.terms import Chosen, Rule, packaged_library
from pvwarranty.terms.schema import REFUSALS

LIBRARY = packaged_library()
VOCABULARY = LIBRARY.maker("toshiba").vocabulary
SITE = {
    "completion_date": date(2013, 11, 27),
    "warranty_certified": True,
    "sold_and_used_in_japan": True,
    "residential_use": True,
    "installed_by_designated": True,
    "standard_method": True,
    "normal_use": True,
}
MODULE = Asset("toshiba", "SPR-X21-345", "output_ratio", 345.0)
BATTERY = Asset("toshiba", "battery_unit", "capacity_ratio")
ON = date(2024, 11, 26)


def spoken(decision: str, truth: Truth, stage: str = "requires") -> Judged:
    asks = frozenset({decision}) if truth is Truth.UNKNOWN else NOTHING
    return Judged(Rule(stage, Condition("a", Scope()), decision=decision), truth, asks, {})


@pytest.mark.parametrize(
    ("rules", "word"),
    [
        ([], "covered"),
        ([("not_covered", Truth.TRUE), ("excluded", Truth.TRUE)], "not_covered"),
        ([("not_covered", Truth.FALSE), ("excluded", Truth.TRUE)], "excluded"),
        ([("not_covered", Truth.UNKNOWN), ("excluded", Truth.TRUE)], "excluded"),
        ([("not_covered", Truth.UNKNOWN)], "needs_information"),
        ([("may_be_refused", Truth.UNKNOWN), ("not_covered", Truth.TRUE)], "needs_information"),
        ([("not_covered", Truth.TRUE), ("may_be_refused", Truth.UNKNOWN)], "not_covered"),
        ([("covered", Truth.UNKNOWN)], "covered"),
    ],
)
def test_the_first_rule_that_speaks_decides(rules: list[tuple[str, Truth]], word: str) -> None:
    assert conclude([spoken(d, t) for d, t in rules], "covered").word == word


def test_only_rules_that_could_lead_elsewhere_leave_it_open() -> None:
    rules = [
        spoken("may_be_refused", Truth.UNKNOWN),
        spoken("not_covered", Truth.UNKNOWN),
        spoken("excluded", Truth.TRUE),
    ]
    assert [j.rule.decision for j in conclude(rules, "covered").open] == ["may_be_refused"]


def test_all_exclusions_that_hit_are_cited() -> None:
    facts = {**SITE, "cause": "third_party_negligence_dropped_tool", "event_date": ON}
    decision = decided("tos_equipment", {**facts, "component": "power_conditioner"})
    assert decision.word == "excluded"
    assert {"TOS-3.7", "TOS-3.16"} <= set(decision.clauses)


def decided(coverage: str, facts: dict[str, Any]) -> Any:
    chosen = LIBRARY.maker("toshiba").chosen(facts)[0]
    return judge(chosen, block(chosen, coverage), facts, VOCABULARY)


def block(chosen: Chosen, coverage: str) -> Any:
    return next(b for b in chosen.terms.blocks if b.coverage == coverage)


def test_a_decision_carries_the_tree_of_all_its_rules() -> None:
    decision = decided("tos_equipment", SITE)
    statements = [p.statement for p in decision.finding.parts]
    assert len(statements) == len(decision.judged)
    assert "warranty_certified" in statements
    assert decision.finding.truth is Truth.UNKNOWN
    assert decision.finding.asks == set(decision.missing)


# -- properties of whole decisions, over facts that nothing presumes


POOL: dict[str, st.SearchStrategy[Any]] = {
    "warranty_certified": st.booleans(),
    "sold_and_used_in_japan": st.booleans(),
    "residential_use": st.booleans(),
    "installed_by_designated": st.booleans(),
    "standard_method": st.booleans(),
    "normal_use": st.booleans(),
    "completion_date": st.dates(date(2010, 1, 1), date(2024, 1, 1)),
    "module_model": st.sampled_from(["SPR-X22-360", "SPR-X21-345", "TGX-310PM-WHT-J"]),
    "component": st.sampled_from(["pv_module", "power_conditioner", "battery_unit"]),
    "trigger": st.sampled_from(["failure", "appearance", "noise", "customer_test"]),
    "affects_generation": st.booleans(),
    "module_equipment_warranty_years_group_B": st.sampled_from([15, 25]),
    "cause": st.sampled_from(["fire", "rust", "component_failure", "installation"]),
    "owner_changed": st.booleans(),
    "owner_change_procedure_done": st.booleans(),
    "site_direct_sea_spray": st.booleans(),
}  # fmt: skip
ALWAYS = ("cause", "owner_changed", "site_direct_sea_spray")  # A0 speaks for them else
worlds = st.fixed_dictionaries(POOL)
told = st.sets(st.sampled_from(sorted(POOL))).map(lambda names: names.union(ALWAYS))
ages = st.integers(0, 27 * 365)


def kind(word: str) -> str:
    return "refused" if word in REFUSALS else word


def subset(world: dict[str, Any], names: set[str], age: int) -> dict[str, Any]:
    on = world["completion_date"] + timedelta(days=age)
    return {**{n: world[n] for n in names}, "event_date": on, "claim_date": on}


@settings(deadline=None, max_examples=150)
@given(worlds, told, told, ages)
def test_telling_more_never_reverses_a_decision(
    world: dict[str, Any], names: set[str], more: set[str], age: int
) -> None:
    first = decided("tos_equipment", subset(world, names, age))
    assume(first.word != "needs_information")
    after = decided("tos_equipment", subset(world, names | more, age))
    assert kind(after.word) == kind(first.word)


@settings(deadline=None, max_examples=150)
@given(worlds, told, ages)
def test_telling_what_is_missing_settles_a_decision(
    world: dict[str, Any], names: set[str], age: int
) -> None:
    first = decided("tos_equipment", subset(world, names, age))
    assert (first.word == "needs_information") == bool(first.missing)
    after = decided("tos_equipment", subset(world, names | set(first.missing), age))
    assert after.word != "needs_information"


# -- measurements


def promise(asset: Asset = MODULE, on: date = ON, **facts: Any) -> Promise:
    return promise_in_force(asset, {**SITE, **facts}, on, LIBRARY)


def test_the_floor_in_force() -> None:
    found = promise()
    floor = found.threshold
    assert floor is not None
    assert (found.coverage, found.component) == ("tos_module_output", "pv_module")
    assert (floor.ratio, floor.step, floor.until) == (Decimal("0.765"), "b", date(2028, 11, 27))
    assert (floor.next_ratio, floor.cover_end) == (Decimal("0.72"), date(2038, 11, 27))
    assert floor.as_dict() == {
        "ratio": 0.765, "power": 263.925, "step": "b", "until": "2028-11-27",
    }  # fmt: skip
    assert found.nominal == 345


@pytest.mark.parametrize(
    ("on", "step"),
    [
        (date(2013, 11, 27), "a"),
        (date(2023, 11, 27), "a"),
        (date(2023, 11, 28), "b"),
        (date(2028, 11, 28), "c"),
        (date(2038, 11, 27), "c"),
    ],
)
def test_floors_change_the_day_after_the_anniversary(on: date, step: str) -> None:
    floor = promise(on=on).threshold
    assert floor is not None
    assert floor.step == step


@pytest.mark.parametrize(
    ("asset", "on", "reason"),
    [
        (MODULE, date(2038, 11, 28), "cover_ended"),
        (MODULE, date(2013, 11, 26), "not_begun"),
        (Asset("toshiba", "XYZ-300", "output_ratio"), ON, "not_listed"),
        (BATTERY, date(2023, 11, 28), "cover_ended"),
    ],
)
def test_without_a_floor_nothing_is_covered(asset: Asset, on: date, reason: str) -> None:
    found = promise(asset, on)
    assert (found.threshold, found.reason) == (None, reason)
    decision = decide_output(found, Measurement("below", (1, 1)), LIBRARY)
    assert decision.word == "not_covered"
    assert decision.deadline is None
    assert decision.standing == "not_supported"


def test_an_unknown_completion_is_asked_for() -> None:
    facts = {k: v for k, v in SITE.items() if k != "completion_date"}
    found = promise_in_force(MODULE, facts, ON, LIBRARY)
    assert (found.reason, found.missing) == ("needs_information", ("completion_date",))
    decision = decide_output(found, Measurement("inconclusive"), LIBRARY)
    assert set(decision.missing) == {"company_standard_measurement", "completion_date"}


@pytest.mark.parametrize(
    ("output", "modules", "word"),
    [
        ("below", (1, 1), "needs_information"),
        ("not_below", (0, 0), "not_covered"),
        ("not_below", (0, 1), "needs_information"),
        ("inconclusive", (0, 0), "needs_information"),
    ],
)
def test_monitoring_alone_never_yields_covered(
    output: Any, modules: tuple[int, int], word: str
) -> None:
    decision = decide_output(promise(), Measurement(output, modules), LIBRARY)
    assert decision.word == word
    needs = word == "needs_information"
    assert decision.missing == (("company_standard_measurement",) if needs else ())
    assert decision.deadline == (date(2028, 11, 27) if needs else None)
    assert {"A1", "A3", "A12"} <= set(decision.assumptions)
    standing = {"below": "supported", "inconclusive": "undecided"}.get(output, "not_supported")
    assert decision.standing == ("undecided" if needs and output == "not_below" else standing)
    assert all(decision.next_step)


@pytest.mark.parametrize(
    ("cause", "detail", "clauses"),
    [
        ("degradation", "", ()),
        ("pid", "", ()),
        ("salt_corrosion", "", ("TOS-3.9",)),
        ("snow", "", ("TOS-3.8",)),
        ("shading_change", "", ("TOS-3.11",)),
        ("shading_change", "tree", ("TOS-3.10", "TOS-3.11")),
    ],
)
def test_measured_causes_reach_their_exclusions(
    cause: str, detail: str, clauses: tuple[str, ...]
) -> None:
    measured = MeasuredCause(cause, 0.3, detail, explains=Truth.TRUE)
    decision = decide_output(promise(), Measurement("below", (1, 1), (measured,)), LIBRARY)
    assert decision.causes[0].clauses == clauses
    assert decision.causes[0].warranted is (not clauses)
    assert decision.word == ("excluded" if clauses else "needs_information")
    assert set(clauses) <= set(decision.clauses)


@pytest.mark.parametrize("cause", ["soiling", "curtailment", "clipping", "outage", "clock_error"])
def test_operation_is_neither_warranted_nor_excluded(cause: str) -> None:
    measured = MeasuredCause(cause, 0.3, explains=Truth.TRUE)
    decision = decide_output(promise(), Measurement("below", (1, 1), (measured,)), LIBRARY)
    assert (decision.causes[0].warranted, decision.causes[0].clauses) == (False, ())
    assert decision.word == "needs_information"


@pytest.mark.parametrize(
    ("output", "explains", "word"),
    [
        ("below", Truth.FALSE, "needs_information"),
        ("below", Truth.UNKNOWN, "needs_information"),
        ("inconclusive", Truth.TRUE, "needs_information"),
        ("not_below", Truth.TRUE, "not_covered"),
    ],
)
def test_an_excluded_cause_must_explain_the_shortfall(
    output: Any, explains: Truth, word: str
) -> None:
    salt = MeasuredCause("salt_corrosion", 0.05, explains=explains)
    decision = decide_output(promise(), Measurement(output, (0, 0), (salt,)), LIBRARY)
    assert decision.word == word


def test_a_splash_site_is_excluded_whatever_the_cause() -> None:
    found = promise(site_direct_sea_spray=True)
    measured = Measurement("below", (1, 1), (MeasuredCause("degradation", 0.3),))
    decision = decide_output(found, measured, LIBRARY)
    assert (decision.word, decision.clauses[0]) == ("excluded", "TOS-3.18")
    assert decide_output(found, Measurement("not_below"), LIBRARY).word == "not_covered"


@pytest.mark.parametrize(
    ("output", "word"),
    [("below", "covered"), ("not_below", "not_covered"), ("inconclusive", "needs_information")],
)
def test_a_measured_battery_decides_its_capacity(output: Any, word: str) -> None:
    found = promise(BATTERY, date(2023, 11, 27))
    assert found.threshold is not None
    assert found.threshold.ratio == Decimal("0.60")
    assert decide_output(found, Measurement(output), LIBRARY).word == word


def test_wrong_facts_of_a_site_are_refused_with_their_place() -> None:
    with pytest.raises(FactError, match=r"facts\.warranty_certified"):
        promise(warranty_certified="yes")
    with pytest.raises(FactError, match="no terms of maker"):
        promise(Asset("nobody", "X", "output_ratio"))
    with pytest.raises(FactError, match="promise nothing"):
        promise(Asset("toshiba", "X", "colour"))
