"""What README shows is what the commands print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pvwarranty.cli import run

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_site_judged_is_shown_as_it_is(
    capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = re.search(r"^\$ \.venv/bin/pvwarranty (verify .*)\n((?s:.*?))^```$", README, re.M)
    assert shown is not None
    monkeypatch.chdir(ROOT)
    assert run(shlex.split(shown[1])) == 0
    assert capsys.readouterr().out == shown[2]


def test_every_document_named_is_there() -> None:
    named = re.findall(r"\]\(((?!http|#)[^)#]+)", README)
    assert named
    assert [n for n in named if not (ROOT / n).exists()] == []
