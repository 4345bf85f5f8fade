"""Reading expressions: a small part of Python's grammar, everything else refused with its place."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pvwarranty.errors import Problem, TermsError

COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)
OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div)
LIMIT = 2000
LOOKUPS = frozenset({"row", "rows"})


@dataclass(frozen=True, slots=True)
class Reads:
    """What an expression reads: names not bound in it, functions it calls, tables it looks up."""

    names: tuple[str, ...]
    functions: frozenset[str]
    tables: frozenset[str] = frozenset()


def read(text: str, where: str) -> ast.expr:
    """Return the tree of an expression.

    Raises TermsError with every part that does not belong to the language.
    """
    if len(text) > LIMIT:
        raise TermsError(Problem(where, f"the expression is longer than {LIMIT} characters"))
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", str(error))
        raise TermsError(Problem(where, f"cannot read {text!r}: {reason}")) from None
    problems = [Problem(where, f"{what} is not understood in {text!r}") for what in refused(tree)]
    if problems:
        raise TermsError(problems)
    return tree


def refused(node: ast.expr) -> Iterator[str]:
    """Yield what of a tree does not belong to the language, as source text."""
    if not _is_understood(node):
        yield f"'{ast.unparse(node)}'"
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield from refused(child)
        elif isinstance(child, ast.keyword):
            yield from refused(child.value)
        elif isinstance(child, ast.comprehension):
            yield from refused(child.iter)
            for test in child.ifs:
                yield from refused(test)


def _is_understood(node: ast.expr) -> bool:
    check = CHECKS.get(type(node))
    return check is not None and check(node)


def _constant(node: ast.Constant) -> bool:
    return node.value is None or isinstance(node.value, str | bool | int | float)


def _compare(node: ast.Compare) -> bool:
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, ast.Is | ast.IsNot):
            if not (isinstance(right, ast.Constant) and right.value is None):
                return False
        elif not isinstance(operator, COMPARISONS):
            return False
    return True


def _call(node: ast.Call) -> bool:
    plain = all(k.arg is not None for k in node.keywords)
    starred = any(isinstance(a, ast.Starred) for a in node.args)
    return isinstance(node.func, ast.Name) and plain and not starred


def _comprehension(node: ast.GeneratorExp | ast.ListComp) -> bool:
    if len(node.generators) != 1:
        return False
    loop = node.generators[0]
    return isinstance(loop.target, ast.Name) and not loop.is_async and len(loop.ifs) <= 1


CHECKS: dict[type, Callable[[Any], bool]] = {
    ast.Constant: _constant,
    ast.Name: lambda node: not node.id.startswith("_"),
    ast.Attribute: lambda node: not node.attr.startswith("_"),
    ast.BoolOp: lambda node: True,
    ast.UnaryOp: lambda node: isinstance(node.op, ast.Not | ast.USub),
    ast.BinOp: lambda node: isinstance(node.op, OPERATORS),
    ast.Compare: _compare,
    ast.IfExp: lambda node: True,
    ast.List: lambda node: True,
    ast.Tuple: lambda node: True,
    ast.Call: _call,
    ast.GeneratorExp: _comprehension,
    ast.ListComp: _comprehension,
}


def reads(tree: ast.expr) -> Reads:
    """Return the free names and the functions of an expression, names in order of appearance."""
    bound = {n.target.id for n in ast.walk(tree) if isinstance(n, ast.comprehension)}  # type: ignore[attr-defined]
    called = {n.func for n in ast.walk(tree) if isinstance(n, ast.Call)}
    names = dict.fromkeys(
        n.id for n in ast.walk(tree)
        if isinstance(n, ast.Name) and n not in called and n.id not in bound
    )  # fmt: skip
    functions = frozenset(f.id for f in called if isinstance(f, ast.Name))
    looked_up = {
        n.args[0].id for n in ast.walk(tree)
        if isinstance(n, ast.Call) and getattr(n.func, "id", "") in LOOKUPS
        and n.args and isinstance(n.args[0], ast.Name)
    }  # fmt: skip
    plain = tuple(n for n in names if n not in looked_up)
    return Reads(plain, functions, frozenset(looked_up))
