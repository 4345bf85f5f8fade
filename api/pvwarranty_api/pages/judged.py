"""A result's verdicts as a page shows them: what is missing, and why each was decided so."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pvwarranty.report.labels import label
from pvwarranty.report.numbers import percent
from pvwarranty.terms import Vocabulary
from pvwarranty.terms.words import label as term
from pvwarranty_api.pages.facts import asked_facts
from pvwarranty_api.pages.site_editing import asked
from pvwarranty_api.pages.texts import say
from pvwarranty_api.services.core import Core
from pvwarranty_api.store.work import SiteRow

MARKS = {"true": "+", "false": "−", "unknown": "?"}
MAKERS = frozenset({"company_standard_measurement", "confirmation_by_the_maker"})


@dataclass(frozen=True, slots=True)
class Step:
    """A statement that was judged: its truth, its clauses, what it rests on, its parts."""

    mark: str
    truth: str
    statement: str
    clauses: tuple[str, ...]
    because: tuple[str, ...]
    parts: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class AssetRow:
    """A verdict in short, with its trace."""

    asset: str
    value: str
    interval: str
    threshold: str
    p_below: str
    output: str
    decision: str
    causes: str
    deadline: str
    next_step: str
    trace: Step


def missing_of(result: Mapping[str, Any], vocabulary: Vocabulary) -> tuple[list[str], list[str]]:
    """Return the facts that a result asks for: of the owner or installer, and of the maker."""
    missing = dict.fromkeys(name for v in result["verdicts"] for name in v["missing"])
    ours, _ = asked_facts([n for n in missing if n not in MAKERS], vocabulary)
    theirs, _ = asked_facts([n for n in missing if n in MAKERS], vocabulary)
    return ours, [n for n in theirs if n not in ours]


def asset_rows(core: Core, site: SiteRow, result: Mapping[str, Any], lang: str) -> list[AssetRow]:
    """Return the verdicts of a result."""
    vocabulary, _ = asked(core, tomllib.loads(site.toml))
    return [_row(v, vocabulary, lang) for v in result["verdicts"]]


def _row(verdict: Mapping[str, Any], vocabulary: Vocabulary, lang: str) -> AssetRow:
    e, floor = verdict["estimate"] or {}, verdict["threshold"]
    likely = [c["cause"] for c in verdict["causes"] if c["probability"] >= 0.5]
    comma = say(lang, "result.comma")
    return AssetRow(
        asset=verdict["asset"], value=percent(e["value"]) if e else "–",
        interval=f"{percent(e['low'])}–{percent(e['high'])}" if e else "–",
        threshold=percent(floor["ratio"]) if floor else "–",
        p_below=f"{e['p_below']:.2f}" if e and e["p_below"] is not None else "–",
        output=label("output", verdict["output"], lang),
        decision=label("decision", verdict["decision"], lang),
        causes=comma.join(label("cause", c, lang) for c in dict.fromkeys(likely)) or "–",
        deadline=verdict["deadline"] or "–", next_step=verdict["next_step"],
        trace=_step(verdict["trace"], vocabulary, lang),
    )  # fmt: skip


def _step(told: Mapping[str, Any], vocabulary: Vocabulary, lang: str) -> Step:
    truth = told["truth"]
    return Step(
        MARKS[truth], say(lang, f"result.{truth}"), told["statement"],
        tuple(told.get("clauses", ())), tuple(_because(told.get("because", {}), vocabulary, lang)),
        tuple(_step(p, vocabulary, lang) for p in told.get("parts", ())),
    )  # fmt: skip


def _because(because: Mapping[str, Any], vocabulary: Vocabulary, lang: str) -> Iterator[str]:
    for name, value in because.items():
        fact = vocabulary.facts.get(name)
        named = fact.label[lang == "ja"] if fact else name
        yield f"{named}: {_value(value, lang)}"


def _value(value: Any, lang: str) -> str:
    if isinstance(value, bool):
        return say(lang, "field.yes" if value else "field.no")
    if value is None:
        return say(lang, "result.none")
    return term("value", value, lang) if isinstance(value, str) else str(value)
