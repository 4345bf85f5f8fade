"""Fleet runs: many sites judged on a day by the batch engine, on this machine or a Dask cluster."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from pvwarranty.model import Text
from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.auth.audit import note
from pvwarranty_api.errors import Refusal, invalid, not_found
from pvwarranty_api.jobs.outcome import Tell
from pvwarranty_api.jobs.states import ENDED, Claim, Lost, finish
from pvwarranty_api.services.announcing import announce
from pvwarranty_api.services.assessments import EARLIEST, LATEST, NO_DATA
from pvwarranty_api.services.core import Core, Work, add_job
from pvwarranty_api.services.once import Once, keep, made_before
from pvwarranty_api.services.pages import Piece, Wanted, piece_of
from pvwarranty_api.services.sites import site_row
from pvwarranty_api.store.objects import fetch
from pvwarranty_api.store.types import new_id
from pvwarranty_api.store.work import FleetRun, Job, SiteRow

FLEET = Text("一括判定", "fleet run")
RUN = re.compile("[0-9a-f]{32}$")
TABLES = ("verdicts.parquet", "failures.parquet", "sites.parquet", "manifest.json")


def create_run(
    core: Core, actor: Actor, on: date, site_ids: Sequence[str] | None, once: Once
) -> FleetRun:
    """Have sites judged together: those named, or all that have measurements."""
    actor.need(Role.WRITE)
    if not EARLIEST <= on <= LATEST:
        raise invalid("on", f"is not within {EARLIEST} … {LATEST}")
    with core.database.writing() as db:
        known = made_before(db, actor, once)
        if known is not None:
            return _mine(db.get(FleetRun, known), actor)
        if site_ids is None:
            mine = SiteRow.organisation_id == actor.organisation
            held = SiteRow.measurements.is_not(None)
            chosen = list(db.scalars(select(SiteRow).where(mine, held)))
        else:
            chosen = [site_row(db, actor, i) for i in dict.fromkeys(site_ids)]
        if not chosen or any(s.measurements is None for s in chosen):
            raise Refusal("conflict", NO_DATA)
        sites = [
            {"id": s.id, "toml": s.toml, "measurements": s.measurements, "curves": s.curves}
            for s in chosen
        ]
        run = FleetRun(organisation_id=actor.organisation, on=on, sites=sites, job_id="")
        db.add(run)
        db.flush()
        work = Work("fleet", run.id, actor.organisation, {}, core.settings.job_attempts)
        run.job_id = add_job(db, core.queue, work).id
        keep(db, actor, once, run.id, core.settings.idempotency_hours)
        note(db, actor, "fleet.create", run.id, sites=len(sites))
        return run


def get_run(core: Core, actor: Actor, run_id: str) -> tuple[FleetRun, Job]:
    """Return a run and its job."""
    with core.database.reading() as db:
        run = _mine(db.get(FleetRun, run_id), actor)
        return run, db.get_one(Job, run.job_id)


def list_runs(core: Core, actor: Actor, wanted: Wanted) -> Piece[FleetRun]:
    """Return the runs of the actor's organisation."""
    query = select(FleetRun).where(FleetRun.organisation_id == actor.organisation)
    with core.database.reading() as db:
        return piece_of(db, query, FleetRun.id, wanted)


def table_of(core: Core, actor: Actor, run_id: str, name: str) -> Iterator[bytes]:
    """Return a table that a run wrote."""
    run, _ = get_run(core, actor, run_id)
    if name not in run.tables:
        raise not_found(Text("表", "table"))
    return core.objects.read(run.tables[name])


def _mine(run: FleetRun | None, actor: Actor) -> FleetRun:
    if run is None or run.organisation_id != actor.organisation:
        raise not_found(FLEET)
    return run


@dataclass(frozen=True, slots=True)
class Places:
    """Where a run reads its sites and writes its tables: folders or URLs."""

    sites: str
    out: str


def judge_fleet(core: Core, claim: Claim, tell: Tell) -> None:
    """Judge the sites of a run; what an earlier try has judged is not done again."""
    from pvwarranty.batch import Plan, run_batch, store_of

    with core.database.reading() as db:
        run = db.get(FleetRun, claim.target)
    if run is None:
        raise Lost(claim.job)
    with _places(core, run) as places, core.inbox.place() as folder:
        _lay_out(core, run, places, folder)
        plan = Plan(store_of(places.sites), store_of(places.out), run.on, resume=True)
        done = run_batch(plan, _engine(core), lambda n, of: tell(0.95 * n / max(of, 1), "judge"))
        tables = _keep_tables(core, run, places, folder)
    with core.database.writing() as db:
        kept = db.get(FleetRun, run.id)
        if kept is None:
            raise Lost(claim.job)
        kept.tables = tables
        kept.summary = {"sites": done.sites, "failed": done.failed}
        finish(db, claim)
        data = {"fleet_run": run.id, "on": run.on.isoformat(), **kept.summary}
        announce(core, db, run.organisation_id, "fleet.done", data)


@contextmanager
def _places(core: Core, run: FleetRun) -> Iterator[Places]:
    """Give a run's places, which stay for the next try and go once its tables are kept."""
    base = f"{_work_place(core)}/{run.id}"
    yield Places(f"{base}/sites", f"{base}/out")
    clear(base)


def _work_place(core: Core) -> str:
    return core.settings.fleet_place or str(core.settings.data.absolute() / "fleet-work")


def clear_ended(core: Core) -> None:
    """Remove what is left of runs that failed for good, were cancelled, or are there no more."""
    from pvwarranty.batch import store_of

    base = _work_place(core)
    left = {name.partition("/")[0] for name in store_of(base).names("")}
    with core.database.reading() as db:
        query = select(FleetRun.id).join(Job, Job.id == FleetRun.job_id)
        going_on = set(db.scalars(query.where(Job.state.not_in(ENDED))))
    for name in left - going_on:
        if RUN.match(name):  # the place may hold what is not ours
            clear(f"{base}/{name}")


def clear(place: str) -> None:
    """Remove all files of a place."""
    from pvwarranty.batch import store_of

    store = store_of(place)
    for name in list(store.names("")):
        store.remove(name)


def _lay_out(core: Core, run: FleetRun, places: Places, folder: Path) -> None:
    from pvwarranty.batch import store_of

    store = store_of(places.sites)
    there = set(store.names(""))
    for site in run.sites:
        name = f"{site['id']}/site.toml"
        if name in there:
            continue
        for key, file in ((site["measurements"], "measurements.parquet"),
                          (site["curves"], "ivcurves.csv")):  # fmt: skip
            if key is not None:
                fetch(core.objects, key, folder / file)
                store.put(f"{site['id']}/{file}", folder / file)
        store.write(name, site["toml"].encode())  # last: the site is whole when it is there


def _engine(core: Core) -> Any:
    if core.settings.scheduler:
        from pvwarranty.batch.cluster import Cluster

        return Cluster(core.settings.scheduler)
    from pvwarranty.batch import Local

    return Local(core.settings.fleet_processes)


def _keep_tables(core: Core, run: FleetRun, places: Places, folder: Path) -> dict[str, str]:
    from pvwarranty.batch import store_of

    out, tables = store_of(places.out), {}
    for name in TABLES:
        file = folder / name
        file.write_bytes(out.read(name))
        tables[name] = f"fleets/{run.id}/{new_id()}"
        core.objects.put(tables[name], file)
    return tables


def names_of(run: FleetRun) -> dict[str, str]:
    """Return the sites of a run: id of the service and id of the site's file."""
    return {site["id"]: tomllib.loads(site["toml"])["id"] for site in run.sites}
