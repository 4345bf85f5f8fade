"""Reading ``ivcurves.csv`` of a site folder: one row a point of a sweep."""

from __future__ import annotations

import csv
import math
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pvwarranty.errors import DataError, Problem, nearest
from pvwarranty.ivcurve import IVCurve
from pvwarranty.model import Channel, Floats, Site

FILE = "ivcurves.csv"
WORDS = ("channel", "module", "measured_at")
NUMBERS = ("poa_global", "temp_module", "v", "i")
COLUMNS = WORDS + NUMBERS
SHOWN = 10  # problems of one kind that are told one by one
WHOLE = 10  # points from which one stamp holds a sweep of its own
PAUSE = 5.0  # [s] between points that a recorder stamps one by one


Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Rows:
    line: list[int]
    words: dict[str, list[str]]
    numbers: dict[str, Floats]


def read_ivcurves(folder: Path | str, site: Site) -> tuple[IVCurve, ...]:
    """Read the I-V curves of a site folder; none where it has no ``ivcurves.csv``.

    A sweep is the rows of one channel and module with one `measured_at`; where a recorder stamps
    every point, rows not more than 5 s apart. Times are ISO 8601; without an offset they are
    taken as the site's local time. An empty `module` is the module of a channel with one, else
    the whole string in series. Empty numbers are points not measured.

    Raises
    ------
    DataError
        With all problems, each with its row and column: missing or unknown columns, unknown
        channels, numbers and times that cannot be read, more modules than the channel has.
    """
    path = Path(folder) / FILE
    if not path.is_file():
        return ()
    rows, problems = _read(path)
    seconds, unread = _times(rows, site)
    problems += unread + list(_channel_problems(rows, site))
    if problems:
        raise DataError(problems)
    return tuple(_curves(rows, seconds, site))


def _read(path: Path) -> tuple[_Rows, list[Problem]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "save the file as UTF-8"
        raise DataError(Problem(f"{FILE}: byte {error.start}", "is not UTF-8 text", hint)) from None
    except OSError as error:
        raise DataError(Problem(FILE, f"cannot be read: {error.strerror}")) from None
    reader = csv.reader(text.splitlines())
    header = [name.strip() for name in next(reader, [])]
    problems = list(_header_problems(header))
    if problems:
        raise DataError(problems)
    line: list[int] = []
    cells: list[list[str]] = []
    for row in reader:
        if not any(c.strip() for c in row):
            continue
        if len(row) != len(header):
            what = f"has {len(row)} values where the header has {len(header)}"
            problems.append(Problem(f"{FILE}: row {reader.line_num}", what))
            continue
        line.append(reader.line_num)
        cells.append(row)
    return _columns(header, line, cells, problems)


def _header_problems(header: Sequence[str]) -> Iterable[Problem]:
    for name in COLUMNS:
        if name not in header:
            yield Problem(f"{FILE}: column {name}", "is missing", f"columns: {', '.join(COLUMNS)}")
    for name in sorted(set(header)):
        if header.count(name) > 1:
            yield Problem(f"{FILE}: column {name}", "stands more than once in the header")
        if name not in COLUMNS:
            yield Problem(f"{FILE}: column {name}", "is not known", nearest(name, COLUMNS))


def _columns(
    header: Sequence[str], line: list[int], cells: list[list[str]], problems: list[Problem]
) -> tuple[_Rows, list[Problem]]:
    at = {name: header.index(name) for name in COLUMNS}
    words = {name: [row[at[name]].strip() for row in cells] for name in WORDS}
    numbers = {}
    for name in NUMBERS:
        numbers[name], unread = _numbers([row[at[name]].strip() for row in cells], name, line)
        problems += unread
    if not line and not problems:
        problems.append(Problem(FILE, "has a header and no rows"))
    return _Rows(line, words, numbers), problems


def _numbers(texts: Sequence[str], name: str, line: Sequence[int]) -> tuple[Floats, list[Problem]]:
    values = np.full(len(texts), math.nan)
    problems = []
    for row, text in enumerate(texts):
        if not text:
            continue
        try:
            values[row] = float(text)
        except ValueError:
            problems.append(_at(line[row], name, f"'{text}' is not a number"))
    return values, _shortened(problems, name)


def _at(line: int, column: str, what: str, hint: str = "") -> Problem:
    return Problem(f"{FILE}: row {line}, column {column}", what, hint)


def _shortened(problems: list[Problem], column: str) -> list[Problem]:
    rest = len(problems) - SHOWN
    if rest <= 0:
        return problems
    more = Problem(f"{FILE}: column {column}", f"and {rest} more rows like these")
    return [*problems[:SHOWN], more]


def _times(rows: _Rows, site: Site) -> tuple[Floats, list[Problem]]:
    zone = zoneinfo.ZoneInfo(site.timezone)
    texts = rows.words["measured_at"]
    known: dict[str, float] = {}
    problems = []
    for row, text in enumerate(texts):
        if text in known:
            continue
        try:
            stamp = datetime.fromisoformat(text)
        except ValueError:
            known[text] = math.nan
            hint = "write ISO 8601, as in 2024-11-20T11:30:00+09:00"
            problems.append(_at(rows.line[row], "measured_at", f"'{text}' is no time", hint))
            continue
        local = stamp if stamp.tzinfo is not None else stamp.replace(tzinfo=zone)
        known[text] = local.astimezone(UTC).timestamp()
    return np.array([known[t] for t in texts]), _shortened(problems, "measured_at")


def _channel_problems(rows: _Rows, site: Site) -> Iterable[Problem]:
    channels = {c.id: c for c in site.channels}
    names: dict[str, set[str]] = {}
    told: set[str] = set()
    for row, name in enumerate(rows.words["channel"]):
        if name not in channels and name not in told:
            told.add(name)
            what = f"no [[channel]] has the id '{name}'" if name else "is empty"
            yield _at(rows.line[row], "channel", what, nearest(name, channels))
        module = rows.words["module"][row]
        if (
            not module
            and name in channels
            and name not in told
            and channels[name].kind == "inverter"
        ):
            told.add(name)
            hint = "say which module of the inverter was measured"
            yield _at(rows.line[row], "module", "is empty", hint)
        names.setdefault(name, set()).add(module)
    for name, modules in names.items():
        if name in channels and len(modules - {""}) > (most := modules_of(channels[name], site)):
            what = f"channel '{name}' has {most} modules, the file names {len(modules - {''})}"
            yield Problem(f"{FILE}: column module", what)


def modules_of(channel: Channel, site: Site) -> int:
    """Return how many modules are behind a channel."""
    if channel.modules is not None:
        return channel.modules
    return sum(site.array(a).modules or 0 for a in channel.arrays)


def _curves(rows: _Rows, seconds: Floats, site: Site) -> Iterable[IVCurve]:
    """Yield the sweeps, by channel, module and time."""
    channels = {c.id: c for c in site.channels}
    zone = zoneinfo.ZoneInfo(site.timezone)
    groups: dict[tuple[str, str], list[int]] = {}
    pairs = zip(rows.words["channel"], rows.words["module"], strict=True)
    for row, pair in enumerate(pairs):
        groups.setdefault(pair, []).append(row)
    for (name, module), members in sorted(groups.items()):
        count = 1 if module else modules_of(channels[name], site)
        for sweep in _sweeps(np.array(members), seconds):
            start, end = float(seconds[sweep[0]]), float(seconds[sweep[-1]])
            g, t, v, i = (rows.numbers[n][sweep] for n in NUMBERS)
            day = datetime.fromtimestamp(start, zone).date()
            duration = end - start if end > start else None
            at = np.datetime64(int(start), "s")
            yield IVCurve(name, module, at, day, g, t, v, i, count, duration)


def _sweeps(members: Rows, seconds: Floats) -> Iterable[Rows]:
    """Split the rows of one module into sweeps, keeping the order of the file within one stamp."""
    members = members[np.argsort(seconds[members], kind="stable")]
    stamps, counts = np.unique(seconds[members], return_counts=True)
    parts = np.split(members, np.cumsum(counts)[:-1])
    open_part: list[Rows] = []
    last = -math.inf
    for stamp, part in zip(stamps, parts, strict=True):
        alone = len(part) >= WHOLE
        if open_part and (alone or stamp - last > PAUSE):
            yield np.concatenate(open_part)
            open_part = []
        if alone:
            yield part
        else:
            open_part.append(part)
        last = float(stamp)
    if open_part:
        yield np.concatenate(open_part)
