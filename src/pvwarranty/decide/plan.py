"""Plans: what a block reads and rests on, worked out once, so that a decision only runs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pvwarranty.condition import FUNCTIONS, Expression
from pvwarranty.logic import NOTHING, Finding, Truth
from pvwarranty.terms import Block, Rule, Terms, Vocabulary

HOLIDAYS = "national_holidays"


@dataclass(frozen=True, slots=True, eq=False)
class Rests:
    """What something rests on: the facts it reads and the assumptions behind it."""

    facts: frozenset[str] = NOTHING
    assumptions: frozenset[str] = NOTHING


def texts(specs: Iterable[Any], values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return those of literal and computed texts that are known."""
    found = (s.value(values) if isinstance(s, Expression) else s for s in specs)
    return tuple(v for v in found if isinstance(v, str))


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule and whether it speaks; its finding is told when asked for.

    asks : the facts that could settle it
    given : a finding that stands in place of judging the rule's own condition
    alleged : false for an exclusion of which no fact is stated
    """

    rule: Rule
    speaks: Truth
    asks: frozenset[str]
    values: Mapping[str, Any]
    given: Finding | None = None
    alleged: bool = True

    @property
    def finding(self) -> Finding:
        """What was found of the rule's condition, with all its parts."""
        return self.given or self.rule.when.judge(self.values)

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses it stands in."""
        return self.rule.clauses if self.rule.literal else texts(self.rule.clauses, self.values)


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """A rule, what its condition rests on, and how it is judged while nobody alleges it."""

    rule: Rule
    rests: Rests
    quiet: Judged
    excludes: bool


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A block made ready.

    lets : after the lets they use; absent : what untold facts are taken for at first (A0)
    rests : what each rule rests on; reads : all facts that may bear on the decision
    """

    block: Block
    terms: Terms
    lets: tuple[tuple[str, Expression], ...]
    rules: tuple[Planned, ...]
    adds: tuple[Planned, ...]
    answer: tuple[tuple[str, Any, Rests], ...]
    grant: tuple[tuple[str, Any, Rests], ...]
    absent: Mapping[str, Any]
    rests: Mapping[Rule, Rests]
    reads: frozenset[str]


@cache
def plan_of(block: Block, terms: Terms, vocabulary: Vocabulary) -> Plan:
    """Return the plan of a block; the same for the same block, worked out once."""
    ledger = Ledger(terms, dict(block.lets))
    rules = tuple(ledger.planned(r) for r in block.rules)
    adds = tuple(ledger.planned(r) for r in block.adds)
    answer = tuple((k, s, ledger.of_spec(s)) for k, s in block.answer.items())
    grant = tuple((k, s, ledger.of_spec(s)) for k, s in block.grant.items())
    for expression in _loose(block):
        ledger.of(expression)
    concerns = ledger.of(block.concerns).facts if block.concerns else NOTHING
    facts = [*(p.rests.facts for p in (*rules, *adds)), *(r.facts for *_, r in (*answer, *grant))]
    return Plan(
        block=block,
        terms=terms,
        lets=tuple((n, ledger.lets[n]) for n in ledger.order),
        rules=rules,
        adds=adds,
        answer=answer,
        grant=grant,
        absent=_absent(block, vocabulary),
        rests={p.rule: p.rests for p in (*rules, *adds)},
        reads=concerns.union(*facts),
    )


def _absent(block: Block, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return what facts are taken for while nobody tells them: no, none, or an empty list."""
    values: dict[str, Any] = dict.fromkeys(vocabulary.topics)
    for name in block.unalleged:
        kind = vocabulary.facts[name].kind if name in vocabulary.facts else "word"
        empty = () if kind.startswith("list:") else None
        values[name] = False if kind == "yes_no" else empty
    return values


def _loose(block: Block) -> Iterable[Expression]:
    """Yield expressions of a block beside its rules and answers, whose lets are needed too."""
    measured = block.measured
    specs = [*block.clauses, *(c for m in block.timeline for c in (m.date, m.each, *m.clauses))]
    if measured:
        specs += [measured.steps, measured.start, measured.nominal]
    for rule in (*block.rules, *block.adds):
        specs += [*rule.clauses, *rule.answer.values(), rule.assumption]
    return (s for s in _flat(specs) if isinstance(s, Expression))


def _flat(specs: Iterable[Any]) -> Iterable[Any]:
    for spec in specs:
        if isinstance(spec, tuple):
            yield from _flat(spec)
        else:
            yield spec


class Ledger:
    """Works out what expressions rest on, through the lets they use."""

    def __init__(self, terms: Terms, lets: Mapping[str, Expression]) -> None:
        self.terms, self.lets = terms, lets
        self.used: dict[str, Rests] = {}
        self.order: list[str] = []  # lets after the lets they use

    def of(self, expression: Expression) -> Rests:
        """Return what an expression rests on."""
        facts: set[str] = set()
        assumptions: set[str] = set()
        for name in expression.reads.names:
            if name in self.lets:
                rests = self._of_let(name)
                facts |= rests.facts
                assumptions |= rests.assumptions
            elif name in self.terms.scope.offices:
                facts.add(HOLIDAYS)
            elif name not in self.terms.tables:
                facts.add(name)
        functions = expression.reads.functions
        assumptions.update(*(FUNCTIONS[f].assumptions for f in functions if f in FUNCTIONS))
        assumed = self.terms.assumed
        tables = expression.reads.tables.union(expression.reads.names)
        assumptions.update(assumed[t] for t in tables if t in assumed)
        return Rests(frozenset(facts), frozenset(assumptions))

    def _of_let(self, name: str) -> Rests:
        if name not in self.used:
            self.used[name] = Rests()  # a let that reads itself reads nothing of itself
            self.used[name] = self.of(self.lets[name])
            self.order.append(name)
        return self.used[name]

    def of_spec(self, spec: Any) -> Rests:
        """Return what a literal, an expression or a tuple of them rests on."""
        if isinstance(spec, Expression):
            return self.of(spec)
        if isinstance(spec, tuple):
            parts = [self.of_spec(s) for s in spec]
            facts = NOTHING.union(*(p.facts for p in parts))
            return Rests(facts, NOTHING.union(*(p.assumptions for p in parts)))
        return Rests()

    def planned(self, rule: Rule) -> Planned:
        """Return a rule with what it rests on."""
        absent = Finding(rule.when.text, Truth.FALSE)
        quiet = Judged(rule, Truth.FALSE, NOTHING, {}, absent, alleged=False)
        return Planned(rule, self.of(rule.when), quiet, rule.stage == "excludes")
