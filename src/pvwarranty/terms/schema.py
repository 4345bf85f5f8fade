"""What a terms file holds, as immutable data; expressions in it are read when first used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pvwarranty.condition import Condition, Expression, Record, Scope
from pvwarranty.terms.vocabulary import Fact, Labels

# The stages in which rules are looked at, in the order of evaluation (A13).
STAGES = ("answers", "requires", "excludes", "triggers", "limits", "conditions")
FAILING = frozenset({"requires", "triggers"})  # these speak when their condition does not hold
REFUSALS = frozenset({"not_covered", "excluded", "not_available"})
DECISIONS = REFUSALS | {
    "covered", "needs_information", "available", "conditional", "may_be_refused", "customer_pays",
    "not_customer_cost", "customer_duty", "no_duty", "refund_due", "no_refund", "may_suspend",
    "may_not_suspend_yet", "may_terminate", "no_ground_to_terminate", "no_liability",
    "liability_limited",
}  # fmt: skip
# kind of block -> its words when granted, when a requirement or trigger fails, when excluded
KINDS = {
    "promise": ("covered", "not_covered", "excluded"),
    "offer": ("available", "not_available", "excluded"),
    "cost": ("customer_pays", "not_customer_cost", "not_customer_cost"),
    "duty": ("customer_duty", "no_duty", "no_duty"),
    "ruling": ("", "", ""),
}

Spec = Any  # a literal, an Expression, or a tuple of these


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the document: where it stands, its words, and why no rule needs it if so."""

    id: str
    at: str
    quote: str
    informs: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One condition of a block and what follows from it.

    stage : where it is looked at; in `requires` and `triggers` it speaks when it does not hold
    decision : the word it leads to; missing : what it then asks for
    cause : measured causes that trigger it (an exclusion)
    measured : its condition is what a measurement of the promised quantity decides
    on : "granted", "refused", "always" or a word (of `adds`, which leave the word as it is)
    literal : its clauses are all written down, none is worked out
    """

    stage: str
    when: Condition
    clauses: tuple[Spec, ...] = ()
    decision: str = ""
    answer: Mapping[str, Spec] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    cause: tuple[str, ...] = ()
    assumption: Spec = ()
    measured: bool = False
    on: str = "granted"
    literal: bool = False
    where: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Presumption:
    """What a fact is taken for while it is not told, and the assumption that says so."""

    fact: str
    value: Expression
    assumption: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """How a measurement reaches a promise.

    quantity : what is measured (`output_ratio`, `capacity_ratio`)
    product : the fact that the asset's product fills; facts : what else is then known
    steps : rows with the floor (`ratio`) and its end in years (`to`); start : when they begin
    nominal : the watts that the ratio is of, where the terms know them
    decides : whether the measurement itself settles the promise; else `request` asks for what does
    each : whether the promise holds for every module apart
    warranted : measured causes that the promise answers for
    """

    quantity: str
    product: str
    facts: Mapping[str, Any]
    steps: Expression
    start: Expression
    nominal: Expression | None
    decides: bool
    request: str
    each: bool
    warranted: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """An entry of the timeline: a date (or several), what it is, what it is called."""

    date: Expression
    kind: str
    say: Labels
    clauses: tuple[Spec, ...]
    each: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """What a maker grants or rules on under one coverage id: its rules and its answers.

    words : the decision when granted, when a requirement or trigger fails, when excluded
    about : of several blocks of a coverage, the one about a fact that is stated is taken
    concerns, signs : when a query that names no coverage may mean this one
    """

    coverage: str
    kind: str
    label: Labels
    words: tuple[str, str, str]
    concerns: Condition | None
    signs: tuple[str, ...]
    about: tuple[str, ...]
    clauses: tuple[Spec, ...]
    lets: tuple[tuple[str, Expression], ...]
    rules: tuple[Rule, ...]  # in order of evaluation
    adds: tuple[Rule, ...]
    answer: Mapping[str, Spec]
    grant: Mapping[str, Spec]
    unalleged: tuple[str, ...]
    presume: tuple[Presumption, ...]
    timeline: tuple[Moment, ...] = ()
    measured: Measured | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """The document that the terms are encoded from."""

    id: str
    maker: str
    title: str
    edition: str
    publisher: str = ""
    dated: date | None = None
    source: str = ""  # sha256 of the text read


@dataclass(frozen=True, slots=True)
class Applies:
    """To what an edition applies: from which day of which fact; `earlier` names the assumption."""

    line: str = ""
    dates: tuple[str, ...] = ()
    since: date | None = None
    earlier: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """One edition of a maker's terms. `sha256` is of the file (or files) that hold them.

    assumed : assumption that a table rests on; steps : tables whose rows follow each other in time
    facts, words : facts (or words of facts) and labels that the edition adds to the vocabulary
    """

    document: Document
    applies: Applies
    clauses: Mapping[str, Clause]
    blocks: tuple[Block, ...]
    scope: Scope
    assumed: Mapping[str, str]
    steps: tuple[str, ...]
    facts: Mapping[str, Fact]
    words: Mapping[str, Labels]
    sha256: str
    where: str = ""

    @property
    def id(self) -> str:
        """The edition's id, ``<maker>/<line>_<edition>``."""
        return self.document.id

    @property
    def tables(self) -> Mapping[str, tuple[Record, ...]]:
        """The tables by name."""
        return self.scope.tables
