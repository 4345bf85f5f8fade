"""Reading terms: one or several TOML files of an edition become `Terms`, or all their problems."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from pvwarranty.calendar import Office
from pvwarranty.condition import Record, Scope
from pvwarranty.errors import Problem, TermsError, nearest
from pvwarranty.terms.blocks import SHARED, read_block, read_shared
from pvwarranty.terms.reader import Reader
from pvwarranty.terms.schema import KINDS, Applies, Block, Clause, Document, Terms
from pvwarranty.terms.shapes import FILE, shape_problems
from pvwarranty.terms.vocabulary import read_declared

SECTIONS = {
    "document",
    "applies",
    "fact",
    "word",
    "clause",
    "office",
    "table",
    "let",
    *SHARED,
    *KINDS,
}
LISTS = {"table", *SHARED, *KINDS}


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one TOML file and the name it is told by."""

    name: str
    text: str


@dataclass(slots=True)
class Draft:
    """An edition's sections, put together from its files."""

    where: str
    sections: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, source: Source) -> None:
        """Add a file's sections; what stands in two files is a problem."""
        try:
            raw = tomllib.loads(source.text, parse_float=Decimal)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            self.problems.append(Problem(source.name, f"is not TOML: {error}"))
            return
        for name, content in raw.items():
            if name not in SECTIONS or not isinstance(content, list if name in LISTS else dict):
                hint = nearest(name, SECTIONS)
                self.problems.append(Problem(source.name, f"unknown section '{name}'", hint))
            elif isinstance(content, list):
                self.sections.setdefault(name, []).extend(content)
            else:
                self._merge(source.name, name, content)

    def _merge(self, where: str, name: str, content: dict[str, Any]) -> None:
        known = self.sections.setdefault(name, {})
        for twice in known.keys() & content.keys():
            self.problems.append(Problem(where, f"'{name}.{twice}' stands in two files"))
        known.update(content)


def read_terms(sources: Iterable[Source], where: str) -> Terms:
    """Return the terms held in the files of one edition.

    Raises TermsError with every structural problem; what the expressions say is read when first
    used (`checking.check_terms` reads them all).
    """
    draft, digest = Draft(where), hashlib.sha256()
    for source in sources:
        draft.add(source)
        digest.update(source.text.encode())
    draft.problems += shape_problems(draft.sections, FILE, where)
    if draft.problems:
        raise TermsError(draft.problems)
    reader = Reader(where, Scope(*_names(draft, where)), draft.problems)
    raw = draft.sections
    terms = Terms(
        document=_document(raw.get("document", {}), reader.at("document")),
        applies=_applies(raw.get("applies", {}), reader.at("applies")),
        clauses={
            i: _clause(i, c, reader.at(f"clause.{i}")) for i, c in raw.get("clause", {}).items()
        },
        blocks=_blocks(raw, reader),
        scope=reader.scope,
        assumed={t["name"]: t["assumption"] for t in raw.get("table", ()) if t.get("assumption")},
        steps=tuple(t["name"] for t in raw.get("table", ()) if t.get("kind") == "steps"),
        facts=read_declared(raw.get("fact", {}), where),
        words={name: (w[0], w[-1]) for name, w in raw.get("word", {}).items()},
        sha256=digest.hexdigest(),
        where=where,
    )
    if draft.problems:
        raise TermsError(draft.problems)
    return terms


def _names(draft: Draft, where: str) -> tuple[dict[str, tuple[Record, ...]], dict[str, Office]]:
    tables: dict[str, tuple[Record, ...]] = {}
    reader = Reader(where, Scope(), draft.problems)
    for n, raw in enumerate(draft.sections.get("table", ())):
        name = raw.get("name", f"[{n}]")
        if name in tables:
            draft.problems.append(Problem(where, f"there are two tables '{name}'"))
        tables[name] = _table(raw, reader.at(f"table.{name}"))
    offices = {
        name: _office(raw, reader.at(f"office.{name}"))
        for name, raw in draft.sections.get("office", {}).items()
    }
    return tables, offices


def _table(raw: Mapping[str, Any], reader: Reader) -> tuple[Record, ...]:
    reader.known(raw, {"name", "columns", "rows", "kind", "assumption"}, {"name", "rows"})
    columns, rows = raw.get("columns", ()), []
    for n, row in enumerate(raw.get("rows", ())):
        if isinstance(row, list):
            if len(row) != len(columns):
                reader.problem(
                    f"row {n + 1} has {len(row)} cells, there are {len(columns)} columns"
                )
            row = dict(zip(columns, row, strict=False))
        rows.append(Record({k: frozen(v) for k, v in row.items()}))
    return tuple(rows)


def frozen(value: Any) -> Any:
    """Return a TOML value with lists as tuples, all the way down."""
    return tuple(frozen(v) for v in value) if isinstance(value, list) else value


def _office(raw: Mapping[str, Any], reader: Reader) -> Office:
    reader.known(raw, {"weekdays", "national_holidays", "closed", "hours"})
    opens, closes = raw.get("hours", ("00:00", "23:59:59"))
    closed = frozenset((int(d[:2]), int(d[3:])) for d in raw.get("closed", ()))
    return Office(
        weekdays=frozenset(raw.get("weekdays", range(5))),
        national_holidays=raw.get("national_holidays", True),
        closed=closed,
        opens=time.fromisoformat(opens),
        closes=time.fromisoformat(closes),
    )


def _document(raw: Mapping[str, Any], reader: Reader) -> Document:
    needed = ("id", "maker", "title", "edition")
    known = {*needed, "publisher", "dated", "source"}
    reader.known(raw, known, set(needed))
    blank = dict.fromkeys(needed, "")
    return Document(**{**blank, **{k: v for k, v in raw.items() if k in known}})


def _applies(raw: Mapping[str, Any], reader: Reader) -> Applies:
    reader.known(raw, {"line", "date", "since", "earlier", "unalleged", "presume"})
    return Applies(
        line=raw.get("line", ""),
        dates=reader.words(raw, "date"),
        since=raw.get("since"),
        earlier=raw.get("earlier", ""),
    )


def _clause(name: str, raw: Mapping[str, Any], reader: Reader) -> Clause:
    reader.known(raw, {"at", "quote", "informs", "note"}, {"at", "quote"})
    return Clause(
        name, raw.get("at", ""), raw.get("quote", ""), raw.get("informs", ""), raw.get("note", "")
    )


def _blocks(raw: Mapping[str, Any], reader: Reader) -> tuple[Block, ...]:
    shared = [read_shared(kind, entry, reader.at(f"{kind}[{n}]"))
              for kind in SHARED for n, entry in enumerate(raw.get(kind, ()))]  # fmt: skip
    blocks = []
    for kind in KINDS:
        for n, entry in enumerate(raw.get(kind, ())):
            coverage = entry.get("coverage", f"[{n}]")
            fitting = [rule for covers, rule in shared if _holds_for(covers, kind, coverage)]
            at = reader.at(f"{kind}.{coverage}")
            blocks.append(read_block(kind, _with_common(entry, raw), fitting, at))
    return tuple(sorted(blocks, key=lambda b: not b.about))


def _holds_for(covers: tuple[str, ...], kind: str, coverage: str) -> bool:
    """Tell whether a shared rule holds for a block: its kind, its coverage or a pattern of it."""
    return any(c == kind or fnmatchcase(coverage, c) for c in covers)


def _with_common(entry: dict[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a block's entry with what the edition says for all its blocks, which comes first."""
    applies, common = raw.get("applies", {}), raw.get("let", {})
    return entry | {
        "let": common | entry.get("let", {}),
        "unalleged": [*applies.get("unalleged", ()), *entry.get("unalleged", ())],
        "presume": [*entry.get("presume", ()), *applies.get("presume", ())],
    }
