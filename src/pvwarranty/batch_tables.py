"""The tables that a batch writes, as Parquet."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

VERDICT = (
    "site", "asset", "component", "coverage", "value", "low", "high", "p_below", "output",
    "threshold", "decision", "deadline", "causes", "missing", "clauses",
    "modules_at_least", "modules_at_most", "next_threshold",
)  # fmt: skip
# one row for each step of an asset's promise that is not over; `p_first`, `p_last`: probability of
# being below `ratio` on the first and last day of the step; value, low, high: on its last day
TIMING = (
    "site", "path", "asset", "component", "coverage", "output", "decision", "step", "ratio",
    "since", "until", "p_first", "p_last", "value", "low", "high", "in_force", "stands_until",
    "supported_from",
)  # fmt: skip
NUMBERS = {
    "value", "low", "high", "p_below", "threshold", "next_threshold", "latitude", "longitude",
    "ratio", "p_first", "p_last",
}  # fmt: skip
COUNTS = {"channels", "batteries", "modules_at_least", "modules_at_most"}
DAYS = {"deadline", "since", "until", "stands_until", "supported_from"}
TRUTHS = {"in_force"}
FAILURES = ("site", "path", "reason")
ABOUT = (
    "site", "path", "latitude", "longitude", "channels", "batteries", "measurements", "warnings",
)  # fmt: skip
ROWS = 20_000  # of a row group


def _schema(columns: tuple[str, ...]) -> Any:
    import pyarrow as pa

    def kind(name: str) -> Any:
        if name in NUMBERS:
            return pa.float64()
        if name in COUNTS:
            return pa.int64()
        if name in TRUTHS:
            return pa.bool_()
        return pa.date32() if name in DAYS else pa.string()

    return pa.schema([(name, kind(name)) for name in columns])


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Any:
    import datetime

    import pyarrow as pa

    day = datetime.date.fromisoformat
    kept: list[dict[str, Any]] = [{c: row.get(c) for c in columns} for row in rows]
    for name in DAYS.intersection(columns):
        for row in kept:
            row[name] = day(row[name]) if row[name] else None
    return pa.Table.from_pylist(kept, schema=_schema(columns))


class TableWriter:
    """Writes rows row group by row group, so that memory does not grow with the fleet.

    The table is there, empty, where no row is added.
    """

    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self.path, self.columns = path, columns
        self.rows = list[dict[str, Any]]()

    def __enter__(self) -> TableWriter:
        import pyarrow.parquet as pq

        self.writer = pq.ParquetWriter(self.path, _schema(self.columns), compression="zstd")
        return self

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Add rows; columns that a row lacks are null."""
        self.rows += rows
        if len(self.rows) >= ROWS:
            self._flush()

    def _flush(self) -> None:
        if self.rows:
            self.writer.write_table(_table(self.rows, self.columns))
            self.rows = []

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._flush()
        self.writer.close()
