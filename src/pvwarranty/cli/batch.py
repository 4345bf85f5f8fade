"""``pvwarranty batch``: the verdicts on all sites of a fleet."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from pathlib import Path


def batch(
    fleet: Path,
    *,
    out: Path,
    on: datetime | None = None,
    workers: int | None = None,
    resume: bool = False,
) -> int:
    """Judge every site of a fleet on this machine and write the results as tables.

    Parameters
    ----------
    fleet
        Folder of site folders, at any depth.
    out
        Folder for verdicts.parquet, failures.parquet, sites.parquet and manifest.json.
    on
        The day judged, by default today.
    workers
        Worker processes, by default one for each core.
    resume
        Go on with an interrupted run: only what is missing or has changed is done again.
    """
    from pvwarranty.batch import Plan, run_batch

    count = workers or os.cpu_count() or 1
    day = date.today() if on is None else on.date()
    try:
        summary = run_batch(Plan(fleet, out, day, max(1, count), resume))
    except KeyboardInterrupt:
        print("\nstopped; go on with --resume", file=sys.stderr)
        return 130
    print(
        f"{summary.sites} sites: {summary.done} judged, {summary.kept} kept from before, "
        f"{summary.failed} failed, in {summary.seconds:.0f} s; tables in {out}"
    )
    return 1 if summary.failed else 0
