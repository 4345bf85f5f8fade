"""``pvwarranty verify`` as a user meets it."""

import json
from pathlib import Path

import pytest

from pvwarranty.cli import run

SITE = Path(__file__).resolve().parents[2] / "site_data" / "shaded-string"


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(SITE), "--on", "2024-11-29"]) == 0
    shown = capsys.readouterr()
    assert "81.0%" in shown.out
    assert "TOS-2.2-B-a" in shown.out
    assert shown.err == ""


def test_japanese_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(SITE), "--on", "2024-11-29", "--lang", "ja"]) == 0
    assert "判定日 2024-11-29" in capsys.readouterr().out


def test_json_alone_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(SITE), "--on", "2024-11-29", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["site"] == "shaded-string"


def test_a_chart(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra 'report' is not installed")
    chart = tmp_path / "new" / "chart.png"
    assert run(["verify", str(SITE), "--on", "2024-11-29", "--chart", str(chart)]) == 0
    assert chart.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["verify"], "site"),
        (["verify", str(SITE), "--on", "2024-02-30"], "on"),
        (["verify", str(SITE), "--no-such-option"], "no-such-option"),
        (["verifi", str(SITE)], "verif"),
        (["verify", "/no/such/folder"], "site.toml"),
    ],
)
def test_bad_usage_exits_with_2_and_one_line_a_problem(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert told in shown.err.lower()
    assert all(line.startswith("pvwarranty: ") for line in shown.err.splitlines())


def test_all_problems_of_a_site_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (SITE / "site.toml").read_text()
    (tmp_path / "site.toml").write_text(text.replace("surface_tilt = ", "surface_tilt = 9"))
    assert run(["verify", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


@pytest.mark.parametrize(
    ("on", "told"),
    [
        ("2015-01-01", "begin at 2019-11-29T15:00:00Z, after the day judged, 2015-01-01"),
        ("9999-12-31", "on: 9999-12-31 is not within 1900-01-01 and 2200-12-31"),
        ("0001-01-01", "on: 0001-01-01 is not within"),
    ],
)
def test_days_without_a_record(on: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(SITE), "--on", on]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "file/chart.png"])
def test_a_chart_that_cannot_be_written(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="the extra 'report' is not installed")
    (tmp_path / "file").write_text("")
    arguments = ["verify", str(SITE), "--on", "2024-11-29", "--chart", str(tmp_path / name)]
    assert run(arguments) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_what_a_stranger_wrote_is_shown_on_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "site.toml").write_text((SITE / "site.toml").read_text())
    (tmp_path / "measurements.csv").write_text('time,S1.p_dc\n"a\x1b[2Jb\nc",1\nd,2\n')
    assert run(["verify", str(tmp_path)]) == 2
    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert all(line.startswith("pvwarranty: ") for line in shown.splitlines())
