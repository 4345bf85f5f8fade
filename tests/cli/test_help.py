"""The overviews of commands: each says in a line what it does, and starts nothing heavy."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from pvwarranty.cli import COMMANDS, run


@pytest.mark.parametrize(
    "command", ["", "fleet", "terms", "profiles", "echonet", "bundle", "admin"]
)
def test_every_command_says_what_it_does(command: str, capsys: pytest.CaptureFixture) -> None:
    assert run([*command.split(), "--help"]) == 0
    rows = re.findall(r"^│ ([a-z]\S*)(.*)│$", capsys.readouterr().out, re.MULTILINE)
    assert rows
    assert all(text.strip() for _, text in rows), rows


def test_all_commands_can_be_had() -> None:
    for name, _, text in COMMANDS:
        assert text.endswith(".")
        assert run([name, "--help"]) == 0


def test_the_overview_imports_no_numbers() -> None:
    code = (
        "import sys; from pvwarranty.cli import run; run(['--help']); print('numpy' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "False"
