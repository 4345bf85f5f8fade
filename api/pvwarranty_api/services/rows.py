"""Measurements that came as JSON, as a canonical file of an upload."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pvwarranty.errors import Problem
from pvwarranty.names import TIME
from pvwarranty_api.errors import Refusal
from pvwarranty_api.services.uploads import Received, ReceivedFile


def file_of_rows(
    folder: Path, time: Sequence[datetime], columns: Mapping[str, Sequence[float | None]]
) -> Received:
    """Write rows as a canonical CSV; refuses columns of another length and times without a zone."""
    problems = [
        Problem(f"columns.{name}", f"holds {len(values)} values for {len(time)} instants")
        for name, values in columns.items()
        if len(values) != len(time)
    ]
    problems += [
        Problem(f"columns.{name[:64]}", "is no name of a column", "CHANNEL.QUANTITY")
        for name in columns
        if "." not in name or not name.isprintable() or name == TIME
    ]
    problems += [Problem(f"time[{n}]", "has no zone") for n, t in enumerate(time) if not t.tzinfo]
    if problems:
        raise Refusal("invalid", problems=problems[:100])
    path = folder / "0000"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([TIME, *columns])
        for moment, *values in zip(time, *columns.values(), strict=True):
            stamp = moment.astimezone(UTC).isoformat()
            writer.writerow([stamp, *("" if v is None else repr(v) for v in values)])
    with path.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    found = ReceivedFile("measurements.csv", path, path.stat().st_size, digest)
    return Received((found,))
