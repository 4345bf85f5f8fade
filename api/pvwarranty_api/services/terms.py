"""Terms, their vocabulary and what they give, as data for the API and the pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pvwarranty.entitle import Line, answer_query, as_dict, read_queries, read_query, timeline
from pvwarranty.entitle.overview import overview
from pvwarranty.errors import FactError
from pvwarranty.model import Text
from pvwarranty.terms import Library, Terms, Vocabulary, packaged_vocabulary
from pvwarranty.terms.vocabulary import Fact
from pvwarranty_api.errors import Refusal, invalid, not_found

MOST = 1000  # queries of one request


def list_terms(library: Library) -> list[dict[str, Any]]:
    """Return a row for each edition."""
    return overview(library)


def show_terms(library: Library, terms_id: str) -> dict[str, Any]:
    """Return an edition: its document, coverages and clauses."""
    found: Terms | None = next((t for t in library.everything() if t.id == terms_id), None)
    if found is None:
        raise not_found(Text("約款", "edition of terms"))
    document = found.document
    return {
        "id": found.id, "sha256": found.sha256, "maker": document.maker, "title": document.title,
        "edition": document.edition, "publisher": document.publisher, "source": document.source,
        "coverages": [{"id": b.coverage, "kind": b.kind, "en": b.label[0], "ja": b.label[1]}
                      for b in found.blocks],
        "clauses": [{"id": c.id, "at": c.at, "quote": c.quote} for c in found.clauses.values()],
    }  # fmt: skip


def show_vocabulary(library: Library, maker: str | None) -> dict[str, Any]:
    """Return the facts that queries are told in: of a maker, or those of all."""
    found: Vocabulary = library.maker(maker).vocabulary if maker else packaged_vocabulary()
    return {
        "facts": [_fact(f) for f in found.facts.values()],
        "requests": [
            {"name": r.name, "facts": list(r.facts), "label": _pair(r.label), "ask": _pair(r.ask)}
            for r in found.requests.values()
        ],
    }


def _fact(fact: Fact) -> dict[str, Any]:
    bounds = {"least": fact.least, "most": fact.most}
    return {
        "name": fact.name, "kind": fact.kind, "unit": fact.unit, "words": list(fact.words),
        **{name: None if v is None else float(v) for name, v in bounds.items()},
        "label": _pair(fact.label), "ask": _pair(fact.ask),
    }  # fmt: skip


def _pair(labels: tuple[str, str]) -> dict[str, str]:
    return {"en": labels[0], "ja": labels[1]}


def entitlements(library: Library, body: bytes) -> tuple[list[Any], bool]:
    """Return the answers to the queries in a body, and whether there were several.

    Of several a wrong one gets an error in its place; one alone that is wrong raises FactError.
    """
    lines = _lines(body)
    return [_answered(library, line) for line in lines], lines[0].many


def timelines(library: Library, body: bytes, lang: str) -> list[dict[str, Any]]:
    """Return the timeline of the one query in a body: covers, steps, deadlines, in order."""
    lines = _lines(body)
    if lines[0].many:
        raise invalid("body", "is not one query")
    query = read_query(lines[0].raw, library)
    return [entry.as_dict(lang) for entry in timeline(query)]


def _lines(body: bytes) -> list[Line]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal("malformed", Text("UTF-8 ではありません", "It is not UTF-8")) from None
    lines = list(_few(read_queries(text)))
    if not lines:
        raise invalid("body", "holds no query")
    return lines


def _few(lines: Iterator[Line]) -> Iterator[Line]:
    for number, line in enumerate(lines):
        if number >= MOST:
            raise invalid("body", f"holds more than {MOST} queries", "send them in several parts")
        yield line


def _answered(library: Library, line: Line) -> Any:
    try:
        if line.error is not None:
            raise line.error
        query = read_query(line.raw, library)
        found = [as_dict(decision) for decision in answer_query(query)]
        return found if query.coverage is None else found[0]
    except FactError as error:
        if not line.many:
            raise
        told = [{"where": p.where, "what": p.what, "hint": p.hint} for p in error.problems]
        return {"error": {"at": line.where, "problems": told}}
