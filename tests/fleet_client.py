"""Brings a fleet's records up to date through a cluster and prints them: a client of its own.

python fleet_client.py FLEET OUT ADDRESS
"""

from __future__ import annotations

import dataclasses
import json
import sys

from fleet_task import Length
from pvwarranty.batch import Pass, run_pass, store_of, workspace
from pvwarranty.batch.cluster import Cluster

if __name__ == "__main__":
    fleet, out, address = sys.argv[1:]
    with workspace() as scratch:
        job = Pass(Length(), store_of(fleet), store_of(out), scratch)
        records = run_pass(job, Cluster(address, patience=300, most=2), lambda done, total: None)
        for record in records.in_order():
            print(json.dumps(dataclasses.asdict(record)))
