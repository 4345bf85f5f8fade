"""What the record was like: rows, what was left out and why, clock, notes."""

from __future__ import annotations

from collections.abc import Iterator

from pvwarranty.report.case import Case
from pvwarranty.report.document import Block, Cell, Column, Items, Paragraph, Section, Table
from pvwarranty.report.labels import label, say
from pvwarranty.report.numbers import listed, percent
from pvwarranty.verify.result import ChannelQuality, Verdict

LEAST = 0.0005  # share of daylight that a flag must have to be told


def quality(case: Case, lang: str) -> Section:
    """Return the section on the data."""
    return Section(say(lang, "section.quality"), tuple(_blocks(case, lang)))


def _blocks(case: Case, lang: str) -> Iterator[Block]:
    result = case.result
    if result.channels:
        heads = (
            (label("heading", "asset", lang), 0.0, False), (say(lang, "quality.rows"), 0.0, True),
            (say(lang, "quality.used"), 0.0, True), (say(lang, "quality.flags"), 1.0, False),
        )  # fmt: skip
        rows = tuple(_row(name, q, lang) for name, q in result.channels.items())
        columns = tuple(Column(*h) for h in heads)
        yield Table(say(lang, "quality.table"), columns, rows)
        clock = result.clock
        which = "clock" if clock.since is not None else "clock_ok"
        yield Paragraph(say(lang, f"quality.{which}", seconds=clock.shift, since=clock.since))
    notes = [w.of(lang) for w in result.warnings]
    for verdict in result.verdicts:
        notes += _battery(verdict, lang)
    if notes:
        yield Paragraph(say(lang, "quality.notes"))
        yield Items(tuple(notes))


def _row(name: str, found: ChannelQuality, lang: str) -> tuple[Cell, ...]:
    flags = sorted(found.flags.items(), key=lambda f: -f[1])
    told = [f"{label('flag', f, lang)} {percent(s)}" for f, s in flags if s >= LEAST]
    return (
        Cell(name), Cell(f"{found.rows:,}"), Cell(percent(found.used)),
        Cell(listed(told, lang) or "–"),
    )  # fmt: skip


def _battery(verdict: Verdict, lang: str) -> Iterator[str]:
    details = verdict.details
    if "basis" not in details:
        return
    used = [f"{label('used', k, lang)} {n:,}" for k, n in details["used"].items()]
    yield say(
        lang, "quality.battery", asset=verdict.asset, used=listed(used, lang),
        basis=label("basis", details["basis"], lang), initial=details["initial"] / 1000.0,
        source=label("source", details["initial_source"], lang),
    )  # fmt: skip
    for finding in (*details["findings"], *details["vendor"]):
        yield finding["text"][lang]
