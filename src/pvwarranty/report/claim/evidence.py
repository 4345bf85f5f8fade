"""The evidence: all assets, then the course of those that matter beside the warranted value."""

from __future__ import annotations

from collections.abc import Iterator

from pvwarranty.report.case import Case
from pvwarranty.report.claim.front import ROWS, verdict_table
from pvwarranty.report.document import Block, Picture, Section
from pvwarranty.report.figures import overview, peers, staircase, svg
from pvwarranty.report.labels import say
from pvwarranty.report.stairs import stairs_of
from pvwarranty.verify.result import Verdict

SHOWN = 4  # assets with figures of their own


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
    for verdict in noteworthy(case):
        yield from _course(case, verdict, lang)


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
    on = case.result.on
    yield Picture(
        svg(staircase.draw(verdict, stairs, on, lang)),
        staircase.alt(verdict, stairs, on, lang),
        say(lang, "staircase.caption", asset=verdict.asset),
    )
