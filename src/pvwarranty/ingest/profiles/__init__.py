"""Profiles of export formats: TOML files beside this module, one a format."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pvwarranty.errors import DataError, Problem, nearest
from pvwarranty.ingest.profiles.schema import (
    ColumnSpec,
    EventsSpec,
    JsonSpec,
    Profile,
    TimeSpec,
    WideSpec,
)
from pvwarranty.ingest.units import find_unit


@cache
def built_in() -> tuple[Profile, ...]:
    """Return the profiles that ship with the package, by name."""
    folder = files(__name__)
    texts = sorted((f.name, f.read_text("utf-8")) for f in folder.iterdir() if _is_toml(f.name))
    return tuple(read_profile(text, name) for name, text in texts)


def _is_toml(name: str) -> bool:
    return name.endswith(".toml")


def find_profile(name: str) -> Profile:
    """Return a built-in profile by its id, or the profile of a TOML file; raises DataError."""
    if name.endswith(".toml"):
        return read_profile_file(Path(name))
    known = {p.id: p for p in built_in()}
    if name not in known:
        hint = nearest(name, known) or "pvwarranty profiles list shows them"
        raise DataError(Problem("--profile", f"there is no profile '{name}'", hint))
    return known[name]


def read_profile_file(path: Path) -> Profile:
    """Read a profile of a TOML file; raises DataError with all that is wrong with it."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise DataError(Problem(str(path), f"cannot be read: {error.strerror}")) from None
    except UnicodeDecodeError as error:
        raise DataError(Problem(f"{path.name}: byte {error.start}", "is not UTF-8 text")) from None
    return read_profile(text, path.name)


def read_profile(text: str, where: str) -> Profile:
    """Read a profile from TOML text; `where` names it in problems. Raises DataError."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(Problem(where, f"is not TOML: {error}")) from None
    try:
        profile = Profile.model_validate(content)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise DataError([_problem(e, where) for e in details if _own(e, details)]) from None
    problems = [*_unit_problems(profile, where), *_name_problems(profile, where)]
    if problems:
        raise DataError(problems)
    return profile


_BLOCKS: dict[str, type[BaseModel]] = {
    "time": TimeSpec, "column": ColumnSpec, "json": JsonSpec, "events": EventsSpec,
    "wide": WideSpec,
}  # fmt: skip


def _own(error: ErrorDetails, others: Sequence[ErrorDetails]) -> bool:
    """Say whether an error is one by itself, and not that a list lacks what is wrong in it."""
    loc = error["loc"]
    inside = any(len(o["loc"]) > len(loc) and o["loc"][: len(loc)] == loc for o in others)
    return not (error["type"] == "too_short" and inside)


def _problem(error: ErrorDetails, where: str) -> Problem:
    loc = error["loc"]
    place = f"{where}: {_path(loc)}" if loc else where
    if error["type"] == "extra_forbidden":
        block = _BLOCKS.get(str(loc[0]), Profile) if len(loc) > 1 else Profile
        names = ["json" if n == "json_" else n for n in block.model_fields]
        return Problem(place, "unknown key", nearest(str(loc[-1]), names))
    if error["type"] == "missing":
        return Problem(place, "is missing")
    return Problem(place, error["msg"].removeprefix("Value error, "))


def _path(loc: tuple[int | str, ...]) -> str:
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _unit_problems(profile: Profile, where: str) -> list[Problem]:
    given: list[tuple[str, Any]] = [(f"column[{i}].unit", c.unit) for i, c in _units(profile)]
    given += [(f"default_units.{k}", u) for k, u in profile.default_units.items()]
    return [
        Problem(f"{where}: {place}", f"'{unit}' is not a unit known here", "see docs/profiles.md")
        for place, unit in given
        if unit is not None and find_unit(unit) is None
    ]


def _units(profile: Profile) -> list[tuple[int, ColumnSpec]]:
    return list(enumerate(profile.column))


def _name_problems(profile: Profile, where: str) -> list[Problem]:
    seen: dict[str, int] = {}
    problems = []
    for i, column in enumerate(profile.column):
        for name in column.names:
            if name in seen:
                place = f"{where}: column[{i}].names"
                problems.append(Problem(place, f"'{name}' is a name of column[{seen[name]}] too"))
            seen[name] = i
    return problems
