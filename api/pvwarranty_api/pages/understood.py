"""What was understood of an upload, as a page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pvwarranty.ingest.units import UNITS
from pvwarranty.report.numbers import percent
from pvwarranty_api.pages.texts import known, say
from pvwarranty_api.pages.view import moment
from pvwarranty_api.web.wording import sentence

LOW = 0.5  # share of values under which a series is set off


@dataclass(frozen=True, slots=True)
class Line:
    """A thing understood, and why."""

    name: str
    value: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """A series that will be stored, how much of it is there, and where it comes from."""

    name: str
    meaning: str
    unit: str
    source: str
    values: int
    share: str
    is_low: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a file: how it was read, its first rows, and the columns that are not used."""

    name: str
    lines: tuple[Line, ...]
    head: tuple[tuple[str, ...], ...]
    unused: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """All of an upload."""

    lines: tuple[Line, ...]
    series: tuple[Series, ...]
    tables: tuple[Table, ...]
    warnings: tuple[str, ...]
    skipped: tuple[Line, ...]


def understood_of(found: Mapping[str, Any], lang: str) -> Understood:
    """Return what is shown of the findings kept with an upload."""
    report = found["report"]
    tables = report.get("understood", ())
    heads = found.get("heads", [[]] * len(tables))
    return Understood(
        tuple(_whole(report, lang)), tuple(_series(report, lang)),
        tuple(_table(t, h, lang) for t, h in zip(tables, heads, strict=True)),
        tuple(_warnings(report, lang)),
        tuple(Line(n, sentence(r, lang)) for n, r in report.get("skipped", {}).items()),
    )  # fmt: skip


def _whole(report: Mapping[str, Any], lang: str) -> Iterator[Line]:
    yield Line(say(lang, "preview.period"), _period(report, lang))
    yield Line(say(lang, "preview.rows"), f"{report['rows']:,}")
    yield Line(say(lang, "preview.interval"), interval(report["interval"], lang))
    gaps = report.get("gaps")
    if gaps is not None:
        told = say(lang, "preview.gaps_told", count=gaps["count"], intervals=gaps["intervals"])
        yield Line(say(lang, "preview.gaps"), told if gaps["count"] else say(lang, "preview.none"))
    if report.get("duplicates"):
        yield Line(say(lang, "preview.duplicates"), f"{report['duplicates']:,}")


def _period(report: Mapping[str, Any], lang: str) -> str:
    if not report["first"]:
        return "–"
    days = (datetime.fromisoformat(report["last"]) - datetime.fromisoformat(report["first"])).days
    told = say(lang, "preview.days", n=days + 1)
    return f"{moment(report['first'])} – {moment(report['last'])} {told}"


def interval(seconds: int, lang: str) -> str:
    """Return an interval as people say it."""
    if seconds % 60:
        return say(lang, "preview.seconds", n=seconds)
    return say(lang, "preview.minutes", n=seconds // 60)


def _series(report: Mapping[str, Any], lang: str) -> Iterator[Series]:
    sources: dict[str, list[str]] = {}
    for table in report.get("understood", ()):
        for column in table["columns"]:
            told = f"{column['device']} {column['name']}".strip()
            kept = sources.setdefault(column["to"], [])
            kept += [] if told in kept else [told]
    for name, covered in report["coverage"].items():
        quantity = name.rpartition(".")[2]
        meaning = f"quantity.{quantity}"
        yield Series(
            name, say(lang, meaning) if known(meaning) else quantity, UNITS.get(quantity, ""),
            ", ".join(sources.get(name, ())), covered["values"], percent(covered["share"]),
            covered["share"] < LOW,
        )  # fmt: skip


def _table(told: Mapping[str, Any], head: Sequence[Sequence[str]], lang: str) -> Table:
    marks = say(lang, f"preview.{told['label']}")
    lines = (
        Line(say(lang, "preview.profile"), profile_title(told["profile"], lang),
             sentence(told["reason"], lang)),
        Line(say(lang, "preview.form"), sentence(told["form"], lang)),
        Line(say(lang, "preview.interval"), interval(told["interval"], lang),
             sentence(told["interval_why"], lang)),
        Line(say(lang, "preview.label"), marks, sentence(told["label_why"], lang)),
        Line(say(lang, "preview.zone"), told["zone"], sentence(told["zone_why"], lang)),
    )  # fmt: skip
    unused = tuple(Line(name, sentence(why, lang)) for name, why in told["unused"].items())
    return Table(told["file"], lines, tuple(tuple(r) for r in head), unused)


def profile_title(profile: str, lang: str) -> str:
    """Return what a format is called."""
    name = f"profile.{profile}"
    return say(lang, name) if known(name) else profile


def _warnings(report: Mapping[str, Any], lang: str) -> Iterator[str]:
    for flag in report.get("flags", ()):
        if flag["code"] == "not_stored":  # told with each table
            continue
        count = f" ({flag['count']:,})" if flag.get("count", 1) > 1 else ""
        where = f"{flag['where']}: " if flag.get("where") else ""
        yield f"{where}{sentence(flag['what'], lang)}{count}"
    if report.get("conflicts"):
        yield say(lang, "preview.conflicts", n=report["conflicts"])
    for table in report.get("understood", ()):
        for reason, n in table.get("dropped", {}).items():
            word = f"dropped.{reason}"
            told = say(lang, word) if known(word) else reason.replace("_", " ")
            yield say(lang, "preview.dropped", n=n, reason=told)
