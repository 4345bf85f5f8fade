"""Building: an expression's tree becomes nested closures over the values of a decision.

Every closure takes the mapping of values by name and returns a value, null (None) or an `Unknown`.
A name that has no value is a fact not told.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from pvwarranty.condition import loops
from pvwarranty.condition.functions import FUNCTIONS, Context, Function
from pvwarranty.condition.tables import finder
from pvwarranty.condition.values import CONTEXT, Run, Scope, Values
from pvwarranty.errors import Problem, TermsError
from pvwarranty.logic import NOTHING, Unknown, asks_of

DEFAULT = Context()


def build(node: ast.expr, scope: Scope) -> Run:
    """Return the closure of a tree that `reading.read` has let through."""
    return BUILDERS[type(node)](node, scope)


def _constant(node: ast.Constant, scope: Scope) -> Run:
    value = Decimal(repr(node.value)) if isinstance(node.value, float) else node.value
    return lambda values: value


def _name(node: ast.Name, scope: Scope) -> Run:
    name = node.id
    known = scope.tables.get(name, scope.offices.get(name))
    if known is not None:
        return lambda values: known
    unknown = Unknown(frozenset({name}))
    return lambda values: values.get(name, unknown)


def _attribute(node: ast.Attribute, scope: Scope) -> Run:
    owner, name = build(node.value, scope), node.attr

    def run(values: Values) -> Any:
        record = owner(values)
        if record is None or type(record) is Unknown:
            return record
        return record.part(name)

    return run


def _list(node: ast.List | ast.Tuple, scope: Scope) -> Run:
    if all(isinstance(item, ast.Constant) for item in node.elts):
        items = tuple(build(item, scope)({}) for item in node.elts)
        return lambda values: items
    runs = [build(item, scope) for item in node.elts]
    return lambda values: tuple(run(values) for run in runs)


def _bool(node: ast.BoolOp, scope: Scope) -> Run:
    runs = [build(part, scope) for part in node.values]
    return _junction(runs, settles=isinstance(node.op, ast.Or))


def _junction(runs: list[Run], *, settles: bool) -> Run:
    """Return an or (settled by true) or an and (settled by false) of closures."""

    def run(values: Values) -> Any:
        asks: frozenset[str] = NOTHING
        for part in runs:
            value = part(values)
            if type(value) is Unknown:
                asks |= value.asks
            elif bool(value) is settles:
                return settles
        return Unknown(asks) if asks else not settles

    return run


def _unary(node: ast.UnaryOp, scope: Scope) -> Run:
    inner = build(node.operand, scope)
    if isinstance(node.op, ast.Not):
        return _lift(lambda v: not v, inner, nulls=True)
    return _lift(operator.neg, inner)


def _lift(function: Callable[[Any], Any], inner: Run, *, nulls: bool = False) -> Run:
    def run(values: Values) -> Any:
        value = inner(values)
        if type(value) is Unknown or (value is None and not nulls):
            return value
        return function(value)

    return run


def _divide(left: Any, right: Any) -> Any:
    return Decimal(left) / right if right else None


ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divide,
}


def _binary(node: ast.BinOp, scope: Scope) -> Run:
    left, right = build(node.left, scope), build(node.right, scope)
    function = ARITHMETIC[type(node.op)]

    def run(values: Values) -> Any:
        a, b = left(values), right(values)
        if type(a) is Unknown or type(b) is Unknown:
            return Unknown(asks_of((a, b)))
        if a is None or b is None:
            return None
        return function(a, b)

    return run


def _contains(item: Any, items: Any) -> Any:
    if items is None:
        return False
    if type(items) is Unknown or type(item) is Unknown:
        inner = items if isinstance(items, tuple) else ()
        return Unknown(asks_of((item, items, *inner)))
    if item in [i for i in items if type(i) is not Unknown]:
        return True
    asks = asks_of(items)
    return Unknown(asks) if asks else False


RELATIONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def _relation(kind: ast.cmpop) -> Callable[[Any, Any], Any]:
    if isinstance(kind, ast.In):
        return _contains
    if isinstance(kind, ast.NotIn):
        return _lacks
    function = RELATIONS[type(kind)]
    order = isinstance(kind, ast.Lt | ast.LtE | ast.Gt | ast.GtE)

    def run(a: Any, b: Any) -> Any:
        if order and (a is None or b is None):
            return False  # what does not exist is neither before nor after anything
        if type(a) is Unknown or type(b) is Unknown:
            return Unknown(asks_of((a, b)))
        return function(a, b)

    return run


def _lacks(item: Any, items: Any) -> Any:
    found = _contains(item, items)
    return found if type(found) is Unknown else not found


def _compare(node: ast.Compare, scope: Scope) -> Run:
    """Return a comparison; a chain is the conjunction of its links."""
    sides = [build(n, scope) for n in (node.left, *node.comparators)]
    where = f"{scope.where}: {ast.unparse(node)}"
    links = []
    for n, (kind, right) in enumerate(zip(node.ops, node.comparators, strict=True)):
        words = _words(right) if isinstance(kind, ast.In) else None
        left = sides[n]
        links.append(
            _link(_relation(kind), left, sides[n + 1], where)
            if words is None
            else _lift(words.__contains__, left, nulls=True)
        )
    return links[0] if len(links) == 1 else _junction(links, settles=False)


def _words(node: ast.expr) -> frozenset[Any] | None:
    """Return the items of a list of constants."""
    if not isinstance(node, ast.List | ast.Tuple):
        return None
    items = [n.value for n in node.elts if isinstance(n, ast.Constant)]
    return frozenset(items) if len(items) == len(node.elts) else None


def _link(relation: Callable[[Any, Any], Any], left: Run, right: Run, where: str) -> Run:
    def run(values: Values) -> Any:
        a, b = left(values), right(values)
        try:
            return relation(a, b)
        except TypeError:
            raise TermsError(Problem(where, f"cannot compare {a!r} and {b!r}")) from None

    return run


def _choose(node: ast.IfExp, scope: Scope) -> Run:
    test, yes, no = (build(n, scope) for n in (node.test, node.body, node.orelse))

    def run(values: Values) -> Any:
        chosen = test(values)
        if type(chosen) is not Unknown:
            return (yes if chosen else no)(values)
        a, b = yes(values), no(values)
        if type(a) is not Unknown and type(b) is not Unknown and a == b:
            return a  # whichever it is
        return Unknown(chosen.asks | asks_of((a, b)))

    return run


def _call(node: ast.Call, scope: Scope) -> Run:
    name = node.func.id  # type: ignore[attr-defined]
    if node.args and isinstance(node.args[0], ast.GeneratorExp):
        return loops.aggregate(node, partial(build, scope=scope), scope.where)
    special = SPECIAL.get(name)
    if special is not None:
        return special(node, scope)
    function = FUNCTIONS.get(name)
    if function is None:
        raise TermsError(Problem(scope.where, f"there is no function '{name}'"))
    return _apply(function, node, scope)


def _apply(function: Function, node: ast.Call, scope: Scope) -> Run:
    runs = [build(a, scope) for a in node.args]
    named = [(str(k.arg), build(k.value, scope)) for k in node.keywords]
    text = ast.unparse(node)

    def run(values: Values) -> Any:
        args = [r(values) for r in runs]
        keywords = {k: r(values) for k, r in named}
        given = [*args, *keywords.values()] if named else args
        asks = asks_of(given)
        if asks:
            return Unknown(asks)
        if not function.nulls and None in given:
            return None
        if function.context:
            args.insert(0, values.get(CONTEXT, DEFAULT))
        try:
            return function.run(*args, **keywords)
        except (TypeError, ValueError, ArithmeticError, KeyError) as error:
            raise TermsError(Problem(scope.where, f"{text} fails: {error}")) from None

    return run


def _ask(node: ast.Call, scope: Scope) -> Run:
    names = [a.value for a in node.args if isinstance(a, ast.Constant)]
    unknown = Unknown(frozenset(str(n) for n in names))
    return lambda values: unknown


def _lookup(node: ast.Call, scope: Scope, *, every: bool) -> Run:
    table = getattr(node.args[0], "id", "") if node.args else ""
    if table not in scope.tables or len(node.args) != 1:
        raise TermsError(Problem(scope.where, f"{ast.unparse(node)}: there is no such table"))
    keys = [(str(k.arg), build(k.value, scope)) for k in node.keywords]
    find = finder(scope.tables[table], [k for k, _ in keys])

    def run(values: Values) -> Any:
        wanted = tuple(r(values) for _, r in keys)
        asks = asks_of(wanted)
        if asks:
            return Unknown(asks)
        found = find(wanted)
        return found if every else (found[0] if found else None)

    return run


def _row(node: ast.Call, scope: Scope) -> Run:
    return _lookup(node, scope, every=False)


def _rows(node: ast.Call, scope: Scope) -> Run:
    return _lookup(node, scope, every=True)


SPECIAL: dict[str, Callable[[ast.Call, Scope], Run]] = {"ask": _ask, "row": _row, "rows": _rows}

BUILDERS: dict[type, Callable[[Any, Scope], Run]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.List: _list,
    ast.Tuple: _list,
    ast.BoolOp: _bool,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.IfExp: _choose,
    ast.Call: _call,
    ast.ListComp: lambda node, scope: loops.listing(node, partial(build, scope=scope)),
}
