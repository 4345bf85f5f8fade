"""Loops of expressions: aggregates and lists over lists of facts and rows of tables."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pvwarranty.condition.values import Run, Values
from pvwarranty.errors import Problem, TermsError, nearest
from pvwarranty.logic import Unknown, asks_of

Build = Callable[[ast.expr], Run]


@dataclass(frozen=True, slots=True)
class Item:
    """What a loop found for one item: whether it passes the condition, and its value."""

    passes: Any
    value: Any


@dataclass(frozen=True, slots=True)
class Loop:
    """One loop with at most one condition."""

    items: Run
    name: str
    test: Run | None
    value: Run

    def run(self, values: Values) -> Unknown | list[Item]:
        """Return what was found for every item; null is an empty list."""
        items = self.items(values)
        inner = dict(values)
        if type(items) is Unknown:  # then also what any item would ask for
            found = self._item(inner, items)
            return Unknown(items.asks | asks_of((found.passes, found.value)))
        return [self._item(inner, item) for item in items or ()]

    def _item(self, inner: dict[str, Any], item: Any) -> Item:
        inner[self.name] = item
        passes = True if self.test is None else self.test(inner)
        return Item(False if passes is None else passes, self.value(inner))


def read_loop(node: ast.GeneratorExp | ast.ListComp, build: Build) -> Loop:
    """Return the loop of a generator or list."""
    loop = node.generators[0]
    test = build(loop.ifs[0]) if loop.ifs else None
    return Loop(build(loop.iter), loop.target.id, test, build(node.elt))  # type: ignore[attr-defined]


def listing(node: ast.ListComp, build: Build) -> Run:
    """Return the closure of a list; unknown where any of its items is."""
    return _closure(read_loop(node, build), _list)


def aggregate(node: ast.Call, build: Build, where: str) -> Run:
    """Return the closure of an aggregate over a loop."""
    name = node.func.id  # type: ignore[attr-defined]
    if name not in AGGREGATE:
        hint = nearest(name, AGGREGATE)
        raise TermsError(Problem(where, f"there is no aggregate '{name}'", hint))
    return _closure(read_loop(node.args[0], build), AGGREGATE[name])  # type: ignore[arg-type]


def _closure(loop: Loop, gather: Callable[[list[Item]], Any]) -> Run:
    def run(values: Values) -> Any:
        found = loop.run(values)
        return found if type(found) is Unknown else gather(found)  # type: ignore[arg-type]

    return run


def _both(item: Item) -> Any:
    """Kleene's and of condition and value."""
    value = False if item.value is None else item.value
    if item.passes is False or value is False:
        return False
    asks = asks_of((item.passes, value))
    return Unknown(asks) if asks else True


def _any(items: Iterable[Item]) -> Any:
    found = [_both(i) for i in items]
    if True in found:
        return True
    asks = asks_of(found)
    return Unknown(asks) if asks else False


def _all(items: Iterable[Item]) -> Any:
    failing = _any(Item(i.passes, _not(i.value)) for i in items)
    return _not(failing)


def _not(value: Any) -> Any:
    return value if type(value) is Unknown else not value


def _count(items: Iterable[Item]) -> Any:
    found = [_both(i) for i in items]
    asks = asks_of(found)
    return Unknown(asks) if asks else sum(f is True for f in found)


def _settled(items: Iterable[Item]) -> Unknown | list[Any]:
    """Return the values of the items that pass, unknown where one may pass or has no value."""
    kept = [i for i in items if i.passes is not False]
    asks = asks_of(v for i in kept for v in (i.passes, i.value))
    return Unknown(asks) if asks else [i.value for i in kept]


def _over(fold: Callable[[list[Any]], Any]) -> Callable[[list[Item]], Any]:
    def gather(items: list[Item]) -> Any:
        values = _settled(items)
        return values if type(values) is Unknown else fold(values)  # type: ignore[arg-type]

    return gather


def _first(items: Iterable[Item]) -> Any:
    rest: Iterator[Item] = iter(items)
    for item in rest:
        if item.passes is True:
            return item.value
        if item.passes is not False:
            return Unknown(asks_of(v for i in (item, *rest) for v in (i.passes, i.value)))
    return None


_list = _over(tuple)

AGGREGATE: dict[str, Callable[[list[Item]], Any]] = {
    "any": _any,
    "all": _all,
    "count": _count,
    "sum": _over(lambda v: sum(x for x in v if x is not None)),
    "max": _over(lambda v: max((x for x in v if x is not None), default=None)),
    "min": _over(lambda v: min((x for x in v if x is not None), default=None)),
    "first": _first,
    "last": lambda items: _first(items[::-1]),
}
