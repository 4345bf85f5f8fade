"""A task over all sites of a fleet: what is done already, who does the rest, the fixed order."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pvwarranty.batch.engine import Engine
from pvwarranty.batch.segments import Index, Line, write_segment
from pvwarranty.batch.sites import SiteTask, Work, digest_of, mark_of, marker, settings_digest
from pvwarranty.batch.stores import Found, Store
from pvwarranty.errors import DataError, Problem

ROUNDS = 4  # the first with several sites an item, then one by one: three deaths are a site's own
DIED = "the worker died on this site, three times"


@dataclass(frozen=True, slots=True)
class Pass:
    """A task over a fleet: where the sites are, where records go, and a local scratch folder."""

    task: SiteTask
    source: Store
    out: Store
    scratch: Path


@dataclass(frozen=True, slots=True)
class Record:
    """What a pass found of one site.

    digest : of all that it depends on, None where the site could not be read
    result : what the task returned, None where `failure` says why not
    place : where the record is kept, as `Index` counts
    """

    key: str
    digest: str | None
    result: dict[str, Any] | None
    failure: str | None
    place: int = field(compare=False)


class Progress(Protocol):
    """Hears how a pass goes on."""

    def __call__(self, done: int, total: int) -> None:
        """Take note: `done` of `total` sites that are to be done."""


@dataclass(frozen=True, slots=True)
class Records:
    """All records of a pass.

    sites, kept : sites of the fleet, and those done before
    """

    sites: int
    kept: int
    plan: Path
    index: Index

    def in_order(self) -> Iterator[Record]:
        """Yield every site's record in the order of the fleet, one at a time."""
        for row in _planned(self.plan):
            place = row.place if row.place is not None else self.index.find(row.key, row.mark)
            if place is None:
                raise OSError(f"the record of {row.key} did not stay")
            line = self.index.line(place)
            yield Record(line.key, line.digest, line.result, line.failure, place)

    def tidy(self) -> None:
        """Remove what is kept of sites and settings that this pass does not know any more."""
        places = (
            r.place if r.place is not None else self.index.find(r.key, r.mark)
            for r in _planned(self.plan)
        )
        for name in self.index.unused(p for p in places if p is not None):
            self.index.store.remove(name)


@contextmanager
def workspace() -> Iterator[Path]:
    """Give a local folder for a run's lists, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="pvwarranty-run-") as scratch:
        yield Path(scratch)


def run_pass(job: Pass, engine: Engine, progress: Progress) -> Records:
    """Bring a task's records of all sites up to date and return them.

    Sites whose files, settings and software have not changed keep their records.

    Raises
    ------
    DataError
        Where the fleet holds no site, or workers cannot do their work at all.
    OSError
        Where records cannot be kept, as on a full disk.
    """
    settings = settings_digest(job.task)
    job.out.write(marker(job.task), f"{job.task.name} {settings}".encode())
    index = Index(job.out, job.task.name, settings)
    index.refresh(failures=False)
    plan = job.scratch / f"{job.task.name}.plan"
    sites, todo = _plan(job, index, plan)
    work = Work(job.task, job.source, job.out, settings)
    done = 0
    for round_ in range(ROUNDS):
        most = min(engine.most, max(1, todo // (4 * engine.workers))) if round_ == 0 else 1
        for item in engine.run(work, _items(plan, index, most)):
            done += len(item)
            progress(min(done, todo), todo)
        index.refresh(failures=True)
        left = sum(1 for _ in _missing(plan, index))
        if not left:
            break
        done = todo - left
    _give_up(job, index, plan)
    return Records(sites, sites - todo, plan, index)


@dataclass(frozen=True, slots=True)
class _Row:
    key: str
    state: str
    mark: str
    place: int | None


def _plan(job: Pass, index: Index, plan: Path) -> tuple[int, int]:
    """Write a line a site: what it is and where its record is, if it has one; count them."""
    sites = todo = 0
    with plan.open("w", encoding="utf-8") as file:
        for found in job.source.sites():
            beside = job.task.beside(found.key)
            mark = mark_of(found, beside)
            place = index.find(found.key, mark)
            if place is None and len(index.segments):
                place = _same_content(job, index, found, beside)
            row = [found.key, found.state, mark, place]
            file.write(json.dumps(row) + "\n")
            sites += 1
            todo += place is None
    if not sites:
        raise DataError(Problem(job.source.url, "holds no site folder (one with a site.toml)"))
    return sites, todo


def _same_content(job: Pass, index: Index, found: Found, beside: str) -> int | None:
    """Return the place of the record of a site whose files were touched but not changed."""
    try:
        with job.source.folder(found.key) as folder:
            return index.find(found.key, digest_of(folder, index.settings, beside))
    except OSError:
        return None


def _planned(plan: Path) -> Iterator[_Row]:
    with plan.open(encoding="utf-8") as file:
        for line in file:
            yield _Row(*json.loads(line))


def _missing(plan: Path, index: Index) -> Iterator[_Row]:
    return (r for r in _planned(plan) if r.place is None and index.find(r.key, r.mark) is None)


def _items(plan: Path, index: Index, most: int) -> Iterator[tuple[Found, ...]]:
    """Yield what is still to be done, some sites an item."""
    item: list[Found] = []
    for row in _missing(plan, index):
        item.append(Found(row.key, row.state))
        if len(item) == most:
            yield tuple(item)
            item = []
    if item:
        yield tuple(item)


def _give_up(job: Pass, index: Index, plan: Path) -> None:
    """Keep a failure for sites that workers died on; raise where records do not stay."""
    for row in _missing(plan, index):
        line = Line(row.key, row.mark, None, None, DIED, again=True)
        write_segment(job.out, job.task.name, index.settings, [line])
    index.refresh(failures=True)
