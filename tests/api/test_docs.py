"""What docs/service.md and deploy/ say, held against the code."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

import pytest

from api_work import ROOT
from pvwarranty.cli import run
from pvwarranty.errors import DataError
from pvwarranty_api.services.announcing import EVENTS
from pvwarranty_api.settings import PREFIX, Settings, read_settings

PAGE = (ROOT / "docs" / "service.md").read_text("utf-8")
DEPLOY = ROOT / "deploy"


def test_every_setting_is_documented_with_its_default() -> None:
    told = dict(re.findall(r"^\| `(PVWARRANTY_\w+)` \| (\S+) \|", PAGE, re.M))
    known = {
        f"{PREFIX}{name.upper()}": "–" if field.default == "" else f"`{field.default}`"
        for name, field in Settings.model_fields.items()
    }
    assert told == known


def test_every_event_is_documented() -> None:
    assert all(f"`{event}`" in PAGE for event in EVENTS)


def test_all_that_is_wrong_with_settings_is_told_at_once() -> None:
    wrong = {"PVWARRANTY_PORT": "x", "PVWARRANTY_DATABSE": "", "PVWARRANTY_RATE": "often"}
    with pytest.raises(DataError) as told:
        read_settings(wrong)
    text = str(told.value)
    assert "PVWARRANTY_PORT" in text
    assert "did you mean 'PVWARRANTY_DATABASE'?" in text
    assert "PVWARRANTY_RATE" in text


def test_settings_of_other_commands_are_left_alone() -> None:
    settings = read_settings({"PVWARRANTY_ELAPI_KEY": "k", "PVWARRANTY_PORT": "1"}, port=None)
    assert settings.port == 1


def test_the_compose_file_runs_what_there_is() -> None:
    yaml = pytest.importorskip("yaml")
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    services = compose["services"]
    assert set(services) == {"database", "server", "worker"}
    for name in ("server", "worker"):
        command = services[name]["command"]
        assert command[0] == "pvwarranty"
        assert run([*command[1:], "--help"]) == 0
        assert services[name]["depends_on"]["database"]["condition"] == "service_healthy"
        assert (DEPLOY / services[name]["build"]["context"]).resolve() == ROOT
    names = {*services["server"]["environment"], *_names(DEPLOY / "secrets.env.example")}
    _known(n for n in names if n.startswith(PREFIX))
    used = {volume.split(":")[0] for s in services.values() for volume in s["volumes"]}
    assert used == set(compose["volumes"])


def test_the_container_file_copies_what_there_is() -> None:
    lines = (DEPLOY / "Containerfile").read_text("utf-8").splitlines()
    copied = [
        w for x in lines if x.startswith("COPY ") and "--from" not in x for w in x.split()[1:-1]
    ]
    assert all((ROOT / name).exists() for name in copied)
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    roots = packages["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert {root.split("/")[0] for root in roots} <= set(copied)
    _known(re.findall(r"(PVWARRANTY_\w+)=", "\n".join(lines)))


def test_the_unit_runs_what_there_is() -> None:
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(DEPLOY / "pvwarranty.service")
    service = unit["Service"]
    assert service["ExecStart"].split("/")[-1] == "pvwarranty serve"
    _known(re.findall(r"(PVWARRANTY_\w+)=", service["Environment"]))


def _known(names) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert set(names) <= known


def _names(file: Path) -> set[str]:
    lines = file.read_text("utf-8").splitlines()
    return {x.partition("=")[0] for x in lines if x and not x.startswith("#")}
