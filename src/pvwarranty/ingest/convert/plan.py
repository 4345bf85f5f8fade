"""The plan of an import: every table of every file understood, before a row of them is read."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.convert.detect import choose, open_document
from pvwarranty.ingest.convert.documents import Document, damaged, find_documents
from pvwarranty.ingest.convert.options import Options
from pvwarranty.ingest.convert.understand import Understood, understand
from pvwarranty.ingest.profiles import built_in, find_profile
from pvwarranty.ingest.profiles.schema import Profile
from pvwarranty.model import Site

MAX_STEP = 3600  # s: coarser results hide what is to be verified


@dataclass(frozen=True, slots=True)
class Plan:
    """Tables to read, entries left out and the interval of the result [s]."""

    site: Site
    options: Options
    tables: tuple[Understood, ...]
    skipped: dict[str, str]
    interval: int

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the series that will be stored, in order."""
        targets = (s.target for table in self.tables for s in table.sources)
        return tuple(sorted({t.name for t in targets if t.channel != "evidence"}))


def make_plan(paths: Sequence[Path], site: Site, options: Options) -> Plan:
    """Understand files.

    Raises
    ------
    DataError
        With all that is wrong or not clear in any of them.
    """
    auto = options.profile == "auto"
    profiles = [p for p in built_in() if p.auto] if auto else [find_profile(options.profile)]
    found = find_documents(paths)
    tables: list[Understood] = []
    problems: list[Problem] = []
    for document in found.documents:
        try:
            tables += _tables(document, profiles, site, options)
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return Plan(site, options, tuple(tables), found.skipped, _interval(tables, options))


def _tables(
    document: Document, profiles: Sequence[Profile], site: Site, options: Options
) -> list[Understood]:
    try:
        choice = choose(open_document(document, options.encoding), profiles, options.profile)
        return understand(document, choice, site, options)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise damaged(document.name, error) from None


def _interval(tables: Sequence[Understood], options: Options) -> int:
    steps = sorted({table.interval for table in tables})
    wanted = steps[0] if options.interval is None else options.interval
    told = ", ".join(f"{t.name}: {t.interval} s" for t in tables[:6])
    if options.interval is None and len(steps) > 1:
        hint = f"--interval {steps[-1]} puts all on that interval"
        raise DataError(Problem("", f"the files have several intervals ({told})", hint))
    wrong = [s for s in steps if wanted % s or wanted < s]
    if wrong or (wanted > MAX_STEP and wanted != steps[0]) or 86400 % wanted:
        hint = f"a multiple of theirs, at most {MAX_STEP} s"
        raise DataError(Problem("--interval", f"{wanted} s does not fit the files ({told})", hint))
    return wanted
