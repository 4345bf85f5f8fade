"""Kinds of expressions: what is a date, a number, a row of which table; and what does not fit.

Only as much as finds mistakes: "" is any kind. ``row:T`` is a row of table T, ``list:k`` a list,
``record:path`` a fact with parts, ``record:`` none in particular.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from pvwarranty.condition import FUNCTIONS, Record
from pvwarranty.errors import nearest
from pvwarranty.terms.vocabulary import Fact

ORDERED = {"number", "date", "datetime", "time"}
SOLE = {"any": "yes_no", "all": "yes_no", "count": "number", "sum": "number"}


@dataclass(slots=True)
class Kinds:
    """Infers kinds of expressions of one block, and keeps what does not fit.

    names : kinds of lets and loop variables, found as they are met
    """

    facts: Mapping[str, Fact]
    tables: Mapping[str, tuple[Record, ...]]
    offices: frozenset[str]
    lets: Mapping[str, ast.expr]
    names: dict[str, str] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)

    def wrong(self, what: str, hint: str = "") -> str:
        """Keep what is wrong (once), with a hint."""
        self.found.setdefault(what, hint)
        return ""

    def of(self, node: ast.expr) -> str:
        """Return the kind of an expression."""
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        return handler(node) if handler else ""

    def _constant(self, node: ast.Constant) -> str:
        kinds = {bool: "yes_no", int: "number", float: "number", str: "word"}
        return kinds.get(type(node.value), "")

    def _name(self, node: ast.Name) -> str:
        name = node.id
        if name in self.names:
            return self.names[name]
        if name in self.lets:
            self.names[name] = ""
            quiet = Kinds(self.facts, self.tables, self.offices, self.lets, self.names)
            self.names[name] = quiet.of(self.lets[name])  # its mistakes are told where it stands
            return self.names[name]
        if name in self.tables:
            return f"list:row:{name}"
        if name in self.offices:
            return "office"
        return self._fact(name, name)

    def _fact(self, path: str, shown: str) -> str:
        fact = self.facts.get(path)
        if fact is None:
            known = [*self.facts, *self.lets, *self.tables]
            return self.wrong(f"'{shown}' is no fact, let or table", nearest(shown, known))
        if "record" in fact.kind:
            listed = fact.kind.startswith("list:")
            return f"list:record:{path}[]" if listed else f"record:{path}"
        return fact.kind

    def _attribute(self, node: ast.Attribute) -> str:
        owner = self.of(node.value)
        if owner.startswith("row:"):
            return self._cell(owner.removeprefix("row:"), node.attr)
        if owner.startswith("record:"):
            return self._fact(f"{owner.removeprefix('record:')}.{node.attr}", node.attr)
        return ""

    def _cell(self, table: str, column: str) -> str:
        columns = {c for row in self.tables[table] for c in row}
        if column not in columns:
            return self.wrong(f"table '{table}' has no column '{column}'", nearest(column, columns))
        return ""

    def _boolop(self, node: ast.BoolOp) -> str:
        for part in node.values:
            self.yes_no(part)
        return "yes_no"

    def _unaryop(self, node: ast.UnaryOp) -> str:
        if isinstance(node.op, ast.Not):
            self.yes_no(node.operand)
            return "yes_no"
        return self.of(node.operand)

    def yes_no(self, node: ast.expr) -> None:
        """Require an expression to be yes or no."""
        kind = self.of(node)
        if kind not in ("", "yes_no"):
            self.wrong(f"'{ast.unparse(node)}' is neither yes nor no", "write a comparison")

    def _binop(self, node: ast.BinOp) -> str:
        left, right = self.of(node.left), self.of(node.right)
        for kind, side in ((left, node.left), (right, node.right)):
            if kind in {"date", "datetime", "word", "yes_no"}:
                self.wrong(
                    f"'{ast.unparse(side)}' is no number", "use plus(), days_between(), text()"
                )
        return "number" if "number" in (left, right) else left or right

    def _compare(self, node: ast.Compare) -> str:
        sides = [node.left, *node.comparators]
        for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
            self._pair(operator, left, right)
        return "yes_no"

    def _pair(self, operator: ast.cmpop, left: ast.expr, right: ast.expr) -> None:
        a, b = self.of(left), self.of(right)
        if isinstance(operator, ast.In | ast.NotIn):
            b = b.removeprefix("list:")
        if a and b and a != b:
            self.wrong(f"'{ast.unparse(left)}' is a {a}, '{ast.unparse(right)}' a {b}")
        elif isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE) and a and a not in ORDERED:
            self.wrong(f"'{ast.unparse(left)}' is a {a}, which has no order")
        self._words(left, right)
        self._words(right, left)

    def _words(self, side: ast.expr, other: ast.expr) -> None:
        """Check words that a closed fact is compared with."""
        fact = self.facts.get(self._path(side))
        if fact is None or not fact.words:
            return
        items = other.elts if isinstance(other, ast.List | ast.Tuple) else [other]
        for item in items:
            word = getattr(item, "value", None) if isinstance(item, ast.Constant) else None
            if word is not None and word not in fact.words:
                hint = nearest(str(word), [str(w) for w in fact.words])
                self.wrong(f"'{word}' is no word of '{fact.name}'", hint)

    def _path(self, node: ast.expr) -> str:
        """Return the path of the fact that an expression reads, where it reads just one."""
        if isinstance(node, ast.Name) and node.id not in self.lets and node.id not in self.names:
            return node.id
        if isinstance(node, ast.Attribute):
            owner = self.of(node.value)
            if owner.startswith("record:"):
                return f"{owner.removeprefix('record:')}.{node.attr}"
        return ""

    def _ifexp(self, node: ast.IfExp) -> str:
        self.yes_no(node.test)
        yes, no = self.of(node.body), self.of(node.orelse)
        return yes if yes == no or not no else (no if not yes else "")

    def _list(self, node: ast.List | ast.Tuple) -> str:
        kinds = {self.of(item) for item in node.elts}
        return f"list:{kinds.pop()}" if len(kinds) == 1 else "list:"

    _tuple = _list

    def _listcomp(self, node: ast.ListComp) -> str:
        return f"list:{self._loop(node)}"

    def _loop(self, node: ast.GeneratorExp | ast.ListComp) -> str:
        loop = node.generators[0]
        items = self.of(loop.iter)
        inner = Kinds(
            self.facts, self.tables, self.offices, self.lets, dict(self.names), self.found
        )
        inner.names[loop.target.id] = items.removeprefix("list:")  # type: ignore[attr-defined]
        for test in loop.ifs:
            inner.yes_no(test)
        return inner.of(node.elt)

    def _call(self, node: ast.Call) -> str:
        name = node.func.id  # type: ignore[attr-defined]
        if node.args and isinstance(node.args[0], ast.GeneratorExp):
            item = self._loop(node.args[0])
            return SOLE.get(name, item)
        if name in ("row", "rows"):
            return self._lookup(name, node)
        return "" if name == "ask" else self._function(name, node)

    def _function(self, name: str, node: ast.Call) -> str:
        kinds = [self.of(a) for a in (*node.args, *(k.value for k in node.keywords))]
        if name not in FUNCTIONS:
            return self.wrong(f"there is no function '{name}'", nearest(name, FUNCTIONS))
        if name == "step_on":
            return kinds[0].removeprefix("list:") if kinds else ""
        if name in ("either", "largest", "smallest"):
            return kinds[0] if len(set(kinds)) == 1 else ""
        return FUNCTIONS[name].returns

    def _lookup(self, name: str, node: ast.Call) -> str:
        table = getattr(node.args[0], "id", "") if len(node.args) == 1 else ""
        if table not in self.tables:
            return self.wrong(
                f"{ast.unparse(node)}: there is no such table", nearest(table, self.tables)
            )
        for key in node.keywords:
            self._cell(table, str(key.arg))
            self.of(key.value)
        return f"row:{table}" if name == "row" else f"list:row:{table}"
