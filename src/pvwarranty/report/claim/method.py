"""How it was worked out, with the uncertainty budget; and what the report is not."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pvwarranty.report.case import Case
from pvwarranty.report.claim.evidence import noteworthy
from pvwarranty.report.document import (
    Block,
    Cell,
    Column,
    Items,
    Pairs,
    Paragraph,
    Section,
    Table,
)
from pvwarranty.report.labels import label, say
from pvwarranty.report.numbers import percent
from pvwarranty.verify.result import Verdict


def method(case: Case, lang: str) -> Section:
    """Return the method in half a page with the budget of the assets that matter most."""
    return Section(say(lang, "section.method"), tuple(_blocks(case, lang)))


def _blocks(case: Case, lang: str) -> Iterator[Block]:
    kinds = {v.quantity for v in case.result.verdicts}
    if "output_ratio" in kinds:
        yield Paragraph(say(lang, "method.output"))
        yield Paragraph(say(lang, "method.curves"))
    if "capacity_ratio" in kinds:
        yield Paragraph(say(lang, "method.capacity"))
    yield Paragraph(say(lang, "method.rule"))
    shown = [v for v in noteworthy(case) if v.estimate is not None and v.estimate.budget]
    for group in _alike(shown):
        yield _budget(group, lang)


def _alike(verdicts: list[Verdict]) -> list[list[Verdict]]:
    """Return verdicts grouped by the sources of their budgets."""
    groups: dict[tuple[str, ...], list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.estimate is not None:
            groups.setdefault(tuple(verdict.estimate.budget), []).append(verdict)
    return list(groups.values())


def _budget(verdicts: list[Verdict], lang: str) -> Table:
    found = [v.estimate for v in verdicts if v.estimate is not None]
    columns = (
        Column(say(lang, "method.source")),
        *(Column(v.asset, right=True) for v in verdicts),
    )
    rows = [
        (Cell(label("budget", name, lang)), *(Cell(_points(e.budget[name])) for e in found))
        for name in found[0].budget
    ]
    sums = (Cell(_points(math.hypot(*e.budget.values()))) for e in found)
    rows.append((Cell(say(lang, "method.combined")), *sums))
    ends = (Cell(f"{percent(e.low)}–{percent(e.high)}") for e in found)
    rows.append((Cell(say(lang, "method.interval")), *ends))
    rows.append((Cell(say(lang, "method.n")), *(Cell(f"{e.n:,}") for e in found)))
    return Table(say(lang, "method.budget"), columns, tuple(rows))


def _points(u: float) -> str:
    return f"{100.0 * u:.2f}"


def limits(case: Case, lang: str) -> Section:
    """Return what the report is not, and where it comes from."""
    result = case.result
    told = tuple(say(lang, f"limits.{w}") for w in ("maker", "law", "unknown", "data"))
    where = Pairs((
        (say(lang, "limits.measurements"), result.provenance["measurements"]["sha256"]),
        (say(lang, "limits.site"), result.provenance["site"]["sha256"]),
        (say(lang, "limits.software"), f"pvwarranty {result.version}"),
        (say(lang, "limits.seed"), f"{result.seed}"),
    ))  # fmt: skip
    return Section(say(lang, "section.limits"), (Items(told), where))
