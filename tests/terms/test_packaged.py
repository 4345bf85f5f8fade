"""The packaged terms: cases, clauses, quotes, worked examples of the reference material."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pvwarranty.entitle import answer, as_dict
from pvwarranty.entitle.cases import check_cases, read_cases
from pvwarranty.terms import Terms, Vocabulary, packaged_library, packaged_vocabulary
from pvwarranty.terms.checking import check_terms

HERE = Path(__file__).parent
LIBRARY = packaged_library()
EDITIONS = LIBRARY.everything()
SOURCES = {
    "toshiba": "003_405ab36584726dac.txt",
    "omron": "000_370411c1fb5ac407.txt",
    "apc": "001_e9daf8b490b0f274.txt",
    "nec": "002_9d29e9686653023b.txt",
}  # fmt: skip


def vocabulary(terms: Terms) -> Vocabulary:
    return LIBRARY.maker(terms.document.maker).vocabulary


def cases_of(maker: str) -> list[Any]:
    files = sorted(HERE.glob(f"{maker}_*.toml"))
    return [case for f in files for case in read_cases(f.read_text("utf-8"), f.name)]


@pytest.mark.parametrize("terms", EDITIONS, ids=lambda t: t.id)
def test_every_case_comes_out_and_every_clause_decides_one(terms: Terms) -> None:
    found = check_cases(cases_of(terms.document.maker), terms, LIBRARY)
    assert [str(p) for p in found] == []


@pytest.mark.parametrize("terms", EDITIONS, ids=lambda t: t.id)
def test_terms_check_finds_nothing_wrong(terms: Terms) -> None:
    assert [str(p) for p in check_terms(terms, vocabulary(terms))] == []


@pytest.mark.parametrize("terms", EDITIONS, ids=lambda t: t.id)
def test_every_quote_is_in_the_source(terms: Terms, shared: Path) -> None:
    source = (shared / "seeds" / SOURCES[terms.document.maker]).read_text("utf-8")
    assert [str(p) for p in check_terms(terms, vocabulary(terms), source)] == []


@pytest.mark.parametrize("maker", sorted(SOURCES))
def test_worked_examples(maker: str, shared: Path) -> None:
    """Decision, all other values and the deciding clauses of every example of a maker."""
    if maker not in LIBRARY.makers:
        pytest.skip(f"the terms of {maker} are not packaged yet")
    lines = (shared / "entitlement" / "examples.jsonl").read_text("utf-8").splitlines()
    examples = [json.loads(line, parse_float=Decimal) for line in lines]
    wrong = [
        (e["id"], difference)
        for e in examples
        if e["query"]["maker"] == maker
        for difference in differences(e)
    ]
    assert wrong == []


def differences(example: dict[str, Any]) -> list[str]:
    told = as_dict(answer(example["query"])[0])
    expected = example["answer"]
    accepted = example.get("accept_decisions", [expected["decision"]])
    found = [] if told["decision"] in accepted else [f"decision {told['decision']}"]
    lacking = set(example["clauses"]) - set(told["clauses"])
    found += [f"clauses {sorted(lacking)}"] if lacking else []
    keys = (k for k in expected if k != "decision")
    return found + [f"{k} {told.get(k)!r}" for k in keys if not same(told.get(k), expected[k])]


def same(told: Any, expected: Any) -> bool:
    if isinstance(expected, list) and isinstance(told, list):
        return sorted(map(str, told)) == sorted(map(str, expected))
    if isinstance(expected, Decimal):
        return told is not None and Decimal(str(told)) == expected
    return bool(told == expected)


@pytest.mark.parametrize("terms", EDITIONS, ids=lambda t: t.id)
def test_no_makers_name_is_in_python(terms: Terms) -> None:
    import pvwarranty

    sources = Path(pvwarranty.__file__).parent
    names = (terms.document.maker, terms.document.maker.capitalize())
    layers = ("condition", "terms", "decide", "entitle")
    files = [f for layer in layers for f in (sources / layer).rglob("*.py")]
    code = {f: "\n".join(_code(f)) for f in files}
    assert [f.name for f, text in code.items() if any(f'"{n}"' in text for n in names)] == []


def _code(file: Path) -> list[str]:
    """Return the lines of a module outside its docstrings."""
    parts = file.read_text("utf-8").split('"""')
    return [line for part in parts[::2] for line in part.splitlines()]


def test_facts_have_labels_and_questions_in_both_languages() -> None:
    facts = packaged_vocabulary().facts.values()
    lacking = [f.name for f in facts if not all((*f.label, *f.ask)) or f.label[0] == f.label[1]]
    assert lacking == []


def test_cases_are_toml_with_known_keys_only() -> None:
    for file in HERE.glob("*_*.toml"):
        assert "maker" in tomllib.loads(file.read_text("utf-8")), file.name
