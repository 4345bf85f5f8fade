"""Texts of the pages, in English and Japanese; they stand in ``texts.toml`` as ``[en, ja]``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from pvwarranty.report.labels import LANGUAGES


def say(lang: str, name: str, /, **words: object) -> str:
    """Return the text called ``group.word`` with its places filled.

    Raises
    ------
    KeyError
        There is no such text: a fault of the program, never of data.
    """
    group, _, word = name.partition(".")
    text = _texts()[group][word][LANGUAGES.index(lang)]
    return text.format(**words) if words else text


def known(name: str) -> bool:
    """Tell whether there is a text called ``group.word``."""
    group, _, word = name.partition(".")
    return word in _texts().get(group, {})


@cache
def _texts() -> dict[str, dict[str, list[str]]]:
    text = resources.files("pvwarranty_api.pages").joinpath("texts.toml").read_text("utf-8")
    found: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    return found
