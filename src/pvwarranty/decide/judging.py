"""Judging: every rule of a block under the facts, and the decision that follows from them.

The rules form a list in the order of evaluation (A13). The first that speaks decides; one before
it that is unknown leaves the decision open where it would have led elsewhere. Nothing is
short-circuited: the rest are judged too and stand in the trace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pvwarranty.condition import Context, Expression
from pvwarranty.decide.plan import Judged, Plan, Planned, Rests, plan_of
from pvwarranty.decide.telling import Told, tell
from pvwarranty.logic import NOTHING, Finding, Truth, Unknown
from pvwarranty.terms import Block, Chosen, Rule, Terms, Vocabulary
from pvwarranty.terms.schema import FAILING, REFUSALS

NEEDS = "needs_information"
Overrides = Mapping[Rule, Finding]


@dataclass(frozen=True, slots=True)
class Decision:
    """A block's decision: the word, the clauses that decided it, what is missing, and why.

    answer : further keys of the answer, values as the terms give them
    judged : every rule of the block in order of evaluation, and after them the additions
    told : what it was judged on
    """

    terms: Terms
    block: Block
    word: str
    clauses: tuple[str, ...]
    missing: tuple[str, ...]
    answer: dict[str, Any]
    assumptions: tuple[str, ...]
    judged: tuple[Judged, ...]
    told: Told

    @property
    def values(self) -> Mapping[str, Any]:
        """All values it was judged on, by name."""
        return self.told.values

    @property
    def finding(self) -> Finding:
        """The tree of everything that was found."""
        truth = Truth.UNKNOWN if self.word == NEEDS else Truth.TRUE
        parts = tuple(replace(j.finding, clauses=j.clauses) for j in self.judged)
        statement = f"{self.block.coverage}: {self.word}"
        return Finding(statement, truth, self.clauses, {}, frozenset(self.missing), parts)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which word the rules lead to, by which of them, and which of them leave it open."""

    word: str
    deciding: tuple[Judged, ...]
    open: tuple[Judged, ...]


def judge(
    chosen: Chosen,
    block: Block,
    facts: Mapping[str, Any],
    vocabulary: Vocabulary,
    *,
    context: Context | None = None,
    overrides: Overrides | None = None,
) -> Decision:
    """Return the decision of a block of a chosen edition under told facts.

    overrides : findings that replace those of rules, for what a measurement has settled
    """
    plan = plan_of(block, chosen.terms, vocabulary)
    told = tell(plan, facts, context or Context())
    judged = tuple(
        p.quiet
        if p.excludes and not overrides and p.rests.facts.isdisjoint(told.stated)
        else _judge(p, told, overrides or {})
        for p in plan.rules
    )
    outcome = conclude(judged, block.words[0])
    granted = outcome.word == block.words[0] or outcome.word == "conditional"
    adds = _adds(plan.adds, told, granted=granted, word=outcome.word)
    writing = _Writing(plan, told, vocabulary)
    if chosen.assumption:
        writing.assumptions.add(chosen.assumption)
    return writing.decision(outcome, judged, adds, granted)


def _judge(planned: Planned, told: Told, overrides: Overrides) -> Judged:
    rule, values = planned.rule, told.values
    given = overrides.get(rule)
    if given is not None:
        return Judged(rule, _speaks(rule, given.truth), given.asks, values, given)
    if planned.excludes and planned.rests.facts.isdisjoint(told.stated):
        return planned.quiet
    truth, asks = rule.when.weigh(values)
    return Judged(rule, _speaks(rule, truth), asks, values)


def _speaks(rule: Rule, truth: Truth) -> Truth:
    return ~truth if rule.stage in FAILING else truth


def conclude(judged: Sequence[Judged], granted: str) -> Outcome:
    """Return where a list of judged rules leads; to `granted` where none of them speaks.

    Refusals count as one answer: which of several grounds refuses does not leave it open.
    """
    before: list[Judged] = []
    deciding: tuple[Judged, ...] = ()
    word = granted
    for item in judged:
        if item.speaks is Truth.FALSE:
            continue
        if item.speaks is Truth.UNKNOWN:
            before.append(item)
        else:
            word = item.rule.decision
            deciding = _alike(item, judged)
            break
    while before and _class(before[-1].rule.decision) == _class(word):
        before.pop()  # whatever it is, it leads to the same
    return Outcome(NEEDS if before else word, deciding, tuple(before))


def _alike(first: Judged, judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """Return all rules of a stage that speak the same word; in `answers` the first alone."""
    if first.rule.stage == "answers":
        return (first,)
    speaking = (j for j in judged if j.speaks is Truth.TRUE and j.rule.stage == first.rule.stage)
    return tuple(j for j in speaking if j.rule.decision == first.rule.decision)


def _class(word: str) -> str:
    return "refused" if word in REFUSALS else word


def _adds(adds: Sequence[Planned], told: Told, *, granted: bool, word: str) -> tuple[Judged, ...]:
    wanted = {"always", "granted" if granted else "refused" if word in REFUSALS else word}
    chosen = (p for p in adds if p.rule.on in wanted)
    return tuple(_judge(p, told, {}) for p in chosen)


class _Writing:
    """Writes the decision of one block: its clauses, answers and assumptions."""

    def __init__(self, plan: Plan, told: Told, vocabulary: Vocabulary) -> None:
        self.plan, self.told, self.vocabulary = plan, told, vocabulary
        self.clauses: dict[str, None] = {}
        self.answer: dict[str, Any] = {}
        self.assumptions: set[str] = set()
        self.rests = plan.rests

    def decision(
        self, outcome: Outcome, judged: tuple[Judged, ...], adds: tuple[Judged, ...], granted: bool
    ) -> Decision:
        """Return the decision written out."""
        missing = NOTHING
        if outcome.word == NEEDS:
            missing = NOTHING.union(*(j.asks for j in outcome.open))
            missing = missing.union(*(j.rule.missing for j in (*outcome.deciding, *outcome.open)))
            self._rules(outcome.open, answers=False)
        if not outcome.open:
            self._rules(outcome.deciding, answers=True)
        if granted:
            self._grant(judged)
        self._keys(self.plan.answer)
        self._rules([a for a in adds if a.speaks is Truth.TRUE], answers=True)
        return Decision(
            terms=self.plan.terms,
            block=self.plan.block,
            word=outcome.word,
            clauses=tuple(self.clauses),
            missing=self.vocabulary.missing(missing),
            answer=self.answer,
            assumptions=tuple(sorted(self.assumptions, key=_number)),
            judged=judged + adds,
            told=self.told,
        )

    def _grant(self, judged: Sequence[Judged]) -> None:
        self._cite(self.plan.block.clauses)
        self._keys(self.plan.grant)
        for item in judged:
            rests = self.rests[item.rule]
            if not item.alleged:
                self.assumptions.add("A0")
            elif not rests.facts.isdisjoint(self.told.stated):
                self._rest_on(rests, item.rule.assumption if _met(item) else ())

    def _rules(self, rules: Sequence[Judged], *, answers: bool) -> None:
        for item in rules:
            self._cite(item.rule.clauses)
            self._rest_on(self.rests[item.rule], item.rule.assumption)
            if answers:
                self._keys([(k, s, None) for k, s in item.rule.answer.items()])

    def _cite(self, specs: tuple[Any, ...]) -> None:
        for spec in specs:
            value = self._value(spec)
            for clause in value if isinstance(value, tuple) else (value,):
                if isinstance(clause, str):
                    self.clauses.setdefault(clause)

    def _keys(self, keys: Sequence[tuple[str, Any, Rests | None]]) -> None:
        for key, spec, rests in keys:
            value = self._value(spec)
            if value is None or type(value) is Unknown:
                continue
            if rests is not None:
                self._rest_on(rests)
            known = self.answer.get(key)
            if isinstance(known, tuple) and isinstance(value, tuple):
                value = tuple(dict.fromkeys(known + value))
            self.answer[key] = value

    def _rest_on(self, rests: Rests, assumption: Any = ()) -> None:
        if rests.assumptions:
            self.assumptions |= rests.assumptions
        presumed = self.told.presumed
        if presumed:
            self.assumptions.update(presumed[f] for f in rests.facts if presumed.get(f))
        named = self._value(assumption) if assumption else ()
        if isinstance(named, str | tuple):
            self.assumptions.update((named,) if isinstance(named, str) else named)

    def _value(self, spec: Any) -> Any:
        if isinstance(spec, Expression):
            return spec.value(self.told.values)
        if isinstance(spec, tuple):
            values = tuple(self._value(s) for s in spec)
            return tuple(v for v in values if v is not None and type(v) is not Unknown)
        return spec


def _met(item: Judged) -> bool:
    """Tell whether a requirement was met, so that the answer rests on it."""
    return item.rule.stage in FAILING


def _number(assumption: str) -> tuple[int, str]:
    return (int(assumption[1:]) if assumption[1:].isdigit() else 0, assumption)
