"""``pvwarranty batch``: the verdicts on all sites of a fleet."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pvwarranty.batch import Engine


def batch(
    fleet: str,
    *,
    out: str,
    on: datetime | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    resume: bool = False,
) -> int:
    """Judge every site of a fleet, on this machine or on a cluster, and write tables.

    Parameters
    ----------
    fleet
        Folder of site folders, at any depth; or a URL such as s3://bucket/fleet.
    out
        Folder or URL for verdicts.parquet, failures.parquet, sites.parquet and manifest.json.
    on
        The day judged, by default today.
    workers
        Worker processes of this machine, by default one for each core.
    scheduler
        Address of a Dask scheduler, as tcp://10.0.0.1:8786: its workers do the work instead.
    resume
        Go on with an interrupted run: only what is missing or has changed is done again.
    """
    from pvwarranty.batch import Plan, run_batch, store_of
    from pvwarranty.batch.progress import Meter

    day = date.today() if on is None else on.date()
    plan = Plan(store_of(fleet), store_of(out), day, resume)
    try:
        summary = run_batch(plan, _engine(workers, scheduler), Meter())
    except KeyboardInterrupt:
        print("\nstopped; go on with --resume", file=sys.stderr)
        return 130
    print(
        f"{summary.sites} sites: {summary.done} judged, {summary.kept} kept from before, "
        f"{summary.failed} failed, in {summary.seconds:.0f} s; tables in {out}"
    )
    return 1 if summary.failed else 0


def _engine(workers: int | None, scheduler: str | None) -> Engine:
    if scheduler is not None:
        from pvwarranty.batch.cluster import Cluster

        return Cluster(scheduler)
    from pvwarranty.batch import Local

    return Local(max(1, workers or os.cpu_count() or 1))
