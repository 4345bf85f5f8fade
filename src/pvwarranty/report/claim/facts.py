"""The facts that a claim has to tell, filled from the site file and from what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pvwarranty.report.case import Case
from pvwarranty.report.document import Block, Section
from pvwarranty.report.forming import Known, form_table, forms_of
from pvwarranty.report.labels import label, say
from pvwarranty.report.numbers import assets_of, listed, percent
from pvwarranty.report.stairs import promise_of
from pvwarranty.report.text import cause_text, shown_causes
from pvwarranty.verify.result import Verdict


def facts(case: Case, lang: str) -> Section | None:
    """Return the section of forms: for what a claim may be made of, else for everything."""
    blocks = tuple(_blocks(case, lang))
    return Section(say(lang, "section.form"), blocks) if blocks else None


def _blocks(case: Case, lang: str) -> Iterator[Block]:
    verdicts = case.result.verdicts
    urgent = [v for v in verdicts if v.standing == "supported"] or [
        v for v in verdicts if v.standing == "undecided"
    ]
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in urgent or list(verdicts):
        groups.setdefault((case.maker_of(verdict), verdict.coverage), []).append(verdict)
    for (maker, coverage), group in groups.items():
        for form in forms_of(maker, (coverage,)):
            promise = promise_of(group[0], case.site, case.result.on, case.library)
            vocabulary = case.vocabulary_of(group[0])
            known = Known(
                dict(case.site.facts), _given(case, group, promise.facts, lang), vocabulary
            )
            yield form_table(form, known, lang)


def _given(
    case: Case, group: list[Verdict], told: Mapping[str, object], lang: str
) -> dict[str, str]:
    """Return what the report itself found, in words."""
    site = case.site
    promise = promise_of(group[0], site, case.result.on, case.library)
    stop = say(lang, "report.semicolon")
    product = told.get(promise.measured.product, "")
    return {
        "place": say(lang, "form.place", latitude=site.latitude, longitude=site.longitude),
        "product": label("component", f"{product}", lang),
        "asset": assets_of([v.asset for v in group], lang),
        "event": stop.join(t for v in group[:4] if (t := _event(v, lang))),
        "finding": stop.join(t for v in group[:4] if (t := _finding(v, lang))),
    }


def _event(verdict: Verdict, lang: str) -> str:
    causes = [cause_text(j, lang) for j in shown_causes(verdict) if j.warranted]
    return f"{verdict.asset} {listed(causes, lang)}" if causes else ""


def _finding(verdict: Verdict, lang: str) -> str:
    e, floor = verdict.estimate, verdict.threshold
    if e is None or floor is None:
        return ""
    told = say(lang, "form.finding", value=percent(e.value), low=percent(e.low),
               high=percent(e.high), floor=percent(float(floor.ratio)))  # fmt: skip
    return f"{verdict.asset} {told}"
