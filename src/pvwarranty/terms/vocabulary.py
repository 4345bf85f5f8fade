"""The vocabulary of facts: their kinds and words, and reading told facts against it.

A fact that is not told is unknown; null (None) says that there is none. Numbers are exact
(`Decimal` or int), dates `date`, moments naive local `datetime`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from pvwarranty.condition import Condition, Record, Scope
from pvwarranty.errors import FactError, Problem, TermsError, nearest
from pvwarranty.logic import Truth

Labels = tuple[str, str]  # en, ja
KINDS = ("yes_no", "number", "date", "datetime", "word", "record")
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
DIGITS, EXPONENT, LENGTH, ITEMS = 30, 15, 200, 10_000
SHOWN = 60  # characters of a value in a message
HINTS = 20  # problems of one query that get a hint


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that may be told: its kind, its words where it is closed, its bounds, its question."""

    name: str
    kind: str
    words: tuple[Any, ...] = ()
    unit: str = ""
    least: Decimal | int | None = None
    most: Decimal | int | None = None
    topic: bool = False
    label: Labels = ("", "")
    ask: Labels = ("", "")


@dataclass(frozen=True, slots=True)
class Request:
    """Something asked for that is answered by several facts."""

    name: str
    facts: tuple[str, ...]
    label: Labels = ("", "")
    ask: Labels = ("", "")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Facts that cannot be true together (`among` them), and the one to correct."""

    at: str
    when: Condition
    say: Labels
    among: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """All facts, requests and contradictions."""

    facts: Mapping[str, Fact]
    requests: Mapping[str, Request]
    contradictions: tuple[Contradiction, ...] = ()

    def missing(self, asks: Iterable[str]) -> tuple[str, ...]:
        """Return what is missing in a fixed order; the facts of a request as that request."""
        wanted = set(asks)
        for request in self.requests.values():
            if request.name in wanted or (request.facts and request.facts[0] in wanted):
                wanted -= set(request.facts)
                wanted.add(request.name)
        if len(wanted) < 2:
            return tuple(wanted)
        order = [*(n for n in [*self.requests, *self.facts] if n in wanted)]
        return (*order, *sorted(wanted.difference(order)))

    @property
    def topics(self) -> dict[str, None]:
        """What is asked for: a topic not told is a question not put."""
        return {f.name: None for f in self.facts.values() if f.topic}


@cache
def packaged_vocabulary() -> Vocabulary:
    """Return the vocabulary that comes with the package."""
    text = files("pvwarranty.terms").joinpath("facts.toml").read_text("utf-8")
    raw = tomllib.loads(text, parse_float=Decimal)
    requests = {n: _request(n, r) for n, r in raw["request"].items()}
    told = tuple(_contradiction(c) for c in raw["contradiction"])
    return Vocabulary(read_declared(raw["fact"], "facts.toml"), requests, told)


def _contradiction(raw: Mapping[str, Any]) -> Contradiction:
    when = Condition(raw["when"], Scope(), "facts.toml")
    return Contradiction(raw["at"], when, _pair(raw["say"]), when.reads.names)


def read_declared(raw: Mapping[str, Any], where: str) -> dict[str, Fact]:
    """Return facts as a vocabulary or a terms file declares them. Raises TermsError."""
    known = {"kind", "words", "unit", "least", "most", "topic", "label", "ask"}
    problems, facts = [], {}
    for name, entry in raw.items():
        at = f"{where}: fact.{name}"
        problems += [
            Problem(at, f"unknown key '{k}'", nearest(k, known)) for k in entry.keys() - known
        ]
        kind = entry.get("kind", "")
        if kind.removeprefix("list:") not in KINDS:
            problems.append(
                Problem(at, f"'{kind}' is no kind of fact", f"one of {', '.join(KINDS)}")
            )
        fields = {k: v for k, v in entry.items() if k in known - {"words", "label", "ask"}}
        label, ask = _pair(entry.get("label", [name, name])), _pair(entry.get("ask", ["", ""]))
        words = tuple(entry.get("words", ()))
        if not problems:
            facts[name] = Fact(name, words=words, label=label, ask=ask, **fields)
    if problems:
        raise TermsError(problems)
    return facts


def _request(name: str, raw: Mapping[str, Any]) -> Request:
    return Request(name, tuple(raw["facts"]), _pair(raw["label"]), _pair(raw["ask"]))


def _pair(words: list[str]) -> Labels:
    return words[0], words[-1]


def widen(vocabulary: Vocabulary, declared: Mapping[str, Fact]) -> Vocabulary:
    """Return the vocabulary with the facts, and the words of known facts, that terms declare."""
    facts = dict(vocabulary.facts)
    for name, fact in declared.items():
        known = facts.get(name)
        if known is None:
            facts[name] = fact
        elif known.kind != fact.kind:
            raise TermsError(Problem(f"fact.{name}", f"is already declared as {known.kind}"))
        elif known.words:
            facts[name] = replace(known, words=tuple(dict.fromkeys(known.words + fact.words)))
    return replace(vocabulary, facts=facts)


def read_facts(
    raw: Mapping[str, Any], vocabulary: Vocabulary, where: str = "facts"
) -> dict[str, Any]:
    """Return told facts in their kinds.

    Raises FactError with every unknown name or word, wrong kind, impossible value, contradiction.
    """
    problems: list[Problem] = []
    told = _parts(raw, "", vocabulary, where, problems)
    if not problems:
        problems += contradictions(told, vocabulary, where)
    if problems:
        raise FactError(problems)
    return told


def contradictions(
    told: Mapping[str, Any], vocabulary: Vocabulary, where: str = "facts"
) -> Iterator[Problem]:
    """Yield a problem for every contradiction among told facts."""
    for found in vocabulary.contradictions:
        if not all(name in told for name in found.among):
            continue
        if found.when.truth(told) is Truth.TRUE:
            hint = f"these cannot all be true: {found.when.text}"
            yield Problem(f"{where}.{found.at}", found.say[0], hint)


def _parts(
    raw: Mapping[str, Any], path: str, vocabulary: Vocabulary, where: str, problems: list[Problem]
) -> dict[str, Any]:
    told = {}
    for name, value in raw.items():
        full = f"{path}.{name}" if path else name
        fact = vocabulary.facts.get(full)
        if fact is None:
            hint = _near(name, path, vocabulary) if len(problems) < HINTS else ""
            what = f"there is no fact {shown(name)}"
            problems.append(Problem(f"{where}.{name[:SHOWN]}", what, hint))
            continue
        told[name] = _value(fact, fact.kind, value, (vocabulary, f"{where}.{name}", problems))
    return told


def _near(name: str, path: str, vocabulary: Vocabulary) -> str:
    start = len(path) + 1 if path else 0
    return nearest(name[:LENGTH], [f[start:] for f in vocabulary.facts if f.startswith(path)])


Reading = tuple[Vocabulary, str, list[Problem]]


def _value(fact: Fact, kind: str, value: Any, reading: Reading) -> Any:
    vocabulary, where, problems = reading
    if value is None and kind != "yes_no":
        return None
    if kind.startswith("list:"):
        return _items(fact, kind.removeprefix("list:"), value, reading)
    if kind == "record":
        path = f"{fact.name}[]" if fact.kind.startswith("list:") else fact.name
        if isinstance(value, Mapping):
            return Record(_parts(value, path, vocabulary, where, problems), path)
        problems.append(Problem(where, f"{shown(value)} is not a set of facts"))
        return None
    try:
        return READ[kind](fact, value)
    except ValueError as error:
        problems.append(Problem(where, str(error.args[0]), *error.args[1:]))
        return None


def _items(fact: Fact, kind: str, value: Any, reading: Reading) -> Any:
    vocabulary, where, problems = reading
    if not isinstance(value, list | tuple) or len(value) > ITEMS:
        problems.append(Problem(where, f"is not a list of at most {ITEMS} items"))
        return None
    return tuple(
        _value(fact, kind, item, (vocabulary, f"{where}[{n}]", problems))
        for n, item in enumerate(value)
    )


def _yes_no(fact: Fact, value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    raise ValueError(f"{shown(value)} is neither true nor false")


def _number(fact: Fact, value: Any) -> Decimal | int:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"{shown(value)} is not a number")
    number = Decimal(repr(value)) if isinstance(value, float) else value
    _check_size(number)
    if (fact.least is not None and number < fact.least) or (
        fact.most is not None and number > fact.most
    ):
        raise ValueError(f"{shown(value)} is out of range", f"{_range(fact)}")
    if fact.words and number not in fact.words:
        raise ValueError(
            f"{shown(value)} is not possible", f"one of {', '.join(map(str, fact.words))}"
        )
    return number


def _check_size(number: Decimal | int) -> None:
    if isinstance(number, Decimal) and not number.is_finite():
        raise ValueError("not a finite number")
    if isinstance(number, int):
        fits = abs(number) < 10**EXPONENT
    else:
        fits = number.adjusted() <= EXPONENT and len(number.as_tuple().digits) <= DIGITS
        fits = fits and (not number or number.adjusted() >= -EXPONENT)
    if not fits:
        raise ValueError("a number of that size is not possible")


def _range(fact: Fact) -> str:
    low = f"at least {fact.least}" if fact.least is not None else ""
    high = f"at most {fact.most}" if fact.most is not None else ""
    return " and ".join(p for p in (low, high) if p) + (f" {fact.unit}" if fact.unit else "")


def _date(fact: Fact, value: Any) -> date:
    day = value
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"there is no day {shown(value)}") from None
    if not isinstance(day, date) or isinstance(day, datetime):
        raise ValueError(f"{shown(value)} is not a date", "write it as 2024-02-29")
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"{day} is out of range", f"between {EARLIEST} and {LATEST}")
    return day


def _datetime(fact: Fact, value: Any) -> datetime:
    moment = value
    if isinstance(value, str) and len(value) in (16, 19) and value[10] in "T ":
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"there is no moment {shown(value)}") from None
    if not isinstance(moment, datetime) or moment.tzinfo is not None:
        raise ValueError(
            f"{shown(value)} is not a local date and time", "write it as 2024-06-11T17:30"
        )
    _date(fact, moment.date())
    return moment


def _word(fact: Fact, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not a word")
    if fact.words:
        if value not in fact.words:
            raise ValueError(
                f"'{value[:LENGTH]}' is no word of '{fact.name}'", _suggest(value, fact)
            )
    elif not value.strip() or len(value) > LENGTH or not value.isprintable():
        raise ValueError(f"{shown(value)} is not a word of 1 to {LENGTH} printable characters")
    return value


def _suggest(value: str, fact: Fact) -> str:
    near = nearest(value[:LENGTH], fact.words)
    return near or (f"one of {', '.join(fact.words)}" if len(fact.words) <= 10 else "")


READ = {"yes_no": _yes_no, "number": _number, "date": _date, "datetime": _datetime, "word": _word}


def shown(value: Any) -> str:
    """Return a told value as messages show it: short, and lists and objects by kind alone."""
    if isinstance(value, list | tuple | Mapping):
        return "an object" if isinstance(value, Mapping) else "a list"
    text = "null" if value is None else repr(value[:SHOWN] if isinstance(value, str) else value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
