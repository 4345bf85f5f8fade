"""Pages: a new site, and changing one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from pvwarranty.errors import Problem, PvWarrantyError
from pvwarranty.terms import Vocabulary, packaged_vocabulary, read_facts
from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.errors import Refusal
from pvwarranty_api.pages import facts, site_form
from pvwarranty_api.pages.fields import Field, filled, with_problems
from pvwarranty_api.pages.people import Member, Posted
from pvwarranty_api.pages.route import PageRoute, to
from pvwarranty_api.pages.site_form import BLOCKS, Document, Suggested
from pvwarranty_api.pages.suggesting import suggested_document
from pvwarranty_api.pages.view import page
from pvwarranty_api.services import sites
from pvwarranty_api.services.core import Core
from pvwarranty_api.web.access import CoreOf
from pvwarranty_api.web.forms import ObjectId
from pvwarranty_api.web.wording import all_worded

router = APIRouter(route_class=PageRoute)
EMPTY: Document = {"timezone": "Asia/Tokyo", "altitude": 0.0}


@router.get("/sites/new")
def new_site(core: CoreOf, actor: Member, request: Request) -> Response:
    """Show the empty form of a site."""
    told = (request.query_params.getlist(n) for n in ("string", "inverter", "battery"))
    suggested = suggested_document(*told)
    more = {} if suggested else {"array": 1, "inverter": 1, "channel": 1}
    return _form(core, actor, request, EMPTY | suggested, {"more": more, "suggested": suggested})


@router.post("/sites/new")
def create_site(core: CoreOf, actor: Member, form: Posted, request: Request) -> Response:
    """Make a site, or show the form again with all that is wrong."""
    actor.need(Role.WRITE)
    document = _document(core, form, EMPTY)
    if filled(form, "add"):
        return _form(core, actor, request, document, _added(form))
    try:
        _check_facts(core, document)
        row = sites.create_site(core, actor, sites.toml_of(document))
    except (PvWarrantyError, Refusal) as error:
        return _form(core, actor, request, document, {"error": error})
    return to(f"/sites/{row.id}/upload")


@router.get("/sites/{site_id}/edit")
def edit_site(core: CoreOf, actor: Member, request: Request, site_id: ObjectId) -> Response:
    """Show the form of a site."""
    row = sites.get_site(core, actor, site_id)
    return _form(core, actor, request, tomllib.loads(row.toml), {"row": row})


@router.post("/sites/{site_id}/edit")
def change_site(
    core: CoreOf, actor: Member, form: Posted, request: Request, site_id: ObjectId
) -> Response:
    """Change a site, or show the form again with all that is wrong."""
    row = sites.get_site(core, actor, site_id)
    actor.need(Role.WRITE)
    document = _document(core, form, tomllib.loads(row.toml))
    if filled(form, "add"):
        return _form(core, actor, request, document, {"row": row, "more": {filled(form, "add"): 1}})
    try:
        _check_facts(core, document)
        version = filled(form, "version")
        toml = sites.toml_of(document)
        sites.change_site(core, actor, site_id, toml, int(version) if version.isdigit() else 0)
    except (PvWarrantyError, Refusal) as error:
        return _form(core, actor, request, document, {"row": row, "error": error})
    return to(f"/sites/{site_id}")


def _added(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form is to have more of."""
    block = filled(form, "add")
    return {"more": {block: 1}, "added": block}


def _document(core: Core, form: Mapping[str, Any], before: Mapping[str, Any]) -> Document:
    """Return the document that a form tells, with its facts."""
    made = site_form.document_of(form, before)
    vocabulary, names = asked(core, made)
    kept = {k: v for k, v in before.get("facts", {}).items() if k not in names}
    made["facts"] = kept | facts.answered(form, vocabulary, names)
    return made


def _check_facts(core: Core, document: Document) -> None:
    """Refuse facts that are outside the vocabulary, or contradict each other."""
    vocabulary, _ = asked(core, document)
    read_facts(document["facts"], vocabulary)


def asked(core: Core, document: Mapping[str, Any]) -> tuple[Vocabulary, list[str]]:
    """Return the vocabulary of a site, and the facts that the promises on it look at."""
    blocks = [*document.get("array", ()), *document.get("battery", ())]
    named = {b.get("maker") for b in blocks} - {None}
    makers = [m for m in facts.makers_with_promises(core.library) if not named or m in named]
    names: dict[str, None] = {}
    vocabulary = packaged_vocabulary()
    for maker in makers:
        vocabulary = core.library.maker(maker).vocabulary
        names |= dict.fromkeys(facts.read_by_promises(core.library.maker(maker)))
    return vocabulary, list(names)


def _form(
    core: Core, actor: Actor, request: Request, document: Document, given: Mapping[str, Any]
) -> Response:
    lang = actor.language
    row, error, more = given.get("row"), given.get("error"), given.get("more", {})
    problems = [] if error is None else _problems(error, lang)
    suggested = _suggested(core, document)
    vocabulary, names = asked(core, document)
    place, problems = with_problems(site_form.place_fields(document, lang), problems)
    told = facts.fields_of(names, vocabulary, document.get("facts", {}), lang)
    told, problems = with_problems(told, problems)
    blocks: dict[str, list[tuple[site_form.Row, list[Field]]]] = {}
    for block in BLOCKS:
        blocks[block] = []
        for made in site_form.rows_of(document, block, more.get(block, 0), lang, suggested):
            fields, problems = with_problems(made.fields, problems)
            blocks[block].append((made, fields))
    return page(
        request, "site_form.html", status=422 if error else 200, row=row, problems=problems,
        place=place, blocks=blocks, topics=list(facts.by_topic(told, lang)),
        wrong=error is not None, suggested=bool(given.get("suggested")),
        added=given.get("added", ""),
    )  # fmt: skip


def _problems(error: PvWarrantyError | Refusal, lang: str) -> list[Problem]:
    found = all_worded(error.problems, lang)
    if isinstance(error, Refusal) and not found:
        told = error.detail or error.kind.title
        return [Problem("", told.of(lang))]
    return found


def _suggested(core: Core, document: Document) -> Suggested:
    """Return what fields suggest: products that the terms know, and names given above."""
    models = packaged_vocabulary().facts["module_model"].words
    makers = tuple(facts.makers_with_promises(core.library))
    return Suggested({
        "array.product": tuple(map(str, models)),
        "array.maker": makers, "battery.maker": makers,
        "channel.arrays": site_form.ids(document, ("array",)),
        "channel.inverter": site_form.ids(document, ("inverter",)),
    })  # fmt: skip
