"""Expressions and conditions: text that is read and built when it is first used, then only run."""

from __future__ import annotations

import ast
from typing import Any

from pvwarranty.condition.building import build
from pvwarranty.condition.reading import Reads, read, reads
from pvwarranty.condition.values import Run, Scope, Values, is_simple
from pvwarranty.errors import Problem, TermsError
from pvwarranty.logic import NOTHING, Finding, Truth, Unknown, all_of, any_of, none_of, truth_of


class Expression:
    """A one-line expression; compiled at first use, the same ever after."""

    __slots__ = ("_reads", "_run", "scope", "text", "where")

    def __init__(self, text: str, scope: Scope, where: str = "") -> None:
        self.text, self.scope, self.where = text, scope, where
        self._run: Run | None = None
        self._reads: Reads | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"

    def tree(self) -> ast.expr:
        """Return the expression's tree. Raises TermsError where it cannot be read."""
        return read(self.text, self.where)

    @property
    def reads(self) -> Reads:
        """The names and functions it reads."""
        if self._reads is None:
            self._reads = reads(self.tree())
        return self._reads

    def value(self, values: Values) -> Any:
        """Return the expression's value over values by name; `Unknown` where facts are missing."""
        if self._run is None:
            self._run = self._build(self.tree())
        return self._run(values)

    def _build(self, tree: ast.expr) -> Run:
        scope = Scope(self.scope.tables, self.scope.offices, self.where)
        return build(tree, scope)


class Condition(Expression):
    """An expression that is true, false or unknown; its `and`, `or` and `not` become parts."""

    __slots__ = ("_parts",)

    def __init__(self, text: str, scope: Scope, where: str = "") -> None:
        super().__init__(text, scope, where)
        self._parts: Node | None = None

    def judge(self, values: Values) -> Finding:
        """Return what is found of the condition, with a finding for every part."""
        if self._parts is None:
            self._parts = self._node(self.tree())
        return self._judge(self._parts, values)

    def truth(self, values: Values) -> Truth:
        """Return the truth alone."""
        return self._truth(self.text, self.value(values))

    def weigh(self, values: Values) -> tuple[Truth, frozenset[str]]:
        """Return the truth and what it asks for, without a finding for every part."""
        value = self.value(values)
        if value is True:
            return Truth.TRUE, NOTHING
        if type(value) is Unknown:
            return Truth.UNKNOWN, value.asks
        return self._truth(self.text, value), NOTHING

    def _node(self, tree: ast.expr) -> Node:
        parts: tuple[Node, ...] = ()
        kind = ""
        if isinstance(tree, ast.BoolOp):
            kind = "and" if isinstance(tree.op, ast.And) else "or"
            parts = tuple(self._node(v) for v in tree.values)
        elif isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
            kind, parts = "not", (self._node(tree.operand),)
        run = self._build(tree) if not parts else None
        names = tuple(n for n in reads(tree).names if n not in self.scope.tables)
        return Node(ast.unparse(tree), kind, parts, run, names)

    def _judge(self, node: Node, values: Values) -> Finding:
        if node.run is None:
            parts = tuple(self._judge(p, values) for p in node.parts)
            if node.kind == "not":
                return none_of(node.text, parts[0])
            return (all_of if node.kind == "and" else any_of)(node.text, parts)
        value = node.run(values)
        truth = self._truth(node.text, value)
        because = {n: values[n] for n in node.names if n in values and is_simple(values[n])}
        if truth is Truth.UNKNOWN:
            return Finding(node.text, truth, because=because, asks=value.asks)
        return Finding(node.text, truth, because=because)

    def _truth(self, text: str, value: Any) -> Truth:
        try:
            return truth_of(value)
        except TypeError:
            raise TermsError(
                Problem(self.where, f"{text} is neither yes nor no", "write a comparison")
            ) from None


class Node:
    """A part of a condition: a connective with parts, or a leaf that is run."""

    __slots__ = ("kind", "names", "parts", "run", "text")

    def __init__(
        self, text: str, kind: str, parts: tuple[Node, ...], run: Run | None, names: tuple[str, ...]
    ) -> None:
        self.text, self.kind, self.parts, self.run, self.names = text, kind, parts, run, names
