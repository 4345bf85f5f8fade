"""Reading blocks: what a maker grants under a coverage, and the rules that lead to its decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pvwarranty.errors import nearest
from pvwarranty.terms.reader import Reader
from pvwarranty.terms.schema import (
    DECISIONS,
    FAILING,
    KINDS,
    STAGES,
    Block,
    Measured,
    Moment,
    Presumption,
    Rule,
)

# Rules that stand outside the blocks they hold for (`covers`), and the stage they belong to.
SHARED = {
    "answers": "answers",
    "requirement": "requires",
    "exclusion": "excludes",
    "trigger": "triggers",
    "limit": "limits",
    "condition": "conditions",
    "addition": "adds",
}
COMMON = {"when", "clause", "answer", "assumption"}
KEYS = {
    "answers": COMMON | {"decision", "missing"},
    "requires": COMMON | {"else"},
    "excludes": COMMON | {"decision", "cause"},
    "triggers": COMMON | {"else", "measured"},
    "limits": COMMON | {"decision", "missing"},
    "conditions": COMMON | {"precondition"},
    "adds": COMMON | {"on"},
}
BLOCK = {
    "coverage", "label", "decision", "otherwise", "concerns", "signs", "about", "clause", "let",
    "answer", "grant", "unalleged", "presume", "timeline", "measured", *STAGES, "adds",
}  # fmt: skip

Shared = tuple[tuple[str, ...], Rule]


def read_shared(kind: str, raw: Mapping[str, Any], reader: Reader) -> Shared:
    """Return a rule that holds for several coverages, and their patterns."""
    stage = SHARED[kind]
    if "covers" not in raw:
        reader.problem("'covers' is missing", "name the coverages it holds for")
    rest = {k: v for k, v in raw.items() if k != "covers"}
    return reader.words(raw, "covers"), read_rule(stage, rest, "", reader)


def read_block(kind: str, raw: Mapping[str, Any], shared: list[Rule], reader: Reader) -> Block:
    """Return a block with its own rules and the shared ones that hold for it."""
    reader.known(raw, BLOCK, {"coverage"})
    words = _words(kind, raw, reader)
    own = [
        read_rule(stage, entry, _word_of(stage, words), reader.at(f"{stage}[{n}]"))
        for stage in (*STAGES, "adds")
        for n, entry in enumerate(raw.get(stage, ()))
    ]
    rules = [_decided(rule, words) for rule in [*shared, *own]]
    label = raw.get("label", [raw.get("coverage", "")])
    return Block(
        coverage=raw.get("coverage", ""),
        kind=kind,
        label=(label[0], label[-1]),
        words=words,
        concerns=reader.condition(raw, "concerns") if "concerns" in raw else None,
        signs=reader.words(raw, "signs"),
        about=reader.words(raw, "about"),
        clauses=reader.many(raw, "clause"),
        lets=tuple((n, reader.at("let").expression(raw["let"], n)) for n in raw.get("let", {})),
        rules=tuple(r for stage in STAGES for r in rules if r.stage == stage),
        adds=tuple(r for r in rules if r.stage == "adds"),
        answer=reader.specs(raw, "answer"),
        grant=reader.specs(raw, "grant"),
        unalleged=reader.words(raw, "unalleged"),
        presume=tuple(_presumption(p, reader.at("presume")) for p in raw.get("presume", ())),
        timeline=tuple(_moment(m, reader.at("timeline")) for m in raw.get("timeline", ())),
        measured=_measured(raw["measured"], reader.at("measured")) if "measured" in raw else None,
        where=reader.where,
    )


def read_rule(stage: str, raw: Mapping[str, Any], word: str, reader: Reader) -> Rule:
    """Return one rule of a stage; `word` is the decision it leads to where it names none."""
    reader.known(raw, KEYS[stage], {"when"})
    decision = raw.get("decision", raw.get("else", word))
    if decision and decision not in DECISIONS:
        reader.problem(f"'{decision}' is no decision", nearest(decision, DECISIONS))
    answer = reader.specs(raw, "answer")
    if stage == "conditions":
        answer = {"preconditions": (raw.get("precondition", ""),)} | answer
    clauses = reader.many(raw, "clause")
    return Rule(
        stage=stage,
        when=reader.condition(raw),
        clauses=clauses,
        literal=all(isinstance(c, str) for c in clauses),
        decision=decision,
        answer=answer,
        missing=reader.words(raw, "missing"),
        cause=reader.words(raw, "cause"),
        assumption=reader.spec(raw.get("assumption", [])),
        measured=raw.get("measured", False),
        on=raw.get("on", "granted"),
        where=reader.where,
    )


def _words(kind: str, raw: Mapping[str, Any], reader: Reader) -> tuple[str, str, str]:
    granted, otherwise, excluded = KINDS[kind]
    words = (
        raw.get("decision", granted),
        raw.get("otherwise", otherwise),
        excluded or raw.get("otherwise", ""),
    )
    for word in words:
        if word not in DECISIONS:
            reader.problem(
                f"'{word}' is no decision", nearest(word, DECISIONS) or "set decision and otherwise"
            )
    return words


def _word_of(stage: str, words: tuple[str, str, str]) -> str:
    if stage == "conditions":
        return "conditional"
    if stage in FAILING:
        return words[1]
    return words[2] if stage == "excludes" else ""


def _decided(rule: Rule, words: tuple[str, str, str]) -> Rule:
    """Return a shared rule with the word of the block it now belongs to."""
    if rule.decision or rule.stage == "adds":
        return rule
    values = {name: getattr(rule, name) for name in Rule.__dataclass_fields__}
    return Rule(**values | {"decision": _word_of(rule.stage, words)})


def _presumption(raw: Mapping[str, Any], reader: Reader) -> Presumption:
    reader.known(raw, {"fact", "value", "assumption"}, {"fact", "value"})
    fact = raw.get("fact", "")
    return Presumption(fact, reader.expression(raw, "value"), raw.get("assumption", ""))


def _moment(raw: Mapping[str, Any], reader: Reader) -> Moment:
    reader.known(raw, {"date", "kind", "say", "clause", "each"}, {"date", "kind", "say"})
    say = raw.get("say", [""])
    each = reader.expression(raw, "each") if "each" in raw else None
    kind, clauses = raw.get("kind", ""), reader.many(raw, "clause")
    return Moment(reader.expression(raw, "date"), kind, (say[0], say[-1]), clauses, each)


def _measured(raw: Mapping[str, Any], reader: Reader) -> Measured:
    keys = {
        "quantity",
        "product",
        "facts",
        "steps",
        "start",
        "nominal",
        "decides",
        "request",
        "each",
        "warranted",
    }
    reader.known(raw, keys, {"quantity", "product", "steps", "start"})
    return Measured(
        quantity=raw.get("quantity", ""),
        product=raw.get("product", ""),
        facts=raw.get("facts", {}),
        steps=reader.expression(raw, "steps"),
        start=reader.expression(raw, "start"),
        nominal=reader.expression(raw, "nominal") if "nominal" in raw else None,
        decides=raw.get("decides", False),
        request=raw.get("request", ""),
        each=raw.get("each", False),
        warranted=reader.words(raw, "warranted"),
    )
