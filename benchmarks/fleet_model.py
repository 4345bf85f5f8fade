"""A cost model: processor time of a site by its years and channels, least squares.

    seconds = site + year * years + channel * channels + both * years * channels

Both passes of homes of 1 to 10 years and 1 to 12 strings, each by itself in one process; the
misfit is told beside.
"""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fleet_runs import Run, homes
from fleet_sites import ON
from pvwarranty.batch.judging import JudgeSite
from pvwarranty.batch.watching import WatchSky
from tables import markdown

GRID = [(1, 4), (5, 4), (10, 4), (10, 1), (10, 12), (1, 1), (5, 12)]  # years, channels
EACH = 5  # homes
MANY, NIGHT, ITEM = 1_000_000, 8 * 3600, 32  # homes; a night [s]; most homes of a Dask task
NEIGHBOUR = 152  # bytes a home in the table of neighbours, which every worker holds


class Model(NamedTuple):
    """Seconds of processor time: of a site, and more a year, a channel, a channel's year."""

    site: float
    year: float
    channel: float
    both: float

    def seconds(self, years: float, channels: float) -> float:
        """Return the processor time of a site [s]."""
        return self.site + years * self.year + channels * (self.channel + years * self.both)


def modelled(work: Path) -> str:
    """Return the measured times, the fitted ones and the model."""
    seen = [(y, c, _seconds(homes(work, EACH, y, c))) for y, c in GRID]
    x = np.array([[1.0, y, c, y * c] for y, c, _ in seen])
    took = np.array([s for *_, s in seen])
    # relative errors count: a small site is not to be lost beside a large one
    found = Model(*np.linalg.lstsq(x / took[:, None], np.ones(len(took)))[0].tolist())
    rows = [
        [str(y), str(c), f"{s:.3f} s", f"{found.seconds(y, c):.3f} s",
         f"{found.seconds(y, c) / s - 1:+.0%}"] for y, c, s in seen
    ]  # fmt: skip
    table = markdown(["years", "channels", "measured", "model", "off"], rows)
    return (
        f"{table}\n\nProcessor time of a site, neighbours aside: {found.site * 1e3:.0f} ms, "
        f"{found.year * 1e3:+.1f} ms a year, {found.channel * 1e3:+.1f} ms a channel, "
        f"{found.both * 1e3:+.2f} ms a channel and year."
    )


def needed(run: Run) -> str:
    """Return what a million homes as those of a run need in a night, by simple proportion."""
    cores = MANY * run.each / NIGHT
    stored, results = run.stored / run.sites, run.results / run.sites
    rows = [
        ["cores", f"{cores:.0f}", f"{run.each:.2f} s of processor time a home"],
        ["memory", f"{cores * (run.peak + 2 * MANY * NEIGHBOUR) / 1e9:.0f} GB",
         f"{run.peak / 1e6:.0f} MB a worker, and twice {NEIGHBOUR} B a home for the neighbours"],
        ["measurements stored", f"{MANY * stored / 1e12:.2f} TB", f"{stored / 1e6:.2f} MB a home"],
        ["read over the network", f"{16 * MANY * stored / NIGHT / 1e9:.2f} Gbit/s",
         "on the average; each home twice"],
        ["results", f"{MANY * results / 1e9:.0f} GB", f"{results / 1e3:.1f} kB a home"],
        ["requests to an object store", f"{8 * MANY / NIGHT:.0f} a second",
         "four a home and pass: one for each file that a home may have"],
        ["tasks of the scheduler", f"{2 * MANY / ITEM / NIGHT:.1f} a second",
         f"of {ITEM} homes each, in two passes"],
    ]  # fmt: skip
    return markdown(["in 8 hours", "", "by"], rows)


def _seconds(folders: list[Path]) -> float:
    """Return the mean processor time of a site, the first one left to warm up."""
    on = date.fromisoformat(ON)
    tasks = WatchSky(on), JudgeSite(on)
    spent = []
    for folder in folders:
        start = time.process_time()
        for task in tasks:
            task(folder, folder.name)
        spent.append(time.process_time() - start)
    return float(np.mean(spent[1:]))
