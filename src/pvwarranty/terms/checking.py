"""Checking terms: everything that is wrong with an edition, told at once with its place."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import Any

from pvwarranty.condition import Condition, Expression, Record, reads
from pvwarranty.errors import Problem, TermsError, nearest
from pvwarranty.names import BATTERY_CAUSES, PV_CAUSES
from pvwarranty.terms.kinds import Kinds
from pvwarranty.terms.schema import Block, Rule, Terms
from pvwarranty.terms.vocabulary import Vocabulary
from pvwarranty.terms.words import words

CAUSES = frozenset(PV_CAUSES) | frozenset(BATTERY_CAUSES)


def check_terms(terms: Terms, vocabulary: Vocabulary, source: str | None = None) -> list[Problem]:
    """Return all problems of an edition; with `source`, quotes are looked for in that text."""
    checks = [
        *(_block(block, terms, vocabulary) for block in terms.blocks),
        _citations(terms),
        _steps(terms),
        _quotes(terms, source) if source is not None else (),
    ]
    found = [problem for check in checks for problem in check]
    return list(dict.fromkeys(found))


def _block(block: Block, terms: Terms, vocabulary: Vocabulary) -> Iterator[Problem]:
    lets = dict(block.lets)
    trees, unread = _trees(lets)
    loose = list(_expressions(block))
    used = _used(loose, trees)
    yield from (p for name, problems in unread.items() if name in used for p in problems)
    for expression in [*loose, *(lets[name] for name in lets if name in used & trees.keys())]:
        yield from _expression(expression, trees, terms, vocabulary)
    yield from _names(block, vocabulary)
    for rule in (*block.rules, *block.adds):
        yield from _rule(rule, terms, vocabulary)
    yield from _keys((*block.answer, *block.grant), block.where, terms)


def _trees(
    lets: dict[str, Expression],
) -> tuple[dict[str, ast.expr], dict[str, tuple[Problem, ...]]]:
    """Return the trees of lets, and the problems of those that cannot be read."""
    trees, unread = {}, {}
    for name, expression in lets.items():
        try:
            trees[name] = expression.tree()
        except TermsError as error:
            unread[name] = error.problems
            trees[name] = ast.Constant(None)
    return trees, unread


def _used(loose: Iterable[Expression], trees: dict[str, ast.expr]) -> set[str]:
    """Return the lets that a block's expressions use, themselves or through other lets."""
    waiting = [n for e in loose if (tree := _tree(e)) is not None for n in reads(tree).names]
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in trees and name not in used:
            used.add(name)
            waiting += reads(trees[name]).names
    return used


def _tree(expression: Expression) -> ast.expr | None:
    try:
        return expression.tree()
    except TermsError:
        return None


def _expressions(block: Block) -> Iterator[Expression]:
    specs: list[Any] = [
        block.concerns,
        *block.clauses,
        *block.answer.values(),
        *block.grant.values(),
    ]
    specs += [p.value for p in block.presume]
    for rule in (*block.rules, *block.adds):
        specs += [rule.when, *rule.clauses, *rule.answer.values(), rule.assumption]
    specs += [c for m in block.timeline for c in m.clauses if m.each is None]
    specs += [m.date for m in block.timeline if m.each is None]
    specs += [m.each for m in block.timeline]
    if block.measured:
        specs += [block.measured.steps, block.measured.start, block.measured.nominal]
    yield from (s for s in _flat(specs) if isinstance(s, Expression))


def _flat(specs: Iterable[Any]) -> Iterator[Any]:
    for spec in specs:
        if isinstance(spec, tuple):
            yield from _flat(spec)
        else:
            yield spec


def _expression(
    expression: Expression, lets: dict[str, ast.expr], terms: Terms, vocabulary: Vocabulary
) -> Iterator[Problem]:
    try:
        tree = expression.tree()
    except TermsError as error:
        yield from error.problems
        return
    kinds = Kinds(vocabulary.facts, terms.tables, frozenset(terms.scope.offices), lets)
    if isinstance(expression, Condition):
        kinds.yes_no(tree)
    else:
        kinds.of(tree)
    for what, hint in kinds.found.items():
        yield Problem(expression.where, what, hint)


def _names(block: Block, vocabulary: Vocabulary) -> Iterator[Problem]:
    told = [*block.about, *block.signs, *block.unalleged, *(p.fact for p in block.presume)]
    if block.measured:
        told += [block.measured.product, *block.measured.facts]
    for name in told:
        if name not in vocabulary.facts:
            yield Problem(block.where, f"'{name}' is no fact", nearest(name, vocabulary.facts))
    if block.measured and not _may_be_missing(block.measured.request, vocabulary):
        yield Problem(block.where, f"'{block.measured.request}' is no request or fact")


def _may_be_missing(name: str, vocabulary: Vocabulary) -> bool:
    return name in vocabulary.requests or name in vocabulary.facts


def _rule(rule: Rule, terms: Terms, vocabulary: Vocabulary) -> Iterator[Problem]:
    for name in rule.missing:
        if not _may_be_missing(name, vocabulary):
            hint = nearest(name, [*vocabulary.requests, *vocabulary.facts])
            yield Problem(rule.where, f"'{name}' is no request or fact", hint)
    for cause in rule.cause:
        if cause.partition(":")[0] not in CAUSES:
            yield Problem(rule.where, f"'{cause}' is no measured cause", nearest(cause, CAUSES))
    if not rule.decision and rule.stage != "adds":
        yield Problem(rule.where, "leads to no decision", "add decision = …")
    yield from _keys(rule.answer, rule.where, terms)


def _keys(keys: Iterable[str], where: str, terms: Terms) -> Iterator[Problem]:
    known = words()["key"]
    for key in keys:
        if key not in known and key not in terms.words:
            yield Problem(where, f"'{key}' is no key of answers", nearest(key, known))


def _citations(terms: Terms) -> Iterator[Problem]:
    """Clauses cited but not there, and there but neither cited nor said to inform only."""
    cited: dict[str, str] = {}
    for name, where in _cited(terms):
        cited.setdefault(name, where)
    for name, where in cited.items():
        if name not in terms.clauses:
            yield Problem(where, f"there is no clause '{name}'", nearest(name, terms.clauses))
    for clause in terms.clauses.values():
        if clause.id not in cited and not clause.informs:
            hint = "cite it, or say what it informs of (informs = …)"
            yield Problem(f"clause {clause.id}", "no rule cites it", hint)
        if clause.id in cited and clause.informs:
            yield Problem(f"clause {clause.id}", "is cited, yet said to inform only")


def _cited(terms: Terms) -> Iterator[tuple[str, str]]:
    """Yield every clause cited, with the place."""
    for block in terms.blocks:
        rules = [(r.clauses, r.where) for r in (*block.rules, *block.adds)]
        moments = [(m.clauses, block.where) for m in block.timeline]
        for specs, where in [(block.clauses, block.where), *rules, *moments]:
            yield from ((s, where) for s in specs if isinstance(s, str))
            yield from ((s, where) for s in _written(specs))
    for name, table in terms.tables.items():
        yield from ((cell, f"table {name}") for row in table for cell in _clause_cells(row))


def _written(specs: Iterable[Any]) -> Iterator[str]:
    """Yield the texts written in the results of computed clauses: of a choice, not of its test."""
    for spec in specs:
        if isinstance(spec, Expression):
            try:
                yield from _results(spec.tree())
            except TermsError:
                continue


def _results(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _results(node.body)
        yield from _results(node.orelse)


def _clause_cells(row: Record) -> Iterator[str]:
    for column, cell in row.items():
        if column == "clause" or column.endswith("_clause"):
            yield from (str(c) for c in (cell if isinstance(cell, tuple) else (cell,)) if c)


def _steps(terms: Terms) -> Iterator[Problem]:
    """Steps of a group must follow each other from year 0 without gap or overlap."""
    for name in terms.steps:
        rows = sorted(terms.tables[name], key=lambda r: (str(r.get("group")), r.get("from", 0)))
        for group, listed in groupby(rows, key=lambda r: r.get("group")):
            yield from _sequence(f"table {name}, group {group}", list(listed))


def _sequence(where: str, rows: list[Record]) -> Iterator[Problem]:
    for row in rows:
        lacking = {"step", "from", "to", "ratio"} - row.keys()
        if lacking:
            yield Problem(where, f"a step lacks {', '.join(sorted(lacking))}")
            return
    if rows[0]["from"] != 0:
        yield Problem(where, f"the first step begins with year {rows[0]['from']}, not 0")
    for a, b in pairwise(rows):
        if a["to"] != b["from"]:
            kind = "overlap" if a["to"] > b["from"] else "leave a gap"
            yield Problem(where, f"steps {a['step']} and {b['step']} {kind}")


def _quotes(terms: Terms, source: str) -> Iterator[Problem]:
    text = folded(source)
    for clause in terms.clauses.values():
        at = 0
        for part in re.split(r"…| \| ", clause.quote):
            found = text.find(folded(part), at)
            if found < 0:
                shown = part if len(part) <= 40 else part[:39] + "…"
                yield Problem(f"clause {clause.id}", f"the source does not say 「{shown}」")
                break


def folded(text: str) -> str:
    """Return text as it is compared: NFKC, no white space, the radical ⻑ as 長."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2ed1", "長")
    return re.sub(r"\s+", "", plain)
