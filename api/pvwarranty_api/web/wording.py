"""Problems in the language asked for: the product tells them in English, in fixed sentences.

``wording.toml`` gives the Japanese of each as ``[pattern, text]``, a regular expression and what
its groups are put into. A sentence without one stays English, rather than be told wrongly.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from pvwarranty.errors import Problem

LONGEST = 1000  # characters: what a sender wrote may be in it, and patterns take their time
Told = Problem | Mapping[str, Any]


def worded(problem: Told, lang: str) -> Problem:
    """Return a problem in a language; also one that was kept as data."""
    told = _as_problem(problem)
    if lang != "ja":
        return told
    where = _turned(told.where, "where")
    return Problem(where, sentence(told.what, lang), sentence(told.hint, lang))


def all_worded(problems: Iterable[Told], lang: str) -> list[Problem]:
    """Return problems in a language."""
    return [worded(p, lang) for p in problems]


def sentence(text: str, lang: str) -> str:
    """Return one sentence of a problem, a hint or a reason in a language."""
    return _turned(text, "what") if lang == "ja" else text


def _turned(text: str, group: str) -> str:
    if len(text) > LONGEST:
        return text
    for pattern, japanese in _patterns()[group]:
        found = pattern.fullmatch(text)
        if found is not None:
            return japanese.format(*found.groups())
    return text


def _as_problem(problem: Told) -> Problem:
    if isinstance(problem, Problem):
        return problem
    return Problem(*(str(problem.get(k) or "") for k in ("where", "what", "hint")))


@cache
def _patterns() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    text = resources.files("pvwarranty_api.web").joinpath("wording.toml").read_text("utf-8")
    raw: dict[str, list[list[str]]] = tomllib.loads(text)
    return {g: [(re.compile(p, re.DOTALL), ja) for p, ja in rows] for g, rows in raw.items()}
