"""CPU time of a site by what it is spent on: functions timed, each without what it calls of others.

.venv/bin/python benchmarks/fleet_shares.py FLEET_DIR    prints seconds a site by part as JSON
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from fleet_sites import ON
from pvwarranty import clock, orientation, verify
from pvwarranty.batch import Pass, Plan, neighbours, run_batch, run_pass, sites, store_of, workspace
from pvwarranty.batch.judging import JudgeSite
from pvwarranty.ingest import ivcurves, measurements, site

examine = sys.modules["pvwarranty.verify.examine"]  # the function of that name hides the module
PARTS: dict[str, list[tuple[Any, str]]] = {
    "reading": [
        (site, "read_site"), (measurements, "read_measurements"), (ivcurves, "read_ivcurves"),
        (sites, "digest_of"),
    ],
    "kernels (sun, sky, response) and flags": [
        (examine, "look_at_sky"), (examine, "normalise"), (examine, "flag"),
    ],
    "statistics (units, clock, planes, levels, estimate)": [
        (examine, "find_jumps"), (clock, "examine"), (clock, "correct"), (orientation, "examine"),
        (examine, "course"), (verify, "days_of_site"), (verify, "estimate_outputs"),
    ],
    "neighbours (the sky of the region)": [(neighbours, "regional_reference")],
    "causes": [(verify, "attribute_site")],
    "decision and timing": [(verify, "judge_channel"), (verify, "judge_battery")],
}  # fmt: skip
REST = "the rest (JSON, records, tables)"


class Here:
    """An engine that works in this process."""

    workers, most = 1, 16

    def run(self, work: Callable[[Any], object], items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            work(item)
            yield item


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
    """Return the CPU seconds of a fleet's sites by part: both passes, in this process."""
    on = date.fromisoformat(ON)
    count = sum(1 for _ in store_of(fleet).sites())
    spent: dict[str, float] = defaultdict(float)
    stack: list[float] = []
    with tempfile.TemporaryDirectory() as warm, workspace() as scratch:  # kernels are loaded
        run_pass(Pass(JudgeSite(on), _one(fleet), store_of(warm), scratch), Here(), _quiet)
    for part, functions in PARTS.items():
        for module, name in functions:
            setattr(module, name, timed(getattr(module, name), part, spent, stack))
    with tempfile.TemporaryDirectory() as out:
        start = time.process_time()
        run_batch(Plan(store_of(fleet), store_of(out), on), Here(), _quiet)
        whole = time.process_time() - start
    spent[REST] = whole - sum(spent.values())
    return {part: spent[part] / count for part in [*PARTS, REST]}


def _one(fleet: Path):
    first = next(iter(store_of(fleet).sites()))
    return store_of(fleet / first.key)


def _quiet(done: int, total: int) -> None:
    return None


if __name__ == "__main__":
    print(json.dumps(shares(Path(sys.argv[1]))))
