"""A site folder judged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pvwarranty.ingest.ivcurves import read_ivcurves
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.report.case import Case
from pvwarranty.verify import verify


def assess(folder: Path, on: date, seed: int = 0) -> Case:
    """Read a site folder and judge it on a day; raises as its readers and `verify` do."""
    site = read_site(folder)
    measured = read_measurements(folder, site)
    curves = read_ivcurves(folder, site)
    return Case(verify(site, measured, on, curves=curves, seed=seed), site)
