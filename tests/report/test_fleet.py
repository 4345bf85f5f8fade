"""The summary of a fleet from the tables of a batch."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pvwarranty.batch.judging import timing_rows
from pvwarranty.batch_tables import ABOUT, FAILURES, TIMING, VERDICT, TableWriter
from pvwarranty.cli import run
from pvwarranty.errors import DataError
from pvwarranty.report.fleet.blocks import due_told
from pvwarranty.report.fleet.reading import Fleet, read_fleet
from pvwarranty.report.labels import LANGUAGES

pytest.importorskip("matplotlib", reason="the extra 'report' is not installed")

from pvwarranty.report.fleet import summary
from pvwarranty.report.plain import render_text

ON = date(2024, 10, 20)


def verdict(site: str, value: float, **told: Any) -> dict[str, Any]:
    p = 1.0 if value < 0.78 else 0.5 if value < 0.84 else 0.0
    output = {1.0: "below", 0.5: "inconclusive", 0.0: "not_below"}[p]
    return {
        "site": site, "asset": "S1M01", "component": "pv_module", "coverage": "output",
        "value": value, "low": value - 0.02, "high": value + 0.02, "p_below": p,
        "output": output, "threshold": 0.81, "next_threshold": 0.765,
        "decision": "not_covered" if p == 0.0 else "needs_information",
        "deadline": "2024-12-22", "missing": json.dumps(["measurement"]), "clauses": "[]",
        "causes": json.dumps([{"cause": "degradation", "share": 0.2, "probability": 0.9}]),
        "modules_at_least": int(p), "modules_at_most": 1,
    } | told  # fmt: skip


def timing(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the coming steps of a verdict: a claim under the next floor stands on."""
    p, follows = row["p_below"], row["next_threshold"]
    after = follows is not None and row["value"] < 0.74
    steps = [
        {"step": "a", "ratio": 0.81, "since": f"{ON}", "until": "2024-12-22", "p_first": p,
         "p_last": p},
        {"step": "b", "ratio": 0.765, "since": "2024-12-23", "until": "2029-12-22",
         "p_first": 1.0 if after else 0.1, "p_last": 1.0 if after else 0.1},
    ][: 1 if follows is None else 2]  # fmt: skip
    stands = steps[-1]["until"] if after else steps[0]["until"]
    told = {"steps": steps, "stands_until": stands if p == 1.0 else None, "supported_from": None}
    return timing_rows(row["site"], row["site"], row | {"details": {"timing": told}})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        verdict("a", 0.775), verdict("b", 0.70), verdict("c", 0.80), verdict("d", 0.97),
        verdict("e", 0.60, decision="excluded"),
        verdict("f", 0.55, next_threshold=None, modules_at_least=3),
    ]  # fmt: skip
    sites = [
        {"site": r["site"], "path": r["site"], "latitude": 35.0 + n / 10, "longitude": 139.5}
        for n, r in enumerate(rows)
    ]
    steps = [t for row in rows for t in timing(row)]
    tables = {
        "verdicts": (VERDICT, rows),
        "timing": (TIMING, steps),
        "sites": (ABOUT, sites),
        "failures": (FAILURES, []),
    }
    for name, (columns, found) in tables.items():
        with TableWriter(tmp_path / f"{name}.parquet", columns) as table:
            table.add(found)
    (tmp_path / "manifest.json").write_text(json.dumps({"on": f"{ON}", "version": "0"}))
    return tmp_path


@pytest.fixture
def fleet(folder: Path) -> Fleet:
    return read_fleet(folder)


def test_value_is_modules_below_times_their_probability_and_none_where_refused(
    fleet: Fleet,
) -> None:
    assert [a.expected for a in fleet.assets] == [1.0, 1.0, 0.5, 0.0, 0.0, 3.0]


def test_a_step_ahead_tells_whether_the_claim_outlives_it(fleet: Fleet) -> None:
    assets = {a.site: a for a in fleet.assets}
    told = {d.site: due_told(d, assets[d.site], fleet.on, "en") for d in fleet.due}
    assert told["a"] == (
        "Step from 81 % to 76.5 % in 63 days: a claim that stands today and not after."
    )
    assert "b" not in told  # it stands for years
    assert "measured before" in told["c"]
    assert "d" not in told
    assert "e" not in told  # the terms exclude it
    assert told["f"].startswith("Cover (81 %) ends in 63 days")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_largest_claims_come_first(folder: Path, lang: str) -> None:
    text = render_text(summary(folder, lang), width=200)
    ranked = [line.split()[0] for line in text.splitlines() if "S1M01" in line]
    assert ranked[:4] == ["f", "a", "b", "c"]  # of equal ones, those due first, by name


def test_text_html_and_pdf_say_the_same(folder: Path) -> None:
    from pvwarranty.report.html import render_html
    from pvwarranty.report.pdf import render_pdf

    found = summary(folder, "ja")
    assert "63日後" in render_text(found)
    assert "63日後" in render_html(found)
    assert render_pdf(found) == render_pdf(summary(folder, "ja"))


def test_a_folder_that_no_batch_wrote_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"verdicts\.parquet"):
        summary(tmp_path, "en")


def test_the_command_writes_to_the_screen_or_a_file(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["fleet", "summary", str(folder)]) == 0
    assert "Fleet summary" in capsys.readouterr().out
    file = tmp_path / "out" / "fleet.pdf"
    assert run(["fleet", "summary", str(folder), "--report", str(file)]) == 0
    assert file.read_bytes().startswith(b"%PDF")
    assert run(["fleet", "summary", str(folder), "--report", str(tmp_path / "x.doc")]) == 2
