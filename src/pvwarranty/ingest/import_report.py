"""The quality report of an import: what was read and left out, coverage, gaps, flags, the clock."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pvwarranty.ingest.convert.checks import clock_hints
from pvwarranty.ingest.convert.explain import as_data
from pvwarranty.ingest.convert.run import Imported
from pvwarranty.ingest.convert.tally import Column, Tally

_EPOCH = date(1970, 1, 1)
_MOST_GAPS = 50


def import_report(imported: Imported) -> dict[str, Any]:
    """Return the report of an import as data for JSON.

    Coverage is the share of the intervals between the first and the last that have a value;
    `clock` tells by month by how much the middle of production lies after solar noon [min], which
    depends on the arrays' azimuth but should not change from month to month.
    """
    tally, plan = imported.tally, imported.plan
    return {
        "site": plan.site.id,
        "out": None if imported.out is None else str(imported.out),
        "understood": [as_data(t, p) for t, p in zip(plan.tables, imported.progress, strict=True)],
        "skipped": plan.skipped,
        "sources": _digests(t.document.path for t in plan.tables),
        "interval": plan.interval,
        "first": _instant(tally.first),
        "last": _instant(tally.last),
        "rows": tally.rows,
        "duplicates": imported.doubles.duplicates,
        "coverage": {n: _coverage(c, tally) for n, c in sorted(tally.columns.items())},
        "gaps": _gaps(tally),
        "flags": [asdict(flag) for flag in imported.flags],
        "clock": {"minutes_after_solar_noon": clock_hints(tally)},
    }


def _digests(paths: Iterable[Path]) -> dict[str, str]:
    found = {}
    for path in dict.fromkeys(paths):
        with path.open("rb") as file:
            found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _instant(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def intervals(tally: Tally) -> int:
    """Return the number of intervals from the first to the last."""
    if tally.first is None or tally.last is None:
        return 0
    return round((tally.last - tally.first) / tally.interval) + 1


def _coverage(column: Column, tally: Tally) -> dict[str, Any]:
    months: Counter[str] = Counter()
    for day, count in column.by_day.items():
        months[str(_EPOCH + timedelta(days=day))[:7]] += count
    share = {m: round(n / _in_month(m, tally), 4) for m, n in sorted(months.items())}
    return {
        "values": column.values,
        "share": round(column.values / max(intervals(tally), 1), 4),
        "highest_power": None if column.values == 0 else round(column.highest, 3),
        "months": share,
    }


def _in_month(month: str, tally: Tally) -> int:
    """Return how many intervals of a local month lie between the first and the last."""
    year, number = int(month[:4]), int(month[5:7])
    begin = date(year, number, 1)
    end = date(year + number // 12, number % 12 + 1, 1)
    low, high = ((d - _EPOCH).days * 86400 - tally.offset for d in (begin, end))
    first, last = tally.first or low, (tally.last or high) + tally.interval
    return max(1, (min(high, last) - max(low, first)) // tally.interval)


def _gaps(tally: Tally) -> dict[str, Any]:
    longest = sorted(tally.gaps, key=lambda gap: gap[0] - gap[1])[:_MOST_GAPS]
    missing = sum((high - low) // tally.interval for low, high in tally.gaps)
    return {
        "count": len(tally.gaps),
        "intervals": missing,
        "longest": [{"from": _instant(low), "until": _instant(high)} for low, high in longest],
    }
