"""Parquet of a recording: the canonical table in one file, every reading in one file a day.

Files are written beside their place and renamed, so each is whole at every moment. Writing the same
rows or readings again changes nothing: after a crash the journal is simply gone through once more.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.canonical import canonical_file, stored_columns, stored_rows
from pvwarranty.ingest.echonet.columns import Rows
from pvwarranty.ingest.echonet.journal import sync_folder
from pvwarranty.ingest.echonet.readings import Reading
from pvwarranty.names import TIME

if TYPE_CHECKING:
    import pyarrow as pa

Times = NDArray[np.int64]
Columns = dict[str, NDArray[np.float64]]

_GROUP = 1 << 18  # rows after which a row group is left as it is
_KEY = (TIME, "source", "object", "epc", "part", "via")


def merge_rows(path: Path, rows: Rows, since: float) -> int:
    """Put rows into a canonical Parquet file and return how many it holds.

    Rows that start at `since` or later [s since 1970 UTC] replace what stands there, value by
    value; earlier ones only fill what is empty. One row group is in memory at a time.
    """
    stored = stored_columns(path)
    new = sorted({name for row in rows.values() for name in row} - set(stored))
    waiting, total = sorted(rows), 0
    with canonical_file(path, [*stored, *new]) as write:
        for time, columns, open_end in _groups(path):
            end = None if open_end else bisect_right(waiting, int(time[-1]))
            mine, waiting = waiting[:end], waiting[end:] if end is not None else []
            time, columns = _merged(time, columns, {start: rows[start] for start in mine}, since)
            write(time, columns)
            total += len(time)
        if waiting:
            nothing: Times = np.empty(0, np.int64)
            write(*_merged(nothing, {}, {start: rows[start] for start in waiting}, since))
    return total + len(waiting)


def _groups(path: Path) -> Iterator[tuple[Times, Columns, bool]]:
    """Yield the row groups of a file; the last takes later rows too, unless it is full."""
    if not path.exists():
        return
    held: tuple[Times, Columns] | None = None
    for time, columns in stored_rows(path):
        if held is not None:
            yield *held, False
        if len(time):
            held = time, columns
    if held is not None:
        yield *held, len(held[0]) < _GROUP


def _merged(time: Times, columns: Columns, rows: Rows, since: float) -> tuple[Times, Columns]:
    if not rows:
        return time, columns
    times = np.union1d(time, np.fromiter(rows, dtype=np.int64, count=len(rows)))
    names = {*columns, *(name for row in rows.values() for name in row)}
    found: Columns = {name: np.full(len(times), np.nan) for name in names}
    at = np.searchsorted(times, time)
    for name, values in columns.items():
        found[name][at] = values
    for start, row in rows.items():
        place = int(np.searchsorted(times, start))
        for name, value in row.items():
            if start >= since or np.isnan(found[name][place]):
                found[name][place] = value
    return times, found


def interval_of(path: Path) -> int | None:
    """Return the interval [s] of the rows in a canonical file, None where it has fewer than two.

    Raises DataError where the file is no canonical table.
    """
    import pyarrow as pa
    import pyarrow.parquet

    if not path.exists():
        return None
    try:
        stamps = pyarrow.parquet.read_table(path, columns=[TIME]).column(TIME)
        time = stamps.cast(pa.timestamp("s", "UTC")).cast(pa.int64()).to_numpy()
    except (pa.ArrowException, KeyError, ValueError, OSError) as error:
        hint = "name a new file, or one that this command or convert wrote"
        raise DataError(Problem(str(path), f"is no canonical table: {error}", hint)) from None
    steps, counts = np.unique(np.diff(time), return_counts=True)
    return int(steps[np.argmax(counts)]) if len(steps) else None


def append_readings(folder: Path, readings: Iterable[Reading], names: Mapping[str, str]) -> int:
    """Add readings to the files of their days and return how many were new.

    Parameters
    ----------
    folder : holds ``YYYY-MM-DD.parquet`` of days in UTC.
    readings : in order of time.
    names : device (``192.168.1.5/027901``) -> channel.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return sum(
        _add_to_day(folder / f"{day}.parquet", list(said), names)
        for day, said in groupby(readings, key=lambda r: _day(r.time))
    )


def write_table(path: Path, table: pa.Table) -> None:
    """Write a Parquet file at one stroke; DataError where the system refuses."""
    import pyarrow.parquet

    fresh = path.with_name(f".{path.name}.new")
    encoded = {TIME: "DELTA_BINARY_PACKED"}
    rest = [name for name in table.column_names if name != TIME]
    try:
        pyarrow.parquet.write_table(
            table, fresh, compression="zstd", use_dictionary=rest, column_encoding=encoded
        )
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except OSError as error:
        raise DataError(Problem(str(path), f"cannot be written: {error}")) from None
    sync_folder(path.parent)


def device_name(source: str, eoj: int) -> str:
    """Return how a device is called in files and options: ``192.168.1.5/027901``."""
    return f"{source}/{eoj:06X}"


def _day(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).date().isoformat()


def _add_to_day(path: Path, readings: list[Reading], names: Mapping[str, str]) -> int:
    import pyarrow as pa
    import pyarrow.compute
    import pyarrow.parquet

    fresh = _table(readings, names)
    if path.exists():
        try:
            old = pyarrow.parquet.read_table(path, schema=fresh.schema)
        except (pa.ArrowException, OSError) as error:
            hint = "move it away: the recording goes on without it"
            raise DataError(Problem(str(path), f"cannot be read: {error}", hint)) from None
        first = pyarrow.compute.min(fresh.column(TIME))
        late = old.filter(pyarrow.compute.greater_equal(old.column(TIME), first))
        seen = set(_keys(late))
        fresh = fresh.filter(pa.array([key not in seen for key in _keys(fresh)], pa.bool_()))
        if not fresh.num_rows:
            return 0
        write_table(path, pa.concat_tables([old, fresh]))
    else:
        write_table(path, fresh)
    return int(fresh.num_rows)


def _keys(table: pa.Table) -> Iterable[tuple[object, ...]]:
    return zip(*(table.column(name).to_pylist() for name in _KEY), strict=True)


def _table(readings: list[Reading], names: Mapping[str, str]) -> pa.Table:
    import pyarrow as pa

    devices = [device_name(r.source, r.eoj) for r in readings]
    return pa.table(
        {
            TIME: pa.array([round(r.time * 1e6) for r in readings], pa.timestamp("us", "UTC")),
            "channel": pa.array([names.get(d, "") for d in devices], pa.string()),
            "source": pa.array([r.source for r in readings], pa.string()),
            "object": pa.array([f"{r.eoj:06X}" for r in readings], pa.string()),
            "epc": pa.array([f"{r.epc:02X}" if r.epc else "" for r in readings], pa.string()),
            "name": pa.array([r.name for r in readings], pa.string()),
            "part": pa.array([r.part for r in readings], pa.string()),
            "raw": pa.array([r.raw for r in readings], pa.binary()),
            "number": pa.array([r.number for r in readings], pa.float64()),
            "text": pa.array([r.text for r in readings], pa.string()),
            "unit": pa.array([r.unit for r in readings], pa.string()),
            "via": pa.array([r.via for r in readings], pa.string()),
            "flags": pa.array([" ".join(r.flags) for r in readings], pa.string()),
        }
    )
