"""Words and sentences for people, in English and Japanese: the contract's words, reports, figures.

They stand in TOML files as ``word = [en, ja]`` under their group.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

LANGUAGES = ("en", "ja")
FILES = ("labels.toml", "sentences.toml", "captions.toml")


def label(group: str, word: str, lang: str) -> str:
    """Return the label of a word; the word itself where no label is known."""
    pair = _labels().get(group, {}).get(word)
    return word if pair is None else pair[LANGUAGES.index(lang)]


def say(lang: str, name: str, /, **words: object) -> str:
    """Return the sentence called ``group.word`` with its places filled.

    Raises
    ------
    KeyError
        There is no such sentence: a fault of the program, never of data.
    """
    group, _, word = name.partition(".")
    return _labels()[group][word][LANGUAGES.index(lang)].format(**words)


@cache
def _labels() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for name in FILES:
        text = resources.files("pvwarranty.report").joinpath(name).read_text("utf-8")
        for group, words in tomllib.loads(text).items():
            found.setdefault(group, {}).update(words)
    return found
