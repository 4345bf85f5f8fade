"""Reading site files: what is right, and that all that is wrong is told at once."""

from pathlib import Path

import pytest

from pvwarranty.errors import DataError
from pvwarranty.ingest.site import read_site, site_of

GOOD = """
id = "home"
latitude = 35
longitude = 139.5
timezone = "Asia/Tokyo"
[facts]
completion_date = 2015-10-24
[[array]]
id = "S1"
product = "SPR-X21-345"
module = { p_dc0 = 345, gamma_pdc = -0.0031 }
surface_tilt = 18
surface_azimuth = 208
modules = 7
[[inverter]]
id = "PCS"
p_ac0 = 3200
[[channel]]
id = "S1"
kind = "string"
arrays = ["S1"]
inverter = "PCS"
"""


def write(folder: Path, text: str) -> Path:
    (folder / "site.toml").write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(DataError) as caught:
        read_site(write(folder, text))
    return [str(p) for p in caught.value.problems]


def test_reads_a_site(tmp_path: Path) -> None:
    site = read_site(write(tmp_path, GOOD))
    assert site.id == "home"
    assert site.array("S1").surface_tilt == 18.0
    assert site.array("S1").module.p_dc0 == 345.0
    assert site.array("S1").maker == "toshiba"
    assert site.inverter("PCS").efficiency == 0.96
    assert site.channels[0].arrays == ("S1",)
    assert len(site.sha256) == 64


def test_all_problems_are_told_with_their_place(tmp_path: Path) -> None:
    text = GOOD.replace("surface_tilt = 18", "surface_tilt = 190").replace(
        "p_ac0 = 3200", 'p_ac0 = "3200"\nefficency = 0.97'
    )
    assert problems(tmp_path, text) == [
        "site.toml: array[0].surface_tilt: 190.0 is not within 0..90",
        "site.toml: inverter[0].p_ac0: '3200' is not a number",
        "site.toml: inverter[0].efficency: unknown key (did you mean 'efficiency'?)",
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("latitude = 35", "", "site.toml: latitude: is missing"),
        ("latitude = 35", "latitude = nan", "latitude: nan is not a finite number"),
        ('kind = "string"', 'kind = "sting"', "channel[0].kind: 'sting' is not one of"),
        ("modules = 7", "modules = true", "array[0].modules: True is not a whole number"),
        ("gamma_pdc = -0.0031", "gamma_pdc = -0.31", "array[0].module.gamma_pdc: -0.31 is not"),
        ("module = {", "module = [", "site.toml: is not TOML"),
        ('timezone = "Asia/Tokyo"', 'timezone = "Asia/Tokio"', "did you mean 'Asia/Tokyo'?"),
        ('arrays = ["S1"]', 'arrays = ["S2"]', "no [[array]] has the id 'S2'"),
        ('inverter = "PCS"', 'inverter = "PSC"', "no [[inverter]] has the id 'PSC'"),
        ("modules = 7", "", "channel[0].modules: is missing"),
    ],
)
def test_a_problem_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert any(told in p for p in problems(tmp_path, GOOD.replace(old, new)))


def test_doubled_ids_are_refused(tmp_path: Path) -> None:
    text = GOOD + '[[channel]]\nid = "S1"\nkind = "module"\narrays = ["S1"]\n'
    assert problems(tmp_path, text) == ["site.toml: channel[1].id: 'S1' is already channel[0]"]


def test_a_battery_may_not_share_a_channels_name(tmp_path: Path) -> None:
    text = GOOD + '[[battery]]\nid = "S1"\nproduct = "battery_unit"\ninitial_capacity = 6500\n'
    assert problems(tmp_path, text) == ["site.toml: id 'S1': is taken: columns would be ambiguous"]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"site\.toml.*cannot be read"):
        read_site(tmp_path)


def test_an_empty_site_is_refused() -> None:
    with pytest.raises(DataError, match="neither a"):
        site_of({"id": "x", "latitude": 35, "longitude": 139})


def test_text_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_bytes('id = "家"'.encode("cp932"))
    with pytest.raises(DataError, match="byte 6: is not UTF-8"):
        read_site(tmp_path)


def test_a_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert read_site(tmp_path).id == "home"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "home"', 'id = "a\\u001b[2Jb"', r"site.toml: id: 'a\x1b[2Jb' is no name"),
        ('id = "home"', 'id = ""', "site.toml: id: '' is no name"),
        ('id = "PCS"', 'id = "a/b"', "site.toml: inverter[0].id: 'a/b' is no name"),
        ('arrays = ["S1"]', 'arrays = ["S1", "S1"]', "channel[0].arrays[1]: 'S1' is named twice"),
        ("2015-10-24", "2015-10-24T00:00:00", "facts.completion_date: '2015-10-24 00:00:00' is no"),
        ("2015-10-24", "12:00:00", "facts.completion_date: '12:00:00' is no value of a fact"),
        ("2015-10-24", "nan", "facts.completion_date: 'nan' is no value of a fact"),
    ],
)
def test_odd_values_are_told_once(old: str, new: str, told: str, tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace(old, new))
    assert any(told in p for p in found), found
    assert len(found) == 1


def test_nesting_has_an_end(tmp_path: Path) -> None:
    text = f"{GOOD}\n[x]\na = {'[' * 5000}{']' * 5000}\n"
    assert problems(tmp_path, text) == ["site.toml: is nested too deeply"]
