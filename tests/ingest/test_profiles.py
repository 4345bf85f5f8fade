from __future__ import annotations

import json
from pathlib import Path

import pytest

from pvwarranty.errors import DataError
from pvwarranty.ingest.convert.profile_check import check_profile
from pvwarranty.ingest.profiles import built_in, find_profile, read_profile

CORPUS = Path(__file__).parent / "corpus"
PROFILES = Path(__file__).parents[2] / "src" / "pvwarranty" / "ingest" / "profiles"
CASES = json.loads((CORPUS / "manifest.json").read_text("utf-8"))
GOOD = """
id = "good"
title = "good"
source = "a file"
quality = "sourced"

[time]
datetime = "when"

[[column]]
names = "made"
quantity = "e_ac"
unit = "kWh"
required = true
"""


def test_every_profile_has_a_file_in_the_corpus() -> None:
    assert {p.id for p in built_in()} == {c["profile"] for c in CASES}


def test_profiles_are_called_as_their_files() -> None:
    assert {p.id for p in built_in()} == {p.stem for p in PROFILES.glob("*.toml")}


def test_every_profile_is_in_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text("utf-8")
    assert [p.id for p in built_in() if f"`{p.id}`" not in text] == []


@pytest.mark.parametrize("profile", built_in(), ids=lambda p: p.id)
def test_every_profile_passes_its_own_check(profile: object) -> None:
    name = profile.id  # type: ignore[attr-defined]
    case = next(c for c in CASES if c["profile"] == name and not c["file"].endswith(".zip"))
    lines = list(check_profile(PROFILES / f"{name}.toml", CORPUS / case["file"], "Asia/Tokyo"))
    assert any(line.startswith("read ") for line in lines)


def test_check_tells_of_a_profile_that_fits_too(tmp_path: Path) -> None:
    text = (PROFILES / "isolarcloud.toml").read_text("utf-8").replace('"isolarcloud"', '"other"')
    (tmp_path / "other.toml").write_text(text, encoding="utf-8")
    lines = list(check_profile(tmp_path / "other.toml", CORPUS / "isolarcloud.csv", "Asia/Tokyo"))
    assert any("'isolarcloud' fits the example too" in line for line in lines)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('id = "good"', 'id = "Good One"', "x.toml: id: String should match pattern"),
        ('title = "good"\n', "", "x.toml: title: is missing"),
        ('quality = "sourced"', 'quality = "good"', "x.toml: quality: Input should be"),
        ("[time]", "[times]", "x.toml: times: unknown key (did you mean 'time'?)"),
        (
            'datetime = "when"',
            'dates = "when"',
            "x.toml: time.dates: unknown key (did you mean 'date'?)",
        ),
        ('datetime = "when"', 'time = "when"', "x.toml: time: give datetime, or date and time"),
        ('datetime = "when"', 'datetime = "when"\nlabel = "middle"', "x.toml: time.label: Input"),
        ('"e_ac"', '"energy"', "x.toml: column[0]: 'energy' is no quantity of 'pv'"),
        ('"e_ac"', '"soc"', "'soc' is no quantity of 'pv'"),
        ('unit = "kWh"', 'unit = "kwhh"', "x.toml: column[0].unit: 'kwhh' is not a unit"),
        ("required = true", "required = false", "no column is required"),
        (
            "required = true",
            'required = true\n[[column]]\nnames = ["a", "made"]\nquantity = "p_ac"',
            "'made' is a name of column[0] too",
        ),
        ('quality = "sourced"', 'quality = "sourced"\nkinds = ["json"]', "give a [json] block"),
        (
            'quality = "sourced"',
            'quality = "sourced"\nlayout = "wide"',
            "a wide table needs time.date",
        ),
        ('id = "good"', 'id = "good', "x.toml: is not TOML"),
    ],
)
def test_wrong_profile_is_told(before: str, after: str, told: str) -> None:
    read_profile(GOOD, "x.toml")
    with pytest.raises(DataError) as caught:
        read_profile(GOOD.replace(before, after), "x.toml")
    assert told in str(caught.value)


def test_all_problems_of_a_profile_are_told_at_once() -> None:
    text = GOOD.replace('title = "good"\n', "").replace('"e_ac"', '"x"').replace("when", "w", 1)
    with pytest.raises(DataError) as caught:
        read_profile(text.replace("[time]", "[time]\nfoo = 1"), "x.toml")
    assert len(caught.value.problems) == 3


def test_profile_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(GOOD, encoding="utf-8")
    assert find_profile(str(tmp_path / "x.toml")).id == "good"
    with pytest.raises(DataError, match="cannot be read"):
        find_profile(str(tmp_path / "none.toml"))
    (tmp_path / "y.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="is not UTF-8"):
        find_profile(str(tmp_path / "y.toml"))
