"""What is due by when: from tables written as a batch writes them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pvwarranty.batch.deadlines import deadlines, last_day
from pvwarranty.batch_tables import TIMING, TableWriter
from pvwarranty.cli import run
from pvwarranty.errors import DataError

ON = date(2024, 10, 1)


def steps(path: str, **told: Any) -> list[dict[str, Any]]:
    """Return two steps of an asset: one that ends in February, one years later."""
    asset = {
        "site": path[-1], "path": path, "asset": "S1", "component": "pv_module",
        "coverage": "output", "output": "not_below", "decision": "not_covered",
        "stands_until": None, "supported_from": None, "value": 0.9, "low": 0.85, "high": 0.95,
    }  # fmt: skip
    first = {"step": "a", "ratio": 0.81, "since": "2024-10-01", "until": "2025-02-10",
             "p_first": 0.0, "p_last": 0.0, "in_force": True}  # fmt: skip
    second = {"step": "b", "ratio": 0.765, "since": "2025-02-11", "until": "2030-02-10",
              "p_first": 0.0, "p_last": 0.0, "in_force": False}  # fmt: skip
    return [asset | first | told, asset | second | {k: v for k, v in told.items() if k in asset}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    below = {"output": "below", "decision": "needs_information", "p_first": 1.0, "p_last": 1.0}
    open_ = {"output": "inconclusive", "decision": "needs_information", "p_first": 0.4}
    rows = [
        steps("x/a", **below, stands_until="2025-02-10", supported_from="2024-10-01"),
        steps("x/b", **below, stands_until="2030-02-10", supported_from="2024-10-01"),
        steps("x/c", **open_, p_last=0.5),
        steps("x/d", p_first=0.01, p_last=0.97, supported_from="2024-12-24"),
        steps("x/e"),
        steps("x/f", **below | {"decision": "excluded"}, stands_until="2025-02-10"),
    ]
    with TableWriter(tmp_path / "timing.parquet", TIMING) as table:
        for found in rows:
            table.add(found)
    (tmp_path / "manifest.json").write_text(json.dumps({"on": f"{ON}"}))
    return tmp_path


def test_what_is_due_within_a_year(folder: Path) -> None:
    found = [(d.on.isoformat(), d.kind, d.path) for d in deadlines(folder, "12m")]
    assert found == [
        ("2024-12-24", "opens", "x/d"),
        ("2025-02-10", "claim", "x/a"),
        ("2025-02-10", "measure", "x/c"),
        ("2025-02-10", "measure", "x/d"),
    ]


def test_the_period_bounds_it(folder: Path) -> None:
    assert [d.path for d in deadlines(folder, "90d")] == ["x/d"]
    assert ("claim", "x/b") in [(d.kind, d.path) for d in deadlines(folder, "6y")]


@pytest.mark.parametrize(
    ("within", "day"),
    [("12m", date(2025, 10, 1)), ("2y", date(2026, 10, 1)), ("3 w", date(2024, 10, 22)),
     ("10D", date(2024, 10, 11))],
)  # fmt: skip
def test_periods(within: str, day: date) -> None:
    assert last_day(ON, within) == day


@pytest.mark.parametrize("within", ["", "12", "m", "-3m", "1.5y", "9999y"])
def test_what_is_no_period_is_refused(within: str) -> None:
    with pytest.raises(DataError, match="--within"):
        last_day(ON, within)


def test_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fleet", "deadlines", str(folder), "--within", "12m"]) == 0
    assert "stands until 2025-02-10" in capsys.readouterr().out
    assert run(["fleet", "deadlines", str(folder), "--json", "--lang", "ja"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["on"], len(shown["deadlines"])) == ("2024-10-01", 4)
    assert "2025-02-10まで成り立ちます" in shown["deadlines"][1]["text"]
    assert run(["fleet", "deadlines", str(folder), "--within", "1d"]) == 0
    assert "Nothing is due" in capsys.readouterr().out


def test_a_folder_without_a_run_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fleet", "deadlines", str(tmp_path)]) == 2
    assert "holds no finished run" in capsys.readouterr().err
