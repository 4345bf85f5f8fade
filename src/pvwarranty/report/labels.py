"""Labels of the contract's words in English and Japanese."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

LANGUAGES = ("en", "ja")


def label(group: str, word: str, lang: str) -> str:
    """Return the label of a word; the word itself where no label is known."""
    pair = _labels().get(group, {}).get(word)
    return word if pair is None else pair[LANGUAGES.index(lang)]


@cache
def _labels() -> dict[str, dict[str, list[str]]]:
    text = resources.files("pvwarranty.report").joinpath("labels.toml").read_text("utf-8")
    return tomllib.loads(text)
