"""Importing files that are canonical already: checked like those of a site folder, and merged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.canonical import canonical_file, stored_rows
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.model import Measurements, Site
from pvwarranty.names import TIME

Columns = dict[str, NDArray[np.float64]]


def canonical_kind(paths: Sequence[Path], kind: str) -> bool:
    """Tell whether files are canonical: by the sender's word, else by how they begin."""
    if kind != "auto":
        return kind == "canonical"
    return all(_is_canonical(path) for path in paths)


def _is_canonical(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PAR1"):
        return True
    line = head.split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    names = [name.strip('"') for name in line.split(",")]
    return len(names) > 1 and names[0] == TIME and all("." in n for n in names[1:])


def import_canonical(
    paths: Sequence[Path], site: Site, out: Path | None, replace: bool
) -> dict[str, Any]:
    """Return what was found in canonical files; with `out` they are added to that file.

    What `out` holds already stays, unless it is to be replaced; new values fill what is empty.

    Raises
    ------
    DataError
        With all that is wrong in any of the files.
    """
    measured = _read_all(paths, site)
    interval = _one_interval(measured)
    pieces = [(m.time.astype("datetime64[s]").astype(np.int64), dict(m.columns)) for m in measured]
    if out is not None and out.exists() and not replace:
        stored = list(stored_rows(out))
        _refuse_other_interval(stored, interval)
        pieces = [*stored, *pieces]
    time, columns, conflicts = _merged(pieces)
    if out is not None:
        with canonical_file(out, sorted(columns)) as write:
            write(time, columns)
    return _found(time, columns, interval, conflicts, [p.name for p in paths])


def _read_all(paths: Sequence[Path], site: Site) -> list[Measurements]:
    measured: list[Measurements] = []
    problems: list[Problem] = []
    for number, path in enumerate(paths):
        with path.open("rb") as file:
            suffix = ".parquet" if file.read(4) == b"PAR1" else ".csv"
        folder = path.parent / f"canonical-{number}"
        folder.mkdir(exist_ok=True)
        (folder / f"measurements{suffix}").hardlink_to(path)
        try:
            measured.append(read_measurements(folder, site))
        except DataError as error:
            problems += [Problem(f"{path.name}: {p.where}", p.what, p.hint) for p in error.problems]
    if problems:
        raise DataError(problems)
    return measured


def _one_interval(measured: Sequence[Measurements]) -> int:
    found = sorted({m.interval for m in measured})
    if len(found) > 1:
        what = f"the files have several intervals ({', '.join(f'{s} s' for s in found)})"
        raise DataError(Problem("", what, "send them one by one, after converting to one interval"))
    return found[0]


def _refuse_other_interval(stored: Sequence[tuple[NDArray[np.int64], Any]], interval: int) -> None:
    steps = np.concatenate([np.diff(time) for time, _ in stored]) if stored else np.empty(0)
    if len(steps) == 0:
        return
    values, counts = np.unique(steps, return_counts=True)
    usual = int(values[np.argmax(counts)])
    if usual != interval:
        what = f"the site has a row every {usual} s, the files one every {interval} s"
        raise DataError(Problem("", what, "send the same interval, or replace what is there"))


def _merged(
    pieces: Sequence[tuple[NDArray[np.int64], Columns]],
) -> tuple[NDArray[np.int64], Columns, int]:
    """Return pieces as one: the value of the first piece that has one; and how many differed."""
    time = np.unique(np.concatenate([stamps for stamps, _ in pieces]))
    columns: Columns = {}
    conflicts = 0
    for stamps, values in pieces:
        at = np.searchsorted(time, stamps)
        for name, column in values.items():
            held = columns.setdefault(name, np.full(len(time), np.nan))
            before = held[at]
            known, new = np.isfinite(before), np.isfinite(column)
            close = np.isclose(before, column, rtol=1e-5, atol=1e-6)
            conflicts += int(np.sum(known & new & ~close))
            held[at] = np.where(known, before, column)
    return time, columns, conflicts


def _found(
    time: NDArray[np.int64], columns: Columns, interval: int, conflicts: int, names: list[str]
) -> dict[str, Any]:
    span = int((time[-1] - time[0]) // interval) + 1
    coverage = {
        name: {"values": int(np.isfinite(v).sum()),
               "share": round(float(np.isfinite(v).sum()) / span, 4)}
        for name, v in sorted(columns.items())
    }  # fmt: skip
    text = f"canonical: {', '.join(names)}\nstored: {', '.join(coverage)}, a row every {interval} s"
    report = {
        "rows": len(time), "first": _instant(time[0]), "last": _instant(time[-1]),
        "interval": interval, "coverage": coverage, "conflicts": conflicts, "flags": [],
    }  # fmt: skip
    return {"text": text, "report": report}


def _instant(seconds: np.int64) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
