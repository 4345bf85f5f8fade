"""Writing canonical measurements: Parquet that appears whole or not at all."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pvwarranty.errors import DataError, Problem
from pvwarranty.names import TIME

if TYPE_CHECKING:
    import pyarrow as pa

Seconds = NDArray[np.int64]
Write = Callable[[Seconds, Mapping[str, NDArray[np.floating]]], None]


@contextmanager
def sole_writer(path: Path) -> Iterator[None]:
    """Wait until no other process adds to files of a folder, and keep others waiting meanwhile.

    Whoever reads what a file holds and then writes it anew does both inside.
    """
    folder = os.open(_real(path).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)  # and with it the lock


@contextmanager
def canonical_file(path: Path, columns: Sequence[str]) -> Iterator[Write]:
    """Write a canonical Parquet file some rows at a time, in order of time.

    Yields a function of the instants [s UTC] (n,) and of columns (n,); columns not given are null,
    NaN is null. The file is written beside `path` under another name and takes its place when the
    block ends; where the block raises, `path` is as it was.

    Raises
    ------
    DataError
        The folder cannot be written.
    """
    import pyarrow.parquet as parquet

    schema = _schema(columns)
    path = _real(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        writer = parquet.ParquetWriter(
            beside, schema, compression="zstd", use_dictionary=list(columns),
            column_encoding={TIME: "DELTA_BINARY_PACKED"}, write_page_checksum=True,
        )  # fmt: skip
    except OSError as error:
        raise DataError(Problem(str(path), f"cannot be written: {error.strerror}")) from None
    try:
        with writer:
            yield lambda time, values: writer.write_table(_table(time, values, schema))
        _settle(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _real(path: Path) -> Path:
    """Return the file that links lead to: it is written, and links stay links."""
    return Path(os.path.realpath(path))


def _schema(columns: Sequence[str]) -> pa.Schema:
    import pyarrow as pa

    time = pa.field(TIME, pa.timestamp("ms", tz="UTC"), nullable=False)
    return pa.schema([time, *(pa.field(name, pa.float32()) for name in columns)])


def _table(
    time: Seconds, values: Mapping[str, NDArray[np.floating]], schema: pa.Schema
) -> pa.Table:
    import pyarrow as pa

    arrays = [pa.array(time * 1000, pa.int64()).cast(schema.field(TIME).type)]
    for name in schema.names[1:]:
        if name in values:
            floats = values[name].astype(np.float32)
            arrays.append(pa.array(floats, pa.float32(), mask=np.isnan(floats)))
        else:
            arrays.append(pa.nulls(len(time), pa.float32()))
    return pa.Table.from_arrays(arrays, schema=schema)


def _settle(beside: Path, path: Path) -> None:
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def stored_columns(path: Path) -> tuple[str, ...]:
    """Return the columns that a canonical file holds besides the time; none where there is no file.

    Raises DataError where the file is no canonical Parquet.
    """
    import pyarrow as pa
    import pyarrow.parquet as parquet

    if not path.exists():
        return ()
    try:
        schema = parquet.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(Problem(str(path), f"is no Parquet file: {error}")) from None
    if not _is_canonical(schema):
        hint = "--out another file, or --replace"
        raise DataError(Problem(str(path), "holds no canonical measurements", hint))
    return tuple(name for name in schema.names if name != TIME)


def _is_canonical(schema: pa.Schema) -> bool:
    import pyarrow.types as types

    others = [field.type for field in schema if field.name != TIME]
    return (
        schema.names.count(TIME) == 1
        and types.is_timestamp(schema.field(TIME).type)
        and schema.field(TIME).type.tz is not None
        and all(types.is_floating(t) or types.is_integer(t) or types.is_null(t) for t in others)
    )


def stored_rows(path: Path) -> Iterator[tuple[Seconds, dict[str, NDArray[np.float64]]]]:
    """Yield the rows of a canonical file, a row group at a time: instants [s UTC] and columns.

    Raises DataError where a row has no time.
    """
    import pyarrow.parquet as parquet

    with parquet.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            table = file.read_row_group(number)
            if table.column(TIME).null_count:
                raise DataError(Problem(f"{path}: column {TIME}", "has rows without a time"))
            stamps = table.column(TIME).to_numpy().astype("datetime64[s]").astype(np.int64)
            columns = {
                name: table.column(name).to_numpy(zero_copy_only=False).astype(np.float64)
                for name in table.column_names
                if name != TIME
            }
            yield stamps, columns
