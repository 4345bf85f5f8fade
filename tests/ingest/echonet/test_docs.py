"""What docs/echonet.md says is there, is there, and the other way round."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from pvwarranty.cli import echonet
from pvwarranty.ingest.echonet import checks, values
from pvwarranty.ingest.echonet.tables import CLASSES, device_class

TEXT = (Path(__file__).parents[3] / "docs" / "echonet.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("flag", sorted(checks.FLAGS | values.FLAGS))
def test_every_flag(flag: str) -> None:
    assert f"`{flag}`" in TEXT


def test_every_option() -> None:
    for command in (echonet.record, echonet.fetch):
        for name in inspect.signature(command).parameters:
            assert f"--{name}" in TEXT


def test_every_column() -> None:
    for code in CLASSES:
        kind = device_class(code)
        assert kind is not None
        assert f"{kind.prefix}1" in TEXT
        for column in kind.columns:
            assert f"`{column.quantity}`" in TEXT


def test_the_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec(compile(example, "docs/echonet.md", "exec"), {})
