"""Reading canonical measurements (``measurements.parquet`` or ``.csv``) of a site folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pvwarranty.errors import DataError, Problem, nearest
from pvwarranty.model import Measurements, Site
from pvwarranty.names import (
    BATTERY_EXTRAS,
    BATTERY_QUANTITIES,
    PV_QUANTITIES,
    SITE,
    SITE_QUANTITIES,
    TIME,
)

if TYPE_CHECKING:
    import pyarrow as pa

FILES = ("measurements.parquet", "measurements.csv")
FIRST, LAST = np.datetime64("1980-01-01", "s"), np.datetime64("2200-01-01", "s")
LONGEST = 86400  # most seconds of an interval


def read_measurements(
    folder: Path | str, site: Site, columns: Sequence[str] | None = None
) -> Measurements:
    """Read the measurements of a site folder.

    Parameters
    ----------
    folder : the site folder.
    site : the site, whose channels name the columns.
    columns : columns to read; all by default.

    Raises
    ------
    DataError
        With all problems: no file, a column of no known channel or quantity or of a wrong type,
        infinite values, naive or unsorted time stamps, or such as no record has.
    """
    path = find_measurements(Path(folder))
    table = _checked(path, site, columns)
    time = _times(table, path.name)
    values = {name: _floats(table.column(name)) for name in table.column_names if name != TIME}
    problems = list(_value_problems(values, path)) + list(_time_problems(time, path))
    if problems:
        raise DataError(problems)
    return _assemble(time, values, path)


def read_stored(folder: Path | str, site: Site) -> pa.Table:
    """Return the measurements of a site folder as they are stored, every row, times in UTC.

    Raises
    ------
    DataError
        As `read_measurements`, but for the order of the rows.
    """
    import pyarrow as pa

    path = find_measurements(Path(folder))
    table = _checked(path, site, None)
    at = table.column_names.index(TIME)
    if not pa.types.is_timestamp(table.schema.field(at).type):
        seconds = pa.array(_times(table, path.name).astype(np.int64), pa.int64())
        table = table.set_column(at, TIME, seconds.cast(pa.timestamp("s", tz="UTC")))
    return table


def _checked(path: Path, site: Site, columns: Sequence[str] | None) -> pa.Table:
    table = _read(path, columns)
    problems = list(_column_problems(table, site, path.name))
    if problems:
        raise DataError(problems)
    return table


def find_measurements(folder: Path) -> Path:
    """Return the file of measurements of a site folder. Raises DataError where it has none."""
    for name in FILES:
        if (folder / name).is_file():
            return folder / name
    raise DataError(
        Problem(str(folder), "has no measurements.parquet and no measurements.csv",
                "pvwarranty convert makes one of a maker's export")
    )  # fmt: skip


def _read(path: Path, columns: Sequence[str] | None) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    wanted = None if columns is None else [TIME, *columns]
    try:
        if path.suffix == ".parquet":
            return pyarrow.parquet.read_table(
                path, columns=wanted, page_checksum_verification=True, use_threads=False
            )
        text = pyarrow.csv.ConvertOptions(
            column_types={TIME: pa.string()}, include_columns=wanted or [], strings_can_be_null=True
        )
        return pyarrow.csv.read_csv(path, convert_options=text)
    except (pa.ArrowInvalid, pa.ArrowKeyError, OSError) as error:
        hint = "write UTF-8 text with commas between the values" if path.suffix == ".csv" else ""
        raise DataError(Problem(path.name, f"cannot be read: {error}", hint)) from None


def known_columns(site: Site) -> set[str]:
    """Return every column name that the measurements of a site may hold."""
    pv = {c.id for c in site.channels} | {i.id for i in site.inverters}
    names = {f"{c}.{q}" for c in pv for q in PV_QUANTITIES}
    batteries = {b.id for b in site.batteries}
    names |= {f"{b}.{q}" for b in batteries for q in BATTERY_QUANTITIES | BATTERY_EXTRAS}
    return names | {f"{SITE}.{q}" for q in SITE_QUANTITIES}


def _column_problems(table: pa.Table, site: Site, file: str) -> Iterable[Problem]:
    import pyarrow.types as types

    known = known_columns(site)
    if TIME not in table.column_names:
        yield Problem(f"{file}: column {TIME}", "is missing")
    for name in sorted({n for n in table.column_names if table.column_names.count(n) > 1}):
        yield Problem(f"{file}: column {name}", "stands more than once in the header")
    for column in table.schema:
        where = f"{file}: column {column.name}"
        if column.name == TIME:
            continue
        if column.name not in known:
            yield Problem(where, "is of no known channel or quantity", nearest(column.name, known))
        elif not (
            types.is_floating(column.type)
            or types.is_integer(column.type)
            or types.is_null(column.type)
        ):
            yield Problem(where, f"holds {column.type}, not numbers")


def _times(table: pa.Table, file: str) -> NDArray[np.datetime64]:
    import pyarrow.types as types

    column = table.column(TIME)
    where = f"{file}: column {TIME}"
    if types.is_string(column.type) or types.is_large_string(column.type):
        return _times_of_text(column.to_pylist(), where)
    if not types.is_timestamp(column.type):
        raise DataError(Problem(where, f"holds {column.type}, not time stamps"))
    if column.type.tz is None:
        hint = "write instants in UTC, or with an offset"
        raise DataError(Problem(where, "holds time stamps without a zone", hint))
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
        raise DataError(Problem(f"{where}, row {row + 1}", "has no time"))
    return np.asarray(column.to_numpy(), dtype="datetime64[s]")


def _times_of_text(texts: list[Any], where: str) -> NDArray[np.datetime64]:
    from datetime import UTC, datetime

    seconds = np.empty(len(texts), dtype=np.int64)
    problems: list[Problem] = []
    for row, text in enumerate(texts):
        try:
            stamp = datetime.fromisoformat(text or "")
            seconds[row] = int(stamp.astimezone(UTC).timestamp())
        except (ValueError, OverflowError):
            problems.append(Problem(f"{where}, row {row + 2}", f"'{text}' is no ISO 8601 time"))
            continue
        if stamp.tzinfo is None:
            hint = "write an offset, as in 2024-04-01T00:00:00+09:00"
            problems.append(Problem(f"{where}, row {row + 2}", f"'{text}' has no zone", hint))
    if problems:
        rest = len(problems) - 10
        raise DataError(
            problems[:10]
            + ([Problem(where, f"and {rest} more rows like these")] if rest > 0 else [])
        )
    return seconds.astype("datetime64[s]")


def _floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _value_problems(values: dict[str, NDArray[np.float64]], path: Path) -> Iterable[Problem]:
    for name, column in values.items():
        infinite = np.flatnonzero(np.isinf(column))
        if len(infinite):
            what = f"holds {len(infinite)} infinite values"
            hint = "leave the cell empty where there is no value"
            yield Problem(_place(path, name, int(infinite[0])), what, hint)


def _time_problems(time: NDArray[np.datetime64], path: Path) -> Iterable[Problem]:
    outside = np.flatnonzero((time < FIRST) | (time >= LAST))
    if len(outside):
        row = int(outside[0])
        what = f"{time[row]} is no time of a record: before {FIRST} or after {LAST}"
        yield Problem(_place(path, TIME, row), what)
    steps = np.diff(time.astype(np.int64))
    if np.any(steps < 0):
        row = int(np.flatnonzero(steps < 0)[0]) + 1
        what = f"{time[row]} comes after {time[row - 1]}"
        yield Problem(_place(path, TIME, row), what, "sort the rows by time")
    elif not np.any(steps):
        yield Problem(path.name, "holds fewer than two rows of different times")
    elif (interval := _interval(time[np.concatenate([[True], steps > 0])])) > LONGEST:
        what = f"has {interval} s between most rows, more than a day"
        yield Problem(f"{path.name}: column {TIME}", what)


def _place(path: Path, column: str, row: int) -> str:
    """Return where a value stands, rows counted as a text editor or a table viewer does."""
    return f"{path.name}: column {column}, row {row + (2 if path.suffix == '.csv' else 1)}"


def _assemble(
    time: NDArray[np.datetime64], values: dict[str, NDArray[np.float64]], path: Path
) -> Measurements:
    steps = np.diff(time.astype(np.int64))
    first = np.concatenate([[True], steps > 0])
    kept = time[first]
    again = np.zeros(len(time), dtype=bool)
    again[:-1] |= steps == 0
    return Measurements(
        time=kept,
        columns={name: _first_known(v, first) for name, v in values.items()},
        interval=_interval(kept),
        duplicates=int(np.sum(~first)),
        duplicated=again[first],
        sha256=_digest(path),
    )


def _first_known(values: NDArray[np.float64], first: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Keep the first row of each instant, filled from its later rows where it has no value."""
    kept = values[first].copy()
    index = np.cumsum(first) - 1
    later = np.flatnonzero(~first & np.isfinite(values))
    for row in later[::-1]:
        if not np.isfinite(kept[index[row]]):
            kept[index[row]] = values[row]
    return kept


def _interval(time: NDArray[np.datetime64]) -> int:
    steps = np.diff(time.astype(np.int64))
    found, counts = np.unique(steps, return_counts=True)
    return int(found[np.argmax(counts)])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
