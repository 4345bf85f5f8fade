"""The evidence: all assets, then the course of those that matter beside the warranted value."""

from __future__ import annotations

from collections.abc import Iterator

from pvwarranty.report.case import Case
from pvwarranty.report.claim.front import ROWS, verdict_table
from pvwarranty.report.document import Block, Paragraph, Picture, Section
from pvwarranty.report.figures import capacity, overview, peers, series, staircase, svg
from pvwarranty.report.labels import say
from pvwarranty.report.stairs import stairs_of
from pvwarranty.verify.result import Verdict

SHOWN = 4  # assets with figures of their own
RECORDS = 2  # of them, those whose record is shown too


def evidence(case: Case, lang: str) -> Section:
    """Return the section of evidence."""
    return Section(say(lang, "section.evidence"), tuple(_blocks(case, lang)))


def _blocks(case: Case, lang: str) -> Iterator[Block]:
    result = case.result
    if len(result.verdicts) > ROWS:
        yield verdict_table(result.verdicts, lang, "")
    if len(result.verdicts) > 1:
        yield Picture(
            svg(overview.draw(result, lang)), overview.alt(result, lang),
            say(lang, "overview.caption"),
        )  # fmt: skip
    if len(peers.courses(result)) > 1:
        yield Picture(
            svg(peers.draw(result, lang)), peers.alt(result, lang), say(lang, "peers.caption")
        )
    shown = noteworthy(case)
    for n, verdict in enumerate(shown):
        yield from _course(case, verdict, lang)
        if n < RECORDS:
            yield from _record(case, verdict, lang)


def noteworthy(case: Case) -> list[Verdict]:
    """Return the assets whose course is shown: those that may be below, else the lowest one."""
    seen = [v for v in case.result.verdicts if v.estimate is not None]
    urgent = [v for v in seen if v.output != "not_below"] or [
        v for v in seen if v.standing != "not_supported"
    ]
    ranked = sorted(urgent or seen, key=lambda v: v.estimate.value if v.estimate else 1.0)
    return ranked[: SHOWN if urgent else 1]


def _course(case: Case, verdict: Verdict, lang: str) -> Iterator[Block]:
    stairs = stairs_of(verdict, case.site, case.library)
    on, asset = case.result.on, verdict.asset
    yield Picture(
        svg(staircase.draw(verdict, stairs, on, lang)),
        staircase.alt(verdict, stairs, on, lang),
        say(lang, "staircase.caption", asset=asset),
    )
    if verdict.details.get("history"):
        yield Picture(
            svg(capacity.draw(verdict, on, lang)), capacity.alt(verdict, lang),
            say(lang, "capacity.caption", asset=asset),
        )  # fmt: skip
        yield from (Paragraph(t) for t in capacity.crossing_told(verdict, lang))


def _record(case: Case, verdict: Verdict, lang: str) -> Iterator[Block]:
    evidence, on = verdict.evidence, case.result.on
    if evidence is not None:
        yield Picture(
            svg(series.draw(evidence, on, lang)), series.alt(verdict, evidence, on, lang),
            say(lang, "series.caption", asset=verdict.asset),
        )  # fmt: skip
