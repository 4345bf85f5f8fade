"""What was understood of an import, as text and as data for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pvwarranty.ingest.convert.headers import Fit, shown
from pvwarranty.ingest.convert.pieces import Progress
from pvwarranty.ingest.convert.plan import Plan
from pvwarranty.ingest.convert.understand import Source, Understood
from pvwarranty.ingest.units import UNITS, scale

_SEPARATORS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "vertical bar"}
_READINGS = {
    "interval": "of the interval", "instant": "of an instant", "cumulative": "counter",
    "cumulative_daily": "counter from midnight",
}  # fmt: skip


def explanation(plan: Plan) -> str:
    """Return what was understood of each table, to be read before anything is stored."""
    lines = [line for table in plan.tables for line in _lines(table)]
    lines += [f"{shown(name)}: not read ({reason})" for name, reason in plan.skipped.items()]
    lines.append(f"stored: {', '.join(plan.columns)}, a row every {plan.interval} s")
    return "\n".join(lines)


def _lines(table: Understood) -> Iterator[str]:
    fit = table.fit
    yield f"{shown(table.name, 120)}"
    yield f"  profile   {fit.profile.id} ({fit.profile.title}): {table.reason}"
    yield f"  file      {file_form(table)}"
    yield f"  rows      header in row {fit.header + 1}, data from row {fit.first + 1}"
    yield f"  interval  {table.interval} s: {table.interval_why}"
    yield f"  stamps    mark the {table.label} of an interval: {table.label_why}"
    yield f"  zone      {table.zone}: {table.zone_why}"
    yield f"  time      {' and '.join(_time_columns(fit))}"
    for source in table.sources:
        yield f"  column    {_source(table, source)}"
    for name, reason in table.unplaced.items():
        yield f"  not used  '{shown(name)}': {reason}"


def file_form(table: Understood) -> str:
    """Return the form of a file: encoding and separator, sheet or JSON."""
    separator = table.fit.grid.separator
    if separator:
        return f"text in {table.encoding}, separated by {_SEPARATORS.get(separator, separator)}"
    return "JSON" if table.encoding else "Excel workbook"


def _time_columns(fit: Fit) -> list[str]:
    header = fit.grid.head[fit.header]
    return [f"'{shown(header[i]) or 'first column'}' ({part})" for part, i in fit.time.items()]


def _source(table: Understood, source: Source) -> str:
    target = source.target
    device = f" of '{shown(source.device)}'" if source.device else ""
    factor = scale(target.quantity, target.unit, table.interval)
    unit = UNITS[target.quantity] or "code"
    turned = "" if factor == 1 else f" x {factor:g}"
    read = _READINGS[target.reading]
    return (
        f"'{shown(source.column.name)}'{device} [{target.unit.text}, {read}]"
        f" -> {target.name} [{unit}]{turned} ({target.why})"
    )


def first_rows(table: Understood, rows: int = 5, columns: int = 12) -> list[list[str]]:
    """Return the header of a table and its first rows, as they stand in the file."""
    fit = table.fit
    shown_rows = [fit.header, *range(fit.first, fit.first + rows)]
    head = fit.grid.head
    return [[shown(c) for c in head[n][:columns]] for n in shown_rows if n < len(head)]


def as_data(table: Understood, progress: Progress | None) -> dict[str, Any]:
    """Return what was understood of a table, and what was met in it, for JSON."""
    fit = table.fit
    found: dict[str, Any] = {
        "file": table.name, "profile": fit.profile.id, "reason": table.reason,
        "form": file_form(table), "header_row": fit.header + 1, "first_row": fit.first + 1,
        "interval": table.interval, "interval_why": table.interval_why, "label": table.label,
        "label_why": table.label_why, "zone": table.zone, "zone_why": table.zone_why,
        "columns": [
            {"name": s.column.name, "device": s.device, "unit": s.target.unit.text,
             "reading": s.target.reading, "to": s.target.name, "why": s.target.why}
            for s in table.sources
        ],
        "unused": table.unplaced,
    }  # fmt: skip
    if progress is not None:
        dropped = {reason: n for reason, n in progress.left.dropped.items() if n}
        found |= {"rows": progress.rows, "dropped": dropped, "snapped": progress.snapped}
    return found
