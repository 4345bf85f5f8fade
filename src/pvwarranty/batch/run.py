"""A run: the verdicts on all sites of a fleet, as tables."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date

from pvwarranty.batch.engine import Engine
from pvwarranty.batch.judging import JudgeSite
from pvwarranty.batch.merging import About, merge
from pvwarranty.batch.neighbours import find_neighbours
from pvwarranty.batch.passes import Pass, Progress, run_pass, workspace
from pvwarranty.batch.stores import Store
from pvwarranty.batch.watching import WatchSky
from pvwarranty.errors import DataError, Problem


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does: the sites of a store, judged on a day, with tables in another store."""

    fleet: Store
    out: Store
    on: date
    resume: bool = False
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """How a run ended."""

    sites: int
    done: int
    kept: int
    failed: int
    seconds: float


def run_batch(plan: Plan, engine: Engine, progress: Progress) -> Summary:
    """Judge all sites of a fleet and write its tables; returns how many were done and failed.

    Raises
    ------
    DataError
        Where there is no site, `out` holds another run and `resume` is not asked for, or results
        cannot be kept.
    """
    start = time.monotonic()
    try:
        if not plan.resume and next(iter(plan.out.names("parts")), None) is not None:
            hint = "use --resume to go on with it, or another folder"
            raise DataError(Problem(plan.out.url, "holds a run already", hint))
        with workspace() as scratch:
            watch = Pass(WatchSky(plan.on), plan.fleet, plan.out, scratch)
            skies = run_pass(watch, engine, progress)
            neighbours = find_neighbours(skies, plan.out)
            task = JudgeSite(plan.on, plan.seed, neighbours)
            records = run_pass(Pass(task, plan.fleet, plan.out, scratch), engine, progress)
            failed = merge(records, About(plan.on, plan.seed), plan.out, scratch)
            skies.tidy()
            records.tidy()
    except OSError as error:
        hint = "make room or mend it, then go on with --resume"
        raise DataError(Problem(plan.out.url, f"cannot be written: {error}", hint)) from error
    done = records.sites - records.kept
    return Summary(records.sites, done, records.kept, failed, time.monotonic() - start)
