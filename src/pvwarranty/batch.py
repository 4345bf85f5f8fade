"""Many sites on one machine: bounded memory, one bad site never stops the rest, resumable.

Sites are judged in worker processes, a few a task. What is done is kept as one small file a
site under ``OUT/parts``; the tables are merged from these at the end, in the order of the sites,
so that neither the number of workers nor an interruption changes a byte of them. A worker that
dies takes its task's sites with it: they are tried again one by one, and what kills a worker
twice is a failure of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pvwarranty import __version__
from pvwarranty.batch_tables import ABOUT, FAILURES, VERDICT, Verdicts, write_table
from pvwarranty.errors import DataError, Problem, PvWarrantyError

PARTS = "parts"
TASK = 4  # most sites of a task
AHEAD = 3  # tasks waiting for each worker: bounds memory whatever the number of sites


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does: the sites under a root, judged on a day, by so many workers."""

    root: Path
    out: Path
    on: date
    workers: int
    resume: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """How a run ended."""

    sites: int
    done: int
    kept: int
    failed: int
    seconds: float


def find_sites(root: Path) -> list[Path]:
    """Return all site folders under a root, at any depth, sorted by path; DataError if none."""
    if not root.is_dir():
        raise DataError(Problem(str(root), "is no folder", "a fleet is a folder of site folders"))
    found = []
    for folder, folders, files in os.walk(root):
        folders.sort()
        if "site.toml" in files:
            found.append(Path(folder))
            folders.clear()
    if not found:
        raise DataError(Problem(str(root), "holds no site folder (one with a site.toml)"))
    return sorted(found, key=lambda p: p.as_posix())


def run_batch(plan: Plan) -> Summary:
    """Judge all sites of a fleet and write its tables; returns how many were done and failed.

    Raises
    ------
    DataError
        Where there is no site, or `out` holds another run and `resume` is not asked for.
    """
    sites = find_sites(plan.root)
    parts = plan.out / PARTS
    if parts.exists() and not plan.resume:
        hint = "use --resume to go on with it, or another folder"
        raise DataError(Problem(str(plan.out), "holds a run already", hint))
    parts.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    todo = [s for s in sites if not _is_done(plan, s)] if plan.resume else sites
    for number, _ in enumerate(_judged(plan, todo), start=1):
        _progress(number, len(todo), start)
    failed = _merge(plan, sites)
    return Summary(len(sites), len(todo), len(sites) - len(todo), failed, time.monotonic() - start)


def _judged(plan: Plan, sites: Sequence[Path]) -> Iterator[Path]:
    """Yield each site once its part is written."""
    size = max(1, min(TASK, len(sites) // (4 * plan.workers)))
    tasks = [list(sites[i : i + size]) for i in range(0, len(sites), size)]
    lost: list[list[Path]] = []
    yield from _round(plan, tasks, lost, plan.workers)
    # lost with a worker, by their own doing or a neighbour's: again, one by one, so that what
    # kills a worker is known; killed twice more, a site is a failure of its own
    for _ in range(2):
        alone = [[s] for task in lost for s in task if not _is_done(plan, s)]
        lost = []
        yield from _round(plan, alone, lost, 1)
    for task in lost:
        _write_part(plan, task[0], _failure(task[0], "the worker died on this site, three times"))
        yield task[0]


def _round(
    plan: Plan, tasks: list[list[Path]], broken: list[list[Path]], workers: int
) -> Iterator[Path]:
    """Yield the sites of tasks as they are done; tasks lost with a worker go to `broken`."""
    waiting = deque(tasks)
    while waiting:
        running: dict[Future[None], list[Path]] = {}
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            try:
                while waiting or running:
                    while waiting and len(running) < (AHEAD * workers if workers > 1 else 1):
                        task = waiting.popleft()
                        running[pool.submit(_work, plan, task)] = task
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        future.result()
                        yield from running.pop(future)
            except BrokenProcessPool:
                broken += running.values()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _work(plan: Plan, sites: list[Path]) -> None:
    """Judge sites in a worker process; every one leaves a part behind, whatever happens."""
    for site in sites:
        try:
            found = _judge(site, plan.on)
        except PvWarrantyError as error:
            found = _failure(site, "; ".join(str(p) for p in error.problems))
        except Exception as error:  # a fault of ours must not stop the fleet, and is told as such
            found = _failure(site, f"internal error: {type(error).__name__}: {error}")
        _write_part(plan, site, found)


def _judge(folder: Path, on: date) -> dict[str, Any]:
    from pvwarranty.ingest.ivcurves import read_ivcurves
    from pvwarranty.ingest.measurements import read_measurements
    from pvwarranty.ingest.site import read_site
    from pvwarranty.verify import as_dict, verify

    site = read_site(folder)
    curves = read_ivcurves(folder, site)
    result = as_dict(verify(site, read_measurements(folder, site), on, curves=curves))
    return {
        "site": site.id,
        "failure": None,
        "verdicts": [_row(site.id, v) for v in result["verdicts"]],
        "about": {
            "latitude": site.latitude,
            "longitude": site.longitude,
            "channels": len(site.channels),
            "batteries": len(site.batteries),
            "warnings": result["quality"]["warnings"],
            "measurements": result["provenance"]["measurements"]["sha256"],
        },
        "terms": result["terms"],
    }


def _row(site: str, verdict: dict[str, Any]) -> dict[str, Any]:
    estimate, threshold = verdict["estimate"] or {}, verdict["threshold"] or {}
    row = {name: verdict.get(name) for name in VERDICT}
    row |= {name: estimate.get(name) for name in ("value", "low", "high", "p_below")}
    row |= {name: json.dumps(verdict[name]) for name in ("missing", "clauses")}
    causes = [{k: v for k, v in c.items() if k != "evidence"} for c in verdict["causes"]]
    return row | {"site": site, "threshold": threshold.get("ratio"), "causes": json.dumps(causes)}


def _failure(site: Path, reason: str) -> dict[str, Any]:
    return {"site": site.name, "failure": reason, "verdicts": [], "about": None, "terms": []}


def _part(plan: Plan, site: Path) -> Path:
    name = hashlib.sha256(site.relative_to(plan.root).as_posix().encode()).hexdigest()
    return plan.out / PARTS / name[:2] / f"{name[2:18]}.json"


def _digest(plan: Plan, site: Path) -> str:
    """Return the digest of all that a site's verdicts depend on."""
    from pvwarranty.terms import packaged_library

    library = packaged_library()
    terms = sorted(t.sha256 for editions in library.editions.values() for t in editions)
    digest = hashlib.sha256(f"{__version__} {plan.on} {terms}".encode())
    for name in ("site.toml", "measurements.parquet", "measurements.csv", "ivcurves.csv"):
        if (site / name).is_file():
            with (site / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _write_part(plan: Plan, site: Path, found: dict[str, Any]) -> None:
    path = _part(plan, site)
    path.parent.mkdir(parents=True, exist_ok=True)
    found |= {"path": site.relative_to(plan.root).as_posix(), "digest": _digest(plan, site)}
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def _read_part(plan: Plan, site: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(_part(plan, site).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def _is_done(plan: Plan, site: Path) -> bool:
    found = _read_part(plan, site)
    return found is not None and found["digest"] == _digest(plan, site)


def _progress(done: int, total: int, start: float) -> None:
    spent = time.monotonic() - start
    left = spent / done * (total - done)
    if done == total or done % max(1, total // 200) == 0:
        end = "\n" if done == total else ""
        text = f"\r{done} of {total} sites, {done / spent:.1f} a second, {left:.0f} s left   "
        print(text, end=end, file=sys.stderr, flush=True)


def _merge(plan: Plan, sites: Sequence[Path]) -> int:
    """Write the tables of a run from its parts, in the order of the sites; returns the failures."""
    failures: list[dict[str, Any]] = []
    about: list[dict[str, Any]] = []
    terms: dict[str, str] = {}
    inputs: dict[str, str | None] = {}
    with Verdicts(plan.out / "verdicts.parquet") as verdicts:
        for site in sites:
            found = _read_part(plan, site) or _failure(site, "no result was written")
            path = found.get("path", site.name)
            inputs[path] = found.get("digest")
            terms |= {t["id"]: t["sha256"] for t in found["terms"]}
            if found["failure"] is not None:
                row = {"site": found["site"], "path": path, "reason": found["failure"]}
                failures.append(row)
            else:
                verdicts.add(found["verdicts"])
                warnings = json.dumps(found["about"].pop("warnings"), ensure_ascii=False)
                about.append(
                    {"site": found["site"], "path": path} | found["about"] | {"warnings": warnings}
                )
    write_table(plan.out / "failures.parquet", failures, FAILURES)
    write_table(plan.out / "sites.parquet", about, ABOUT)
    manifest = {
        "version": __version__, "on": plan.on.isoformat(), "sites": len(sites),
        "failed": len(failures), "terms": terms, "inputs": inputs,
    }  # fmt: skip
    text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True)
    (plan.out / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return len(failures)
