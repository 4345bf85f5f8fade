"""``pvwarranty terms``: the terms that are known, what they say, and the checking of new ones."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from cyclopts import App

from pvwarranty.errors import Problem, TermsError, nearest

app = App(name="terms", help="Warranty terms: list them, show one, check a new one.")


@app.command(name="list")
def list_terms(*, json: bool = False) -> int:
    """List the terms that ship with the package.

    Parameters
    ----------
    json
        Print JSON.
    """
    from pvwarranty.entitle.overview import overview
    from pvwarranty.entitle.result import to_json
    from pvwarranty.entitle.show import table
    from pvwarranty.terms import packaged_library

    rows = overview(packaged_library())
    if json:
        print(to_json(rows))
        return 0
    heads = ("id", "edition", "clauses", "coverages", "title")
    print("\n".join(table([heads, *(tuple(str(r[h]) for h in heads) for r in rows)])))
    return 0


@app.command
def show(id: str, *, lang: Literal["en", "ja"] = "en") -> int:
    """Show an edition: its document, coverages and clauses.

    Parameters
    ----------
    id
        The edition's id, as `terms list` prints it.
    lang
        Language of labels: en or ja.
    """
    from pvwarranty.entitle.overview import page
    from pvwarranty.terms import packaged_library

    editions = {t.id: t for t in packaged_library().everything()}
    if id not in editions:
        hint = nearest(id, editions) or f"one of {', '.join(editions)}"
        raise TermsError(Problem("id", f"there are no terms '{id}'", hint))
    print(page(editions[id], lang))
    return 0


@app.command
def check(file: Path, *, cases: tuple[Path, ...] = (), source: Path | None = None) -> int:
    """Check terms and tell all that is wrong with them.

    Parameters
    ----------
    file
        The terms: a TOML file, or a folder of them that make one edition.
    cases
        Files of cases: every one must come out, and every clause decide one.
    source
        The text of the document, to look for the quotes in.
    """
    from pvwarranty.entitle.overview import check_all

    problems, told = check_all(file, cases, source)
    if problems:
        raise TermsError(problems)
    print(told)
    return 0
