"""Whatever stands in a terms file, its check tells what is wrong and does not stumble."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvwarranty.entitle.cases import read_cases
from pvwarranty.entitle.overview import check_all
from pvwarranty.errors import TermsError
from pvwarranty.terms import loading
from pvwarranty.terms.shapes import FILE, shape_problems

EDITION = Path(loading.__file__).parent / "apc" / "ups_service_2026-06"
TREES = {
    p.read_text("utf-8"): tomllib.loads(p.read_text("utf-8"), parse_float=Decimal)
    for p in sorted(EDITION.glob("*.toml"))
}
ODD = [5, "x", "= x y", [], {}, True, [1], ["x"], {"a": 1}, [[1]], [{}], -1, date(2024, 1, 1),
       Decimal("NaN")]  # fmt: skip
Place = tuple[str | int, ...]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    if at:
        yield at
    inner = value.items() if isinstance(value, dict) else ()
    inner = list(enumerate(value))[:2] if isinstance(value, list) else inner
    for key, entry in inner:
        yield from places(entry, (*at, key))


PLACES = [(text, at) for text, tree in TREES.items() for at in places(tree)]


def put(tree: dict[str, Any], at: Place, value: Any) -> dict[str, Any]:
    made: Any = deepcopy(tree)
    inner = made
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = value
    return made


class Replaced:
    """Stands for tomllib, with one file of the edition replaced."""

    TOMLDecodeError = tomllib.TOMLDecodeError

    def __init__(self, text: str, tree: dict[str, Any]) -> None:
        self.trees = TREES | {text: tree}

    def loads(self, text: str, parse_float: Any) -> dict[str, Any]:
        return deepcopy(self.trees[text])


@settings(max_examples=60)
@given(st.sampled_from(PLACES), st.sampled_from(ODD))
def test_odd_values_anywhere_are_told(place: tuple[str, Place], value: Any) -> None:
    text, at = place
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "tomllib", Replaced(text, put(TREES[text], at, value)))
        with suppress(TermsError):  # anything else it raises fails the test
            check_all(EDITION, (), None)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"clause": {"A-1": 5}}, "x.toml: clause.A-1: '5' is not a table"),
        ({"clause": {"A-1": {"quote": 5}}}, "x.toml: clause.A-1.quote: '5' is not a text"),
        ({"promise": [{"label": []}]}, "promise[0].label: '[]' is not a text or a list of texts"),
        ({"promise": {}}, "x.toml: promise: '{}' is not a list"),
        ({"offer": [{"requires": [{"cause": 1}]}]}, "offer[0].requires[0].cause: '1' is not"),
        ({"office": {"o": {"hours": ["9", "17"]}}}, "office.o.hours: '['9', '17']' is not two"),
        ({"office": {"o": {"closed": ["13-01"]}}}, "office.o.closed: '['13-01']' is not a list"),
        ({"table": [{"rows": [1]}]}, "table[0].rows[0]: '1' is not a row"),
        ({"document": {"dated": "today"}}, "document.dated: 'today' is not a date"),
        ({"let": {"a": "x" * 99}, "word": {"a": 1}}, "word.a: '1' is not a text"),
    ],
)
def test_places_are_named(content: dict[str, Any], told: str) -> None:
    (problem,) = shape_problems(content, FILE, "x.toml")
    assert told in str(problem)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("case = 5", "c.toml: case: '5' is not a list"),
        ("[[case]]\nclauses = 'A-1'", "c.toml: case[0].clauses: 'A-1' is not a list of texts"),
        ("given = 1", "c.toml: given: '1' is not a table"),
        (f"a = {'[' * 5000}{']' * 5000}", "c.toml: is not TOML"),
    ],
)
def test_odd_cases_are_told(text: str, told: str) -> None:
    with pytest.raises(TermsError) as caught:
        read_cases(text, "c.toml")
    assert told in str(caught.value)
