"""Opening a document as tables, and finding the profile that fits them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pvwarranty.errors import DataError, Problem, nearest
from pvwarranty.ingest.convert.documents import Document
from pvwarranty.ingest.convert.encoding import find_encoding
from pvwarranty.ingest.convert.grids import Grid, TextGrid, text_grid
from pvwarranty.ingest.convert.headers import Fit, Miss, fit, normal
from pvwarranty.ingest.profiles.schema import Kind, Profile

_SEPARATORS = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Opened:
    """A document with all that is needed to try profiles on it."""

    document: Document
    kind: Kind
    encoding: str = ""
    tables: tuple[TextGrid, ...] = ()
    sheets: tuple[Grid, ...] = ()
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """The tables of a document that will be read, and why this profile was taken."""

    fits: tuple[Fit, ...]
    reason: str
    encoding: str


def open_document(document: Document, encoding: str | None = None) -> Opened:
    """Look at a document; raises DataError where it is nothing that can be read."""
    if document.kind == "xlsx":
        from pvwarranty.ingest.convert.grids_xlsx import xlsx_grids

        return Opened(document, "xlsx", sheets=tuple(xlsx_grids(document)))
    with document.open() as file:
        start = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"{", b"[")):
        from pvwarranty.ingest.convert.grids_json import read_json

        return Opened(document, "json", "utf-8", values=tuple(read_json(document)))
    name = find_encoding(document.open, document.name, encoding)
    found = (text_grid(document, name, separator) for separator in _SEPARATORS)
    return Opened(document, "csv", name, tuple(grid for grid in found if grid is not None))


def choose(opened: Opened, profiles: Sequence[Profile], asked: str) -> Choice:
    """Return the tables of a document under the one profile that fits.

    Profiles marked as fallback count only where no other fits. Raises DataError where none fits,
    with what the nearest lack, and where two fit.
    """
    fits, misses = _try_all(opened, profiles)
    chosen = [f for f in fits if not f.profile.fallback] or fits
    names = sorted({f.profile.id for f in chosen})
    if not names:
        raise DataError(_none_fits(opened, misses, asked))
    if len(names) > 1:
        hint = " or ".join(f"--profile {name}" for name in names)
        what = f"fits {len(names)} profiles: {'; '.join(_why(f) for f in chosen)}"
        raise DataError(Problem(opened.document.name, what, f"say which: {hint}"))
    return Choice(tuple(chosen), _reason(chosen[0], asked), opened.encoding)


def _try_all(opened: Opened, profiles: Sequence[Profile]) -> tuple[list[Fit], list[Miss]]:
    fits, misses = [], []
    for profile in profiles:
        if opened.kind not in profile.kinds:
            continue
        for grid in _grids(opened, profile):
            found = fit(profile, grid)
            if isinstance(found, Fit):
                fits.append(found)
            else:
                misses.append(found)
    return fits, misses


def _grids(opened: Opened, profile: Profile) -> Sequence[Grid]:
    if opened.kind == "csv":
        encoded = profile.encoding in (None, opened.encoding)
        return [t for t in opened.tables if encoded and t.separator in profile.separators]
    if opened.kind == "xlsx":
        return opened.sheets
    from pvwarranty.ingest.convert.grids_json import json_grid

    assert profile.json_ is not None
    grid = json_grid(opened.document.name, list(opened.values), profile.json_)
    return [] if grid is None else [grid]


def _why(found: Fit) -> str:
    names = ", ".join(c.name for c in found.columns if c.spec.required) or "its columns"
    return f"{found.profile.id} (row {found.header + 1} has {names})"


def _reason(found: Fit, asked: str) -> str:
    if asked != "auto":
        return "asked for"
    last = "no profile of a maker fits, and " if found.profile.fallback else ""
    return f"{last}the header in row {found.header + 1} has all columns of {found.profile.id}"


def _none_fits(opened: Opened, misses: list[Miss], asked: str) -> list[Problem]:
    where = opened.document.name
    if not misses:
        kinds = "" if asked == "auto" else f" of profile {asked}"
        return [Problem(where, f"holds no table{kinds}", "pvwarranty profiles list shows formats")]
    near = sorted(misses, key=lambda m: (-m.matched, len(m.lacking)))
    shown = near[:1] if asked != "auto" else [m for m in near if m.matched][:3] or near[:1]
    if asked == "auto":
        first = "its columns are those of no profile"
        hint = "write one: docs/profiles.md; pvwarranty profiles check tells what is wrong"
        return [Problem(where, first, hint), *(_lacks(where, m) for m in shown)]
    return [_lacks(where, m) for m in shown]


def _lacks(where: str, miss: Miss) -> Problem:
    row = f"{where}, row {miss.row + 1}"
    wanted = [text.split("'")[1] for text in miss.lacking if "'" in text]
    names = [normal(n) for n in miss.names]
    guesses = [g for w in wanted if (g := nearest(normal(w), names))]
    what = f"for profile {miss.profile.id} it lacks {', '.join(miss.lacking)}"
    have = f"it has {', '.join(miss.names[:12])}" if miss.names else ""
    return Problem(row, what, "; ".join([*guesses[:1], have]).strip("; "))
