"""The tables of a run, from its records in the order of the fleet, one site in memory at a time."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import IO, Any

from pvwarranty import __version__
from pvwarranty.batch.passes import Record, Records
from pvwarranty.batch.software import software_digest
from pvwarranty.batch.stores import Store
from pvwarranty.batch_tables import ABOUT, FAILURES, TIMING, VERDICT, TableWriter

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class About:
    """What a run's manifest says of it."""

    on: date
    seed: int


def merge(records: Records, about: About, out: Store, scratch: Path) -> int:
    """Write the tables of a run and its manifest; returns how many sites failed.

    They are made in a local folder and put into place whole, the manifest last.
    """
    failed = 0
    terms: dict[str, str] = {}
    with ExitStack() as stack:
        verdicts, timing, failures, sites = (
            stack.enter_context(TableWriter(scratch / name, columns))
            for name, columns in TABLES.items()
        )
        inputs = stack.enter_context((scratch / "inputs").open("w", encoding="utf-8"))
        for number, record in enumerate(records.in_order()):
            _input(inputs, record, number)
            if record.result is None:
                failed += 1
                failures.add([_failure(record)])
                continue
            result = record.result
            terms |= {t["id"]: t["sha256"] for t in result["terms"]}
            verdicts.add(result["verdicts"])
            timing.add(result["timing"])
            sites.add([{"site": result["site"], "path": record.key} | result["about"]])
    head = {
        "version": __version__, "software": software_digest(), "on": about.on.isoformat(),
        "seed": about.seed, "sites": records.sites, "failed": failed, "terms": terms,
    }  # fmt: skip
    _manifest(scratch, head)
    for name in (*TABLES, MANIFEST):
        out.put(name, scratch / name)
    return failed


TABLES = {
    "verdicts.parquet": VERDICT,
    "timing.parquet": TIMING,
    "failures.parquet": FAILURES,
    "sites.parquet": ABOUT,
}


def _failure(record: Record) -> dict[str, Any]:
    # the folder's name: the file that says the site's own may be what is wrong
    site = PurePosixPath(record.key).name or record.key
    return {"site": site, "path": record.key, "reason": record.failure}


def _input(file: IO[str], record: Record, number: int) -> None:
    text = f"{json.dumps(record.key, ensure_ascii=False)}: {json.dumps(record.digest)}"
    file.write(("" if number == 0 else ",\n") + "  " + text)


def _manifest(scratch: Path, head: dict[str, Any]) -> None:
    """Write the manifest: what was run, and the digest of every site's input."""
    text = json.dumps(head, indent=1, ensure_ascii=False, sort_keys=True)
    with (
        (scratch / MANIFEST).open("w", encoding="utf-8", errors="surrogatepass") as file,
        (scratch / "inputs").open(encoding="utf-8", errors="surrogatepass") as inputs,
    ):
        file.write(text[:-2] + ',\n "inputs": {\n')
        for line in inputs:
            file.write(line)
        file.write("\n }\n}\n")
