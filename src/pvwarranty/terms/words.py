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
    """Return the labels by section (`next`, `decision`, `key`, `value`, `show`) and name."""
    text = files("pvwarranty.terms").joinpath("words.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    return {s: {name: (w[0], w[-1]) for name, w in part.items()} for s, part in raw.items()}


def next_step(situation: str, deadline: date | None) -> Labels:
    """Return what to do now (en, ja); the deadline stands in it where there is one."""
    en, ja = words()["next"][situation]
    until = "" if deadline is None else deadline.isoformat()
    by_en, by_ja = (f" by {until}", f"{until}までに") if until else ("", "")
    return en.format(by=by_en), ja.format(by=by_ja)
