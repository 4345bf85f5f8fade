"""Page: what a maker's terms give for facts told, for UPS and other equipment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from pvwarranty.decide import plan_of
from pvwarranty.entitle import answer_query, read_query, timeline
from pvwarranty.errors import FactError, Problem
from pvwarranty.report.document import Report
from pvwarranty.terms import Maker
from pvwarranty_api.auth.actor import Actor
from pvwarranty_api.pages import facts, pictures
from pvwarranty_api.pages.fields import with_problems
from pvwarranty_api.pages.people import Member, Posted, asked_by_script
from pvwarranty_api.pages.records import record_fields, records_of
from pvwarranty_api.pages.route import PageRoute
from pvwarranty_api.pages.view import page
from pvwarranty_api.services.core import Core
from pvwarranty_api.store.types import today
from pvwarranty_api.web.access import CoreOf
from pvwarranty_api.web.wording import all_worded

router = APIRouter(route_class=PageRoute)
TAGS = re.compile(r"<[^>]*>")


@router.get("/entitlement")
def ask(core: CoreOf, actor: Member, request: Request) -> Response:
    """Show the form: a maker and a coverage, then what is known."""
    return _page(core, actor, request, dict(request.query_params), {})


@router.post("/entitlement")
def answer(core: CoreOf, actor: Member, form: Posted, request: Request) -> Response:
    """Answer from what is told, and ask for what is missing."""
    given = {k: v for k, v in form.items() if isinstance(v, str)}
    return _page(core, actor, request, given, {"told": True})


def _page(
    core: Core, actor: Actor, request: Request, given: Mapping[str, str], state: Mapping[str, Any]
) -> Response:
    lang = actor.language
    names = sorted(core.library.makers)
    name = given.get("maker", "")
    maker = core.library.makers.get(name)
    shown: dict[str, Any] = {
        "makers": names, "maker": name if maker else "", "coverage": "", "coverages": [],
        "topics": [], "records": [], "report": "", "problems": [], "missing": [],
    }  # fmt: skip
    if maker is not None:
        shown |= _asked(maker, name, given, state, lang)
    status = 422 if shown["problems"] else 200
    # an answer in the place of a part of the page must come with its problems: scripts swap both
    return page(request, "entitlement.html", status=200 if asked_by_script(request) else status,
                **shown)  # fmt: skip


def _asked(
    maker: Maker, name: str, given: Mapping[str, str], state: Mapping[str, Any], lang: str
) -> dict[str, Any]:
    labels = _coverages(maker, lang)
    coverage = given.get("coverage", "")
    coverage = coverage if coverage in labels else ""
    reads = facts_of(maker, coverage)
    told = facts.answered(given, maker.vocabulary, reads)
    told |= records_of(given, maker.vocabulary, reads)
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    if state.get("told"):
        try:
            found = _answer(maker, name, coverage, told, lang)
        except FactError as error:
            problems = all_worded(error.problems, lang)
    own = maker.editions[-1].words
    fields, problems = with_problems(
        facts.fields_of(reads, maker.vocabulary, told, lang, own), problems
    )
    records, problems = record_fields(reads, maker.vocabulary, told, lang, problems)
    asks, _ = facts.asked_facts(found.get("missing", ()), maker.vocabulary)
    first = {f"{facts.PREFIX}{n}" for n in asks}
    rest = [f for f in fields if f.name not in first]
    return {
        "coverage": coverage, "coverages": list(labels.items()), "problems": problems,
        "missing": [f for f in fields if f.name in first], "records": records,
        "topics": list(facts.by_topic(rest, lang)), "report": found.get("report", ""),
    }  # fmt: skip


def _answer(
    maker: Maker, name: str, coverage: str, told: Mapping[str, Any], lang: str
) -> dict[str, Any]:
    from pvwarranty.report.entitlement import Asked, considered, entitlement_report
    from pvwarranty.terms import packaged_library

    raw = {"maker": name, "facts": told} | ({"coverage": coverage} if coverage else {})
    query = read_query(raw, packaged_library())
    decisions = answer_query(query)
    asked = Asked(query, decisions, timeline(query), considered(query, today()))
    report = entitlement_report([asked], lang)
    missing = dict.fromkeys(m for d in decisions[:1] for m in d.missing)
    return {"report": _html(report), "missing": list(missing)}


def _html(report: Report) -> str:
    told = [s for s in report.sections if TAGS.sub("", pictures.body_html(s, "x")).strip()]
    sections = (pictures.section_html(s, f"answer-{n}") for n, s in enumerate(told))
    return pictures.front_of(report) + "".join(sections)


def _coverages(maker: Maker, lang: str) -> dict[str, str]:
    """Return the coverages of a maker with their labels."""
    found: dict[str, str] = {}
    for terms in maker.editions:
        for block in terms.blocks:
            found.setdefault(block.coverage, block.label[lang == "ja"])
    return found


def facts_of(maker: Maker, coverage: str) -> list[str]:
    """Return the facts that a coverage looks at, or those of all coverages, in their order."""
    reads: set[str] = set()
    for terms in maker.editions:
        for block in terms.blocks:
            if coverage in ("", block.coverage):
                plan = plan_of(block, terms, maker.vocabulary)
                reads |= {*plan.reads, *block.about, *block.signs}
    return [n for n in maker.vocabulary.facts if n in reads]
