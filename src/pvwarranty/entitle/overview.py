"""Overviews of terms, and the check of an edition with its cases and its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pvwarranty.entitle.cases import check_cases, read_cases
from pvwarranty.errors import Problem, PvWarrantyError, TermsError
from pvwarranty.terms import Library, Terms, packaged_library
from pvwarranty.terms.checking import check_terms
from pvwarranty.terms.library import read_path


def overview(library: Library) -> list[dict[str, Any]]:
    """Return a row for each edition."""
    return [
        {
            "id": terms.id,
            "maker": terms.document.maker,
            "title": terms.document.title,
            "edition": terms.document.edition,
            "clauses": len(terms.clauses),
            "coverages": len({b.coverage for b in terms.blocks}),
            "sha256": terms.sha256,
        }
        for terms in library.everything()
    ]


def page(terms: Terms, lang: str = "en") -> str:
    """Return an edition as text: its document, coverages and clauses."""
    return "\n".join(_page(terms, lang))


def _page(terms: Terms, lang: str) -> Iterator[str]:
    document = terms.document
    yield f"{terms.id}  {document.title}  {document.edition}  {document.publisher}"
    yield f"sha256 {terms.sha256}  source {document.source}"
    for block in terms.blocks:
        yield f"\n{block.coverage}  {block.label[lang == 'ja']}"
        for rule in (*block.rules, *block.adds):
            clauses = ", ".join(c for c in rule.clauses if isinstance(c, str))
            yield f"  {rule.stage:<10} {rule.when.text}  {clauses}"
    yield ""
    for clause in terms.clauses.values():
        yield f"{clause.id}  [{clause.at}] 「{clause.quote}」"


def check_all(file: Path, cases: Iterable[Path], source: Path | None) -> tuple[list[Problem], str]:
    """Return all problems of an edition with its cases and source, and a line on what is in it."""
    terms = read_path(file)
    name = terms.document.maker
    others = packaged_library().makers.get(name)
    kept = [t for t in others.editions if t.id != terms.id] if others else []
    library = Library({}).with_terms([*kept, terms])
    text = None if source is None else _text(source)
    problems = check_terms(terms, library.maker(name).vocabulary, text)
    read = [c for path in cases for c in read_cases(_text(path), path.name)]
    if read and not problems:
        try:
            problems = check_cases(read, terms, library)
        except PvWarrantyError as error:
            problems = list(error.problems)
    counts = f"{len(terms.clauses)} clauses, {len(terms.blocks)} blocks, {len(read)} cases"
    return problems, f"{terms.id}: {counts}"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TermsError(Problem(str(path), f"cannot be read: {error}")) from None
