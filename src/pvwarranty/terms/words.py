"""Words shown to people, in English and Japanese: decisions, answer keys, values, next steps."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from pvwarranty.terms.vocabulary import Labels


@cache
def words() -> Mapping[str, Mapping[str, Labels]]:
    """Return the labels by section (`decision`, `key`, `value`, `assumption`, …) and name."""
    text = files("pvwarranty.terms").joinpath("words.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    return {s: {name: _labels(name, w) for name, w in part.items()} for s, part in raw.items()}


def _labels(name: str, told: str | list[str]) -> Labels:
    return (spaced(name), told) if isinstance(told, str) else (told[0], told[-1])


def spaced(name: str) -> str:
    """Return a word as English text."""
    return name.replace("_", " ")


def label(section: str, name: str, lang: str, own: Mapping[str, Labels] | None = None) -> str:
    """Return a word in a language; `own` are labels of a terms file. A word without one stays."""
    found = (own or {}).get(name) or words()[section].get(name.replace(" ", "_"))
    if found is None:
        return spaced(name) if lang == "en" and section != "value" else name
    return found[lang == "ja"]


def next_step(situation: str, deadline: date | None) -> Labels:
    """Return what to do now (en, ja); the deadline stands in it where there is one."""
    en, ja = words()["next"][situation]
    until = "" if deadline is None else deadline.isoformat()
    by_en, by_ja = (f" by {until}", f"{until}までに") if until else ("", "")
    return en.format(by=by_en), ja.format(by=by_ja)
