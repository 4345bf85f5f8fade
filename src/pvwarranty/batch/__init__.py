"""Many sites: from one machine to a cluster, the same tables.

Three parts that know nothing of each other's insides:

* A `SiteTask` says what is done with one site: it takes the site's folder and returns a small
  record that JSON can hold. It is picklable, and gives the same record for the same files wherever
  it runs. `JudgeSite` (`judging.py`) is the one behind ``pvwarranty batch``.
* An `Engine` runs a function over items on some workers and yields the items in whatever order
  they end: `Local` (processes of this machine) or `Cluster` (Dask).
* `run_pass` brings both together over a fleet: it lists the sites, leaves out what is done
  already, survives workers that die, and returns `Records`, which yields every site's record in
  the fixed order of the fleet, whatever the workers, interruptions and machines.

A first pass that collects something small of every site is one more task on the same engine::

    with workspace() as scratch:
        first = run_pass(Pass(DailyIndices(on), source, out, scratch), engine, progress)
        for record in first.in_order():      # key, digest, result or failure
            ...
        run_pass(Pass(JudgeSite(on, ..., reference), source, out, scratch), engine, progress)

Give each task a `name` of its own (the folder of its records), put all that its records depend on
besides the site's files into `settings()`, and what differs from site to site (as the neighbours
that a site is compared with) into `beside(key)`. What a worker needs of the first pass travels in
the task where it is small, else through a file in the store of results.
"""

from pvwarranty.batch.engine import Engine
from pvwarranty.batch.local import Local
from pvwarranty.batch.passes import Pass, Record, Records, run_pass, workspace
from pvwarranty.batch.run import Plan, Summary, run_batch
from pvwarranty.batch.sites import SiteTask
from pvwarranty.batch.stores import Store, store_of

__all__ = [
    "Engine",
    "Local",
    "Pass",
    "Plan",
    "Record",
    "Records",
    "SiteTask",
    "Store",
    "Summary",
    "run_batch",
    "run_pass",
    "store_of",
    "workspace",
]
