"""Queries and answers: reading, refusing, routing, timelines, the command line."""

from __future__ import annotations

import io
import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pvwarranty.calendar import Counting
from pvwarranty.cli import run
from pvwarranty.condition import Context
from pvwarranty.entitle import answer, as_dict, read_queries, read_query, timeline, to_json
from pvwarranty.entitle.result import plain
from pvwarranty.entitle.show import render, render_timeline, table
from pvwarranty.entitle.timeline import next_due
from pvwarranty.errors import FactError
from pvwarranty.terms import packaged_library

LIBRARY = packaged_library()
VOCABULARY = LIBRARY.maker("toshiba").vocabulary
GIVEN = {
    "warranty_certified": True,
    "sold_and_used_in_japan": True,
    "residential_use": True,
    "installed_by_designated": True,
    "standard_method": True,
    "normal_use": True,
}
OUTPUT = {
    **GIVEN,
    "component": "pv_module",
    "module_model": "SPR-X21-345",
    "completion_date": "2020-06-15",
    "measured_on": "2041-08-14",
    "measured_pmax_w": 248.3,
    "measurement": "company_standard_jis_c8918",
}
FAILURE = {
    **GIVEN,
    "component": "power_conditioner",
    "completion_date": "2021-04-12",
    "event_date": "2027-05-10",
    "trigger": "failure",
}

DEEP: Any = []
for _ in range(985):
    DEEP = [DEEP]


def query(facts: dict[str, Any], coverage: str | None = "tos_module_output") -> dict[str, Any]:
    asked = {"maker": "toshiba", "coverage": coverage, "facts": facts}
    return {k: v for k, v in asked.items() if v is not None}


def problems(raw: Any) -> list[str]:
    with pytest.raises(FactError) as refused:
        read_query(raw, LIBRARY)
    return [str(p) for p in refused.value.problems]


def test_an_answer_has_the_fixed_keys_and_its_own() -> None:
    told = as_dict(answer(query(OUTPUT))[0])
    assert list(told)[:7] == [
        "decision", "coverage", "clauses", "quotes", "missing", "assumptions", "trace",
    ]  # fmt: skip
    assert told["decision"] == "covered"
    assert told["threshold_w"] == 248.4
    assert told["period_end"] == "2045-06-15"
    assert len(told["quotes"]) == len(told["clauses"])
    assert json.loads(to_json(told)) == told
    stages = [r["stage"] for r in told["trace"]["rules"]]
    assert stages == sorted(stages, key=["requires", "excludes", "triggers", "adds"].index)
    assert "TOS-3.1" in told["trace"]["unalleged"]


def test_numbers_are_shown_exactly() -> None:
    assert to_json(plain(Decimal("263.9250"))) == "263.925"
    assert to_json(plain(Decimal("0.1234567890123456789"))) == '"0.1234567890123456789"'


def test_a_convention_can_be_switched() -> None:
    facts = {**OUTPUT, "measured_on": "2045-06-15"}
    assert answer(query(facts))[0].word == "covered"
    counted = Context(Counting.FIRST_DAY_COUNTED)
    switched = answer(query(facts), context=counted)[0]
    assert switched.word == "not_covered"
    assert switched.answer["period_end"] == date(2045, 6, 14)


def test_without_a_coverage_all_that_may_be_meant_are_answered() -> None:
    found = [d.block.coverage for d in answer(query(OUTPUT, None))]
    assert found[0] == "tos_module_output"
    failure = [(d.block.coverage, d.word) for d in answer(query(FAILURE, None))]
    assert failure == [("tos_equipment", "covered")]
    loss = [d.block.coverage for d in answer(query({"claimed_loss": "feed_in_income"}, None))]
    assert {"tos_consequential_loss", "tos_liability"} <= set(loss)
    with pytest.raises(FactError, match="no coverage"):
        answer(query({"company_holiday": True}, None))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (query({"cause": "typhon"}), "facts.cause: 'typhon' is no word of 'cause' (did you mean"),
        (query({"completion_dat": "2020-01-01"}), "did you mean 'completion_date'?"),
        (query({"completion_date": "2024-02-30"}), "there is no day '2024-02-30'"),
        (query({"completion_date": "2024-W01-1"}), "is not a date"),
        (query({"completion_date": 20240101}), "is not a date"),
        (query({"completion_date": "9999-12-31"}), "out of range"),
        (query({"normal_use": "yes"}), "'yes' is neither true nor false"),
        (query({"normal_use": 1}), "neither true nor false"),
        (query({"normal_use": None}), "null is neither true nor false"),
        (query({"measured_pmax_w": "248"}), "is not a number"),
        (query({"measured_pmax_w": True}), "is not a number"),
        (query({"measured_pmax_w": -1}), "out of range"),
        (query({"measured_pmax_w": 10**20}), "of that size"),
        (query({"measured_pmax_w": Decimal("NaN")}), "not a finite number"),
        (query({"measured_pmax_w": float("inf")}), "not a finite number"),
        (query({"measured_pmax_w": Decimal("1e-999999")}), "of that size"),
        (query({"battery_capacity_ratio": 60}), "at most 2"),
        (query({"module_equipment_warranty_years_group_B": 20}), "one of 15, 25"),
        (query({"measured_pmax_w_list": 3}), "is not a list"),
        (query({"measured_pmax_w_list": [1, "x"]}), "facts.measured_pmax_w_list[1]"),
        (query({"contracts": [{"typ": "x"}]}), "facts.contracts[0].typ: there is no fact 'typ'"),
        (query({"contracts": [{"type": "onsite"}]}), "facts.contracts[0].type"),
        (query({"contracts": ["x"]}), "is not a set of facts"),
        (query({"set_ups": 3}), "is not a set of facts"),
        (query({"cause": DEEP}), "facts.cause: a list is not a word"),
        (query({"cause": "x" * 10_000_000}), "is no word of 'cause'"),
        (query({f"fact{n}": 1 for n in range(10_000)}), "there is no fact 'fact9999'"),
        (query({"model": ""}), "printable characters"),
        (query({"model": "a\nb"}), "printable characters"),
        (query({"model": 3}), "is not a word"),
        (query({"call_at": "2024-06-11"}), "local date and time"),
        (query({"call_at": "2024-06-11T25:00"}), "there is no moment"),
        (query({"registered_on": "2020-01-01", "purchase_date": "2020-01-02"}), "registered bef"),
        (query({"claim_date": "2020-01-01", "completion_date": "2020-01-02"}), "claimed before"),
        (query({"claim_date": "2020-01-01", "event_date": "2020-01-02"}), "claimed before"),
        (query({}, "tos_modul_output"), "did you mean 'tos_module_output'?"),
        ({"maker": "toshba", "facts": {}}, "did you mean 'toshiba'?"),
        ({"maker": ["toshiba"], "facts": {}}, "is not a maker"),
        ({"facts": {}}, "maker: is missing"),
        ({"maker": "toshiba", "coverage": 3, "facts": {}}, "has no coverage 3"),
        ({"maker": "toshiba", "facts": []}, "facts: is not an object"),
        ({"maker": "toshiba", "fact": {}}, "did you mean 'facts'?"),
        ([], "is not an object"),
        (None, "is not an object"),
    ],
)  # fmt: skip
def test_wrong_queries_are_refused_with_place_and_hint(raw: Any, expected: str) -> None:
    assert any(expected in text for text in problems(raw))


def test_all_problems_are_told_at_once() -> None:
    raw = {"maker": "toshiba", "coverage": "x", "facts": {"normal_use": 3, "nosuch": 1}, "more": 1}
    assert len(problems(raw)) == 4


def test_a_wrapped_query_is_unwrapped() -> None:
    assert read_query({"id": 1, "query": query(OUTPUT)}, LIBRARY).coverage == "tos_module_output"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"maker": NaN}', "NaN is no number"),
        ('{"maker": -Infinity}', "Infinity is no number"),
        ('{"maker": "a", "maker": "b"}', "'maker' is given twice"),
        ('{"maker": ', "is not JSON at line 1, column"),
        ("", "is empty"),
        ("[" * 200_000, "nested too deeply"),
        ('{"facts":' * 1_200_000, "nested too deeply"),
        ("1" * 10_000, "input"),
    ],
    ids=["nan", "infinity", "twice", "broken", "empty", "deep", "10 MB", "digits"],
)
def test_broken_text_is_refused(text: str, expected: str) -> None:
    with pytest.raises(FactError, match=r"^input") as refused:
        list(read_queries(text))
    assert expected in str(refused.value)


def test_lines_arrays_and_single_objects() -> None:
    one = to_json(query(OUTPUT))
    assert [line.many for line in read_queries(one)] == [False]
    assert [line.many for line in read_queries(json.dumps(query(OUTPUT), indent=1))] == [False]
    assert [line.where for line in read_queries(f"[{one}, {one}]")] == ["[0]", "[1]"]
    lines = list(read_queries(f"{one}\n\n{{bad}}\n{one}\n"))
    assert [line.where for line in lines] == ["line 1", "line 3", "line 4"]
    assert [line.error is None for line in lines] == [True, False, True]


# -- timelines


def test_a_timeline_tells_covers_steps_and_deadlines_in_order() -> None:
    asked = read_query(query(OUTPUT), LIBRARY)
    found = timeline(asked)
    assert [(e.date.isoformat(), e.kind) for e in found] == [
        ("2020-06-15", "start"),
        ("2030-06-15", "step"),
        ("2035-06-15", "step"),
        ("2045-06-15", "deadline"),
        ("2045-06-15", "step"),
    ]
    due = next_due(found, date(2040, 1, 1))
    assert due is not None
    assert due.date == date(2045, 6, 15)
    assert next_due(found, date(2046, 1, 1)) is None
    assert "2045-06-15" in render_timeline(found, date(2040, 1, 1), "ja").splitlines()[-1]


def test_a_timeline_leaves_out_what_is_not_known() -> None:
    facts = {k: v for k, v in OUTPUT.items() if k != "completion_date"}
    assert timeline(read_query(query(facts), LIBRARY)) == ()


# -- for people


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_people_read_decision_clauses_and_reasons(lang: str) -> None:
    facts = {k: v for k, v in FAILURE.items() if k != "normal_use"}
    told = render(answer(query(facts, "tos_equipment"))[0], VOCABULARY, lang)
    word = {"en": "needs information", "ja": "情報が不足しています"}[lang]
    question = VOCABULARY.facts["normal_use"].ask[lang == "ja"]
    assert word in told
    assert question in told
    assert "TOS-2-1  [2 柱書] 「" in told
    assert "? " in told


def test_tables_align_wide_characters() -> None:
    assert table([("あ", "x"), ("ab", "y")]) == ["  あ  x", "  ab  y"]


# -- the command line


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(text: str, *options: str) -> tuple[int, str, str]:
        file = tmp_path / "queries"
        file.write_text(text, "utf-8")
        status = run(["entitle", str(file), *options])
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def test_json_prints_one_answer_a_line(ask: Any) -> None:
    text = "\n".join(to_json(q) for q in (query(OUTPUT), query(FAILURE, "tos_equipment")))
    status, out, err = ask(text, "--json")
    words = [json.loads(line)["decision"] for line in out.splitlines()]
    assert (status, words, err) == (0, ["covered", "covered"], "")


def test_a_bad_line_does_not_stop_the_others(ask: Any) -> None:
    good = to_json(query(OUTPUT))
    bad = to_json(query({"normal_use": "yes"}))
    status, out, err = ask(f"{good}\n{bad}\n{{\n{good}\n", "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert status == 2
    assert [t.get("decision") for t in told] == ["covered", None, None, "covered"]
    assert told[1]["error"]["problems"][0]["where"] == "facts.normal_use"
    assert [line.split(": ")[1] for line in err.splitlines()] == ["line 2", "line 3"]


def test_a_bad_query_is_refused(ask: Any) -> None:
    status, out, err = ask(to_json(query({"normal_use": "yes"})), "--json")
    assert (status, out) == (2, "")
    assert err == "pvwarranty: facts.normal_use: 'yes' is neither true nor false\n"


def test_standard_input_and_missing_files(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = io.TextIOWrapper(io.BytesIO(to_json(query(OUTPUT, None)).encode()))
    monkeypatch.setattr(sys, "stdin", text)
    assert run(["entitle", "-", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told[0]["coverage"] == "tos_module_output"
    assert run(["entitle", "/nowhere"]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_text_timeline_and_convention_of_the_command(ask: Any) -> None:
    status, out, _ = ask(to_json(query(OUTPUT)), "--lang", "ja")
    assert status == 0
    assert "モジュール出力保証" in out
    facts = {**OUTPUT, "as_of": "2040-01-01"}
    status, out, _ = ask(to_json(query(facts)), "--timeline", "--json", "--count-first-day")
    told = json.loads(out)
    assert (status, told["next"]["date"]) == (0, "2045-06-14")
    assert [e["date"] for e in told["timeline"]] == sorted(e["date"] for e in told["timeline"])


def test_commands_on_terms(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["terms", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert "toshiba/long_term_2020-04" in [r["id"] for r in rows]
    assert run(["terms", "list"]) == 0
    assert run(["terms", "show", "toshiba/long_term_2020-04"]) == 0
    assert "TOS-3.18" in capsys.readouterr().out
    assert run(["terms", "show", "toshiba/long_term_2020"]) == 2
    assert "did you mean" in capsys.readouterr().err
