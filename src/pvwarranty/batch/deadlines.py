"""What is to be done by when in a judged fleet, from its table of coming steps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pvwarranty.calendar import plus
from pvwarranty.errors import DataError, Problem
from pvwarranty.model import Text

Kind = Literal["claim", "measure", "opens"]
WATCHED = 0.05  # chance of being below at a step's end from which a measurement before it pays
PERIOD = re.compile(r"(\d{1,4})\s*(d|w|m|y)")
UNITS = {"d": "days", "w": "weeks", "m": "months", "y": "years"}
TEXTS: dict[Kind, Text] = {
    "claim": Text(
        ja="請求は監視データで裏付けられており、{on}まで成り立ちます。期限までに請求してください。",
        en="The claim is supported and stands until {on}: make it by then.",
    ),
    "measure": Text(
        ja="{on}に基準値{ratio}の期間が終わります(現在下回る確率{now}、期間末{then})。"
        "それまでに測定で決着を付けてください。",
        en="The step of {ratio} ends on {on} (below now with {now}, at its end with {then}): "
        "have it measured before.",
    ),
    "opens": Text(
        ja="現在の傾向では{on}に基準値{ratio}を下回ることが裏付けられます。再判定してください。",
        en="At its present trend a claim against {ratio} is supported from {on}: judge again then.",
    ),
}


@dataclass(frozen=True, slots=True)
class Due:
    """Something to be done for an asset by a day.

    kind : ``claim`` a supported claim ends, ``measure`` a step ends on which data leave the claim
        open, ``opens`` a claim becomes supported
    ratio : the floor concerned; p_now, p_then : probability of being below it now and on the day
    """

    on: date
    kind: Kind
    site: str
    path: str
    asset: str
    step: str
    ratio: float
    p_now: float | None
    p_then: float | None

    def text(self, lang: str) -> str:
        """Return what to do, in Japanese or English."""
        words = {"on": self.on, "ratio": f"{self.ratio:.1%}"}
        return TEXTS[self.kind].filled(now=_p(self.p_now), then=_p(self.p_then), **words).of(lang)


def _p(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def last_day(on: date, within: str) -> date:
    """Return the last day of a period such as ``12m``, ``90d``, ``8w`` or ``2y`` from a day.

    Raises
    ------
    DataError
        For what is no such period.
    """
    found = PERIOD.fullmatch(within.strip().lower())
    if found is None:
        hint = "say for example 12m, 90d, 8w or 2y"
        raise DataError(Problem("--within", f"'{within}' is no period", hint))
    count, unit = int(found[1]), UNITS[found[2]]
    if unit == "weeks":
        count, unit = 7 * count, "days"
    try:
        return plus(on, **{unit: count})
    except (OverflowError, ValueError):
        raise DataError(Problem("--within", f"'{within}' is too long")) from None


def judged_on(folder: Path) -> date:
    """Return the day on which a folder's fleet was judged. Raises DataError."""
    try:
        return date.fromisoformat(json.loads((folder / "manifest.json").read_text("utf-8"))["on"])
    except (OSError, ValueError, KeyError, TypeError):
        hint = "give the folder that pvwarranty batch wrote"
        raise DataError(Problem(str(folder), "holds no finished run", hint)) from None


def deadlines(folder: Path, within: str) -> list[Due]:
    """Return what is to be done in a judged fleet within a period, the earliest first.

    Raises
    ------
    DataError
        Where the folder holds no finished run, or `within` is no period.
    """
    on = judged_on(folder)
    until = last_day(on, within)
    found = [d for rows in _assets(folder / "timing.parquet") for d in _of(rows, on)]
    due = [d for d in found if on <= d.on <= until]
    return sorted(due, key=lambda d: (d.on, d.path, d.asset))


def _assets(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of each asset; memory is that of a row group."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = []
    try:
        with pq.ParquetFile(path) as file:
            for number in range(file.num_row_groups):
                for row in file.read_row_group(number).to_pylist():
                    if row["in_force"] and rows:
                        yield rows
                        rows = []
                    rows.append(row)
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(Problem(str(path), f"cannot be read: {error}")) from None
    if rows:
        yield rows


def _of(rows: list[dict[str, Any]], on: date) -> Iterator[Due]:
    """Yield what is to be done for one asset; nothing where the terms exclude its claim."""
    now = rows[0]
    if now["decision"] == "excluded":
        return
    if now["stands_until"] is not None:
        step = next(r for r in rows if r["until"] == now["stands_until"])
        yield _due(step, "claim", now["stands_until"], now["p_first"])
        return
    opens = now["supported_from"]
    if opens is not None and opens > on:
        step = next(r for r in rows if opens <= r["until"])
        yield _due(step, "opens", opens, now["p_first"])
    chance = max(now["p_first"] or 0.0, now["p_last"] or 0.0)
    if now["output"] == "inconclusive" or chance >= WATCHED:
        yield _due(now, "measure", now["until"], now["p_first"])


def _due(step: dict[str, Any], kind: Kind, on: date, p_now: float | None) -> Due:
    asset = {n: step[n] for n in ("site", "path", "asset", "step", "ratio")}
    return Due(on=on, kind=kind, p_now=p_now, p_then=step["p_last"], **asset)
