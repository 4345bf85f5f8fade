"""CPU time of a site by what it is spent on: functions timed, each without what it calls of others.

python benchmarks/fleet_shares.py FLEET_DIR    prints seconds by part as JSON
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from fleet_sites import ON
from pvwarranty import clock, orientation, verify
from pvwarranty.batch import sites, store_of
from pvwarranty.batch.judging import JudgeSite
from pvwarranty.batch.sites import Work, marker, settings_digest
from pvwarranty.ingest import ivcurves, measurements, site

examine = sys.modules["pvwarranty.verify.examine"]  # the function of that name hides the module
PARTS: dict[str, list[tuple[Any, str]]] = {
    "reading": [
        (site, "read_site"), (measurements, "read_measurements"), (ivcurves, "read_ivcurves"),
        (sites, "digest_of"),
    ],
    "kernels (sun, sky, response, flags)": [
        (examine, "look_at_sky"), (examine, "normalise"), (examine, "flag"),
    ],
    "statistics (clock, planes, levels, estimate)": [
        (clock, "examine"), (clock, "correct"), (orientation, "examine"), (examine, "course"),
        (verify, "estimate_outputs"),
    ],
    "causes": [(verify, "attribute_site")],
    "decision and timing": [(verify, "judge_channel"), (verify, "judge_battery")],
}  # fmt: skip
REST = "the rest (JSON, rows, records)"


def timed(function: Callable[..., Any], part: str, spent: dict[str, float], stack: list[float]):
    """Return a function that adds its own CPU time to a part."""

    def wrapper(*arguments: Any, **named: Any) -> Any:
        start = time.process_time()
        stack.append(0.0)
        try:
            return function(*arguments, **named)
        finally:
            whole = time.process_time() - start
            spent[part] += whole - stack.pop()
            if stack:
                stack[-1] += whole

    return wrapper


def shares(fleet: Path) -> dict[str, float]:
    """Return the CPU seconds of a fleet's sites by part, the first site left out."""
    found = list(store_of(fleet).sites())
    task = JudgeSite(date.fromisoformat(ON))
    spent: dict[str, float] = defaultdict(float)
    stack: list[float] = []
    with tempfile.TemporaryDirectory() as scratch:
        out = store_of(scratch)
        settings = settings_digest(task)
        out.write(marker(task), f"{task.name} {settings}".encode())
        work = Work(task, store_of(fleet), out, settings)
        work(found[:1])
        for part, functions in PARTS.items():
            for module, name in functions:
                setattr(module, name, timed(getattr(module, name), part, spent, stack))
        start = time.process_time()
        for k in range(1, len(found), 8):
            work(found[k : k + 8])
        whole = time.process_time() - start
    spent[REST] = whole - sum(spent.values())
    return {part: seconds / (len(found) - 1) for part, seconds in spent.items()}


if __name__ == "__main__":
    print(json.dumps(shares(Path(sys.argv[1]))))
