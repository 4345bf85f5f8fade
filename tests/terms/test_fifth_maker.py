"""A new maker is a terms file and a cases file: no Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from pvwarranty.cli import run
from pvwarranty.entitle import answer
from pvwarranty.entitle.overview import check_all
from pvwarranty.errors import TermsError
from pvwarranty.terms import packaged_library
from pvwarranty.terms.library import read_path

TERMS = """
[document]
id = "kaminari/lanterns_2025-01"
maker = "kaminari"
title = "ソーラー灯保証書"
edition = "2025年1月"

[applies]
line = "lanterns"
unalleged = ["cause"]
presume = [{ fact = "claim_date", value = "event_date", assumption = "A6" }]

[fact]
lantern_oiled = { kind = "yes_no", label = ["Oiled", "注油"], ask = ["Oiled?", "注油しましたか。"] }
cause = { kind = "word", words = ["kite"] }

[word]
lanterns_lent = ["lanterns lent", "貸出灯"]

[clause]
"KAM-1" = { at = "1", quote = "保証期間は購入日から1カ月とする" }
"KAM-2" = { at = "2", quote = "注油を怠った場合" }
"KAM-3" = { at = "3", quote = "凧による損傷は対象外" }
"KAM-4" = { at = "4", quote = "予備の灯を2台まで貸し出す" }
"KAM-5" = { at = "5", quote = "お客様各位", informs = "a salutation" }

[[promise]]
coverage = "kam_lantern"
label = ["Lantern warranty", "灯保証"]
clause = ["KAM-1", "KAM-4"]
let.last_day = "period_end(purchase_date, months=1)"
requires = [
    { when = "event_date <= last_day", clause = "KAM-1" },
    { when = "lantern_oiled", clause = "KAM-2" },
]
excludes = [{ when = "cause == 'kite'", clause = "KAM-3" }]
answer = { period_end = "= last_day" }
grant = { remedy = "free_repair", lanterns_lent = 2 }
"""
CASES = """
maker = "kaminari"

[given]
purchase_date = 2025-01-31
lantern_oiled = true

[[case]]
id = "last day"
coverage = "kam_lantern"
facts = { event_date = 2025-02-28 }
decision = "covered"
clauses = ["KAM-1", "KAM-4"]
answer = { period_end = 2025-02-28, lanterns_lent = 2 }
assumptions = ["A0", "A1"]

[[case]]
id = "day after"
coverage = "kam_lantern"
facts = { event_date = 2025-03-01 }
decision = "not_covered"
clauses = ["KAM-1"]

[[case]]
id = "not oiled"
coverage = "kam_lantern"
facts = { event_date = 2025-02-01, lantern_oiled = false }
decision = "not_covered"
clauses = ["KAM-2"]

[[case]]
id = "oiling not told"
coverage = "kam_lantern"
facts = { event_date = 2025-02-01 }
without = ["lantern_oiled"]
decision = "needs_information"
missing = ["lantern_oiled"]

[[case]]
id = "a kite"
coverage = "kam_lantern"
facts = { event_date = 2025-02-01, cause = "kite" }
decision = "excluded"
clauses = ["KAM-3"]
"""
SOURCE = "お客様各位 保証期間は購入日から1カ月とする。注油を怠った場合。凧による損傷は対象外。予備の灯を2台まで貸し出す"  # noqa: E501


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    found = tmp_path / "lanterns_2025-01.toml", tmp_path / "cases.toml", tmp_path / "source.txt"
    for path, text in zip(found, (TERMS, CASES, SOURCE), strict=True):
        path.write_text(text, "utf-8")
    return found


def test_its_terms_and_cases_are_in_order(files: tuple[Path, Path, Path]) -> None:
    terms, cases, source = files
    problems, told = check_all(terms, [cases], source)
    assert [str(p) for p in problems] == []
    assert told == "kaminari/lanterns_2025-01: 5 clauses, 1 blocks, 5 cases"


def test_it_answers_beside_the_packaged_makers(
    files: tuple[Path, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = packaged_library().with_terms([read_path(files[0])])
    raw = {"maker": "kaminari", "facts": {"purchase_date": "2025-01-31", "lantern_oiled": True}}
    decision = answer(raw, library)[0]
    assert (decision.word, decision.missing) == ("needs_information", ("event_date",))
    query = tmp_path / "query.json"
    query.write_text('{"maker": "kaminari", "facts": {"lantern_oiled": false}}', "utf-8")
    assert run(["entitle", str(query), "--terms", str(files[0]), "--lang", "ja"]) == 0
    assert "保証されません" in capsys.readouterr().out
    with pytest.raises(TermsError, match="already terms"):
        library.with_terms([read_path(files[0])])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"lantern_oiled", clause = "KAM-2"', '"lantern_oild", clause = "KAM-2"', "did you mean"),
        ("clause = \"KAM-3\" }", "clause = \"KAM-33\" }", "there is no clause 'KAM-33'"),
        ("cause == 'kite'", "cause == 'kites'", "'kites' is no word of 'cause'"),
        ("event_date <= last_day", "event_date <= 3", "is a date, '3' a number"),
        ("event_date <= last_day", "event_date", "neither yes nor no"),
        ("event_date <= last_day", "event_date <=", "cannot read"),
        ("period_end(purchase", "period_ends(purchase", "there is no function 'period_ends'"),
        ("lanterns_lent = 2 }", "lamps_lent = 2 }", "'lamps_lent' is no key of answers"),
        ("[[promise]]", "[[promises]]", "unknown section 'promises'"),
        ("coverage = \"kam", "coverages = \"kam", "unknown key 'coverages'"),
        ("remedy = ", "remedy == ", "is not TOML"),
        ("edition = \"2025年1月\"", "", "'edition' is missing"),
        (", informs = \"a salutation\"", "", "clause KAM-5: no rule cites it"),
        ("\"KAM-1\", \"KAM-4\"]", "\"KAM-1\", \"KAM-5\"]", "is cited, yet said to inform only"),
        ("凧による損傷は対象外\"", "凧による損傷も対象\"", "the source does not say"),
        ('unalleged = ["cause"]', 'unalleged = ["cuase"]', "'cuase' is no fact"),
        ("clause = \"KAM-3\" }", "clause = \"KAM-3\", cause = [\"snw\"] }", "no measured cause"),
        ("clause = \"KAM-3\" }", "clause = \"KAM-3\", decision = \"exluded\" }", "is no decision"),
        ("kind = \"yes_no\"", "kind = \"maybe\"", "is no kind of fact"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(
    files: tuple[Path, Path, Path], old: str, new: str, expected: str
) -> None:
    assert old in TERMS
    files[0].write_text(TERMS.replace(old, new, 1), "utf-8")
    try:
        problems = check_all(files[0], [files[1]], files[2])[0]
    except TermsError as error:
        problems = list(error.problems)
    assert any(expected in str(p) for p in problems), problems


STEPS = """
[[table]]
name = "floors"
kind = "steps"
columns = ["group", "step", "from", "to", "ratio"]
rows = [
    ["A", "a", 0, 10, 0.9], ["A", "b", 9, 15, 0.8],
    ["B", "c", 1, 5, 0.9], ["B", "d", 6, 7, 0.8],
]
"""


def test_steps_must_follow_each_other(files: tuple[Path, Path, Path]) -> None:
    files[0].write_text(TERMS + STEPS, "utf-8")
    told = [str(p) for p in check_all(files[0], [], None)[0]]
    assert told == [
        "table floors, group A: steps a and b overlap",
        "table floors, group B: the first step begins with year 1, not 0",
        "table floors, group B: steps c and d leave a gap",
    ]


def test_cases_that_do_not_come_out_are_told(files: tuple[Path, Path, Path]) -> None:
    terms, cases, _ = files
    wrong = CASES.replace('decision = "excluded"\nclauses = ["KAM-3"]', 'decision = "covered"')
    cases.write_text(wrong.replace("lanterns_lent = 2 }", "lanterns_lent = 3 }"), "utf-8")
    told = [str(p) for p in check_all(terms, [cases], None)[0]]
    assert told == [
        "case last day: has lanterns_lent = 2, should be 3",
        "case a kite: is excluded, should be covered (missing: ())",
    ]
    cases.write_text(CASES.split('[[case]]\nid = "a kite"')[0], "utf-8")
    told = [str(p) for p in check_all(terms, [cases], None)[0]]
    assert told == ["clause KAM-3: no case decides it (add a case that this clause decides)"]


def test_all_problems_are_told_at_once_on_the_command_line(
    files: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    broken = TERMS.replace("'kite'\"", "'kitten'\"").replace('lantern_oiled", c', 'oiled", c')
    files[0].write_text(broken, "utf-8")
    assert run(["terms", "check", str(files[0])]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2
    files[0].write_text(TERMS, "utf-8")
    assert run(["terms", "check", str(files[0]), "--cases", str(files[1])]) == 0


EARLIER = TERMS.replace('2025-01"', '2024-01"').replace(
    'line = "lanterns"',
    'line = "lanterns"\ndate = "purchase_date"\nsince = 2024-01-01\nearlier = "A12"',
)
LATER = TERMS.replace(
    'line = "lanterns"', 'line = "lanterns"\ndate = "purchase_date"\nsince = 2025-01-01'
)


@pytest.mark.parametrize(
    ("bought", "edition", "assumed"),
    [
        ("2023-12-31", "kaminari/lanterns_2024-01", True),
        ("2024-12-31", "kaminari/lanterns_2024-01", False),
        ("2025-01-01", "kaminari/lanterns_2025-01", False),
    ],
)
def test_the_edition_is_chosen_by_date(
    tmp_path: Path, bought: str, edition: str, assumed: bool
) -> None:
    for name, text in (("earlier.toml", EARLIER), ("later.toml", LATER)):
        (tmp_path / name).write_text(text, "utf-8")
    found = [read_path(tmp_path / n) for n in ("earlier.toml", "later.toml")]
    library = packaged_library().with_terms(found)
    facts = {"purchase_date": bought, "lantern_oiled": True, "event_date": bought}
    decision = answer({"maker": "kaminari", "facts": facts}, library)[0]
    assert (decision.terms.id, "A12" in decision.assumptions) == (edition, assumed)
