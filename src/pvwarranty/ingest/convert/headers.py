"""Finding a profile's columns in the first rows of a table, by name and in any order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pvwarranty.ingest.convert.dates import clock_of
from pvwarranty.ingest.convert.grids import Grid, columns_of
from pvwarranty.ingest.convert.numbers import NumberStyle, read_number
from pvwarranty.ingest.convert.times import read_stamps
from pvwarranty.ingest.profiles.schema import ColumnSpec, Profile
from pvwarranty.ingest.units import Unit, find_unit, split_unit, units_in

REST = "*"
_UNSEEN = re.compile(r"[\s\u200b\ufeff]")
_SLOT_COUNTS = (24, 48, 96)


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column of a file that a profile names: where it stands, and whose values it holds."""

    index: int
    name: str
    spec: ColumnSpec
    unit: Unit | None = None
    device: str = ""


@dataclass(frozen=True, slots=True)
class Slots:
    """The columns of a day's intervals in a wide table: their places, and starts or ends [s]."""

    indices: tuple[int, ...]
    seconds: tuple[int, ...]
    interval: int
    ends: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """A table that a profile fits. Rows and columns are counted from 0."""

    profile: Profile
    grid: Grid
    header: int
    first: int
    width: int
    time: dict[str, int]
    columns: tuple[FoundColumn, ...]
    keys: dict[str, int]  # of key, site_key and item
    unused: tuple[str, ...] = ()
    slots: Slots | None = None


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a profile does not fit a table: what it asks for and the nearest row lacks."""

    profile: Profile
    lacking: tuple[str, ...]
    matched: int
    row: int
    names: tuple[str, ...]


@lru_cache(maxsize=8192)
def normal(name: str) -> str:
    """Return a header for comparison: NFKC, no blanks, no case, no unit in brackets."""
    return compact(split_unit(unicodedata.normalize("NFKC", name))[0])


def compact(text: str) -> str:
    """Return a text without blanks and case, after NFKC."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()


def shown(text: str, most: int = 40) -> str:
    """Return a cell as it may be shown to a user: one line, no control characters, not long."""
    line = "".join(c if c.isprintable() else "·" for c in " ".join(text.split()))
    return line if len(line) <= most else line[:most] + "…"


def fit(profile: Profile, grid: Grid) -> Fit | Miss:
    """Look for the header of `profile` in the head of a table."""
    lacking = _lacking_signature(profile, grid.head)
    if lacking:
        return Miss(profile, lacking, 0, 0, ())
    best: Miss | None = None
    for row, cells in enumerate(grid.head):
        found = _fit_row(profile, grid, row, cells)
        if isinstance(found, Fit):
            return _with_data(found)
        if best is None or found.matched > best.matched:
            best = found
    return best or Miss(profile, ("any row",), 0, 0, ())


def _title(cell: str) -> str:
    return shown(unicodedata.normalize("NFKC", cell), 120)


def _lacking_signature(profile: Profile, head: Sequence[Sequence[str]]) -> tuple[str, ...]:
    text = "\n".join(compact(",".join(row)) for row in head)
    return tuple(f"the text '{s}'" for s in profile.signature if compact(s) not in text)


def _fit_row(profile: Profile, grid: Grid, row: int, cells: Sequence[str]) -> Fit | Miss:
    names = [normal(cell) for cell in cells]
    time = {part: _place(names, known) for part, known in profile.time.parts().items()}
    keys = {"key": profile.key, "site_key": profile.site_key, "item": profile.wide.item}
    places = {part: _place(names, known) for part, known in keys.items() if known}
    slots = _slots(cells) if profile.layout == "wide" else None
    taken = {*time.values(), *places.values(), *(slots.indices if slots else ())} - {None}
    columns = _columns(profile, grid, row, names, {i for i in taken if i is not None})
    lacking = [
        *(f"a column '{profile.time.parts()[p][0]}'" for p, i in time.items() if i is None),
        *(f"a column '{keys[p][0]}'" for p, i in places.items() if i is None and p == "key"),
        *_lacking_columns(profile, columns, slots),
    ]
    if lacking:
        asked = len(time) + len(places) + sum(c.required for c in profile.column)
        told = tuple(_title(c) for c in cells if c.strip())
        return Miss(profile, tuple(lacking), asked - len(lacking), row, told)
    used = taken | {c.index for c in columns}
    unused = tuple(_title(cells[i]) for i in range(len(cells)) if i not in used and names[i])
    return Fit(
        profile, grid, row, row + 1, len(cells), {p: i for p, i in time.items() if i is not None},
        columns, {p: i for p, i in places.items() if i is not None}, unused, slots,
    )  # fmt: skip


def _place(names: Sequence[str], known: Sequence[str]) -> int | None:
    for name in known:
        if normal(name) in names:
            return names.index(normal(name))
    return None


def _columns(
    profile: Profile, grid: Grid, row: int, names: Sequence[str], taken: set[int]
) -> tuple[FoundColumn, ...]:
    specs = {normal(n): spec for spec in profile.column for n in spec.names if n != REST}
    rest = next((spec for spec in profile.column if REST in spec.names), None)
    if profile.layout == "wide":
        return ()
    found = []
    for i, name in enumerate(names):
        spec = specs.get(name) or (rest if name else None)
        if spec is None or i in taken:
            continue
        text = _title(grid.head[row][i])
        device = text if spec is rest else _device(profile, grid, row, i)
        found.append(FoundColumn(i, text, spec, split_unit(text)[1], device))
    return tuple(found)


def _device(profile: Profile, grid: Grid, row: int, index: int) -> str:
    if profile.device_row is None or row + profile.device_row < 0:
        return ""
    cells = grid.head[row + profile.device_row]
    return _title(cells[index]) if index < len(cells) else ""


def _lacking_columns(
    profile: Profile, columns: Sequence[FoundColumn], slots: Slots | None
) -> list[str]:
    if profile.layout == "wide":
        return [] if slots else ["24, 48 or 96 columns headed by times"]
    there = {id(c.spec) for c in columns}
    return [
        f"a column '{spec.names[0]}'"
        for spec in profile.column
        if spec.required and id(spec) not in there
    ]


def _slots(cells: Sequence[str]) -> Slots | None:
    """Find the columns of intervals: headed 0:00, 0:30, … or 0:30 … 24:00, or counted 1 … n."""
    counted = [(i, number) for i, cell in enumerate(cells) if (number := _number_of(cell)) >= 0]
    numbers = [number for _, number in counted]
    for count in _SLOT_COUNTS:
        for start in (0, 1):
            if numbers == list(range(start, count + start)):
                indices = tuple(i for i, _ in counted)
                return _evenly(indices, ends=start == 1)
    clocks = [(i, clock.seconds) for i, cell in enumerate(cells) if (clock := clock_of(cell))]
    if len(clocks) not in _SLOT_COUNTS:
        return None
    indices = tuple(i for i, _ in clocks)
    seconds = tuple(s for _, s in clocks)
    both = (_evenly(indices, ends=False), _evenly(indices, ends=True))
    return next((slots for slots in both if slots.seconds == seconds), None)


def _evenly(indices: tuple[int, ...], ends: bool) -> Slots:
    interval = 86400 // len(indices)
    seconds = tuple((k + ends) * interval for k in range(len(indices)))
    return Slots(indices, seconds, interval, ends)


def _number_of(cell: str) -> int:
    word = compact(cell).removesuffix("時").removesuffix("コマ")
    return int(word) if word.isascii() and word.isdigit() and len(word) < 3 else -1


def _with_data(found: Fit) -> Fit:
    """Find the first row of data under a header, and the units in rows between."""
    head = found.grid.head
    rows = head[found.header + 1 :]
    widths = [len(row) for row in rows if any(cell.strip() for cell in row)]
    usual = max(set(widths), key=widths.count) if widths else 0
    width = max(found.width, usual)
    units = _title_units(found) if found.profile.unit_from_titles else {}
    bad = _bad_stamps(found, rows, width)
    at = 0
    while at < len(rows) and bad[at] and not _has_numbers(found, rows[at]):
        units |= {i: u for i, cell in enumerate(rows[at]) if (u := _unit_of(cell)) is not None}
        at += 1
    columns = tuple(replace(c, unit=c.unit or units.get(c.index)) for c in found.columns)
    return replace(found, first=found.header + 1 + at, width=width, columns=columns)


def _title_units(found: Fit) -> dict[int, Unit]:
    text = ",".join(",".join(row) for row in found.grid.head[: found.header])
    units = units_in(text)
    return {c.index: units[0] for c in found.columns} if units else {}


def _unit_of(cell: str) -> Unit | None:
    return find_unit(cell.strip().strip("[]()（）［］")) if cell.strip() else None


def _bad_stamps(found: Fit, rows: Sequence[Sequence[str]], width: int) -> list[bool]:
    if not rows:
        return []
    cells = columns_of(rows, width)
    parts = {part: cells[i] for part, i in found.time.items()}
    return [bool(b) for b in read_stamps(parts, found.profile.time.order).bad]


def _has_numbers(found: Fit, row: Sequence[str]) -> bool:
    style = NumberStyle(found.profile.decimal)
    places = found.slots.indices if found.slots else tuple(c.index for c in found.columns)
    values = (read_number(row[i], style) for i in places if i < len(row) and row[i].strip())
    return any(value is not None and value == value for value in values)


def title_unit(found: Fit) -> Unit | None:
    """Return the first unit named in brackets above or in the header, for wide tables."""
    rows = found.grid.head[: found.header + 1]
    units = units_in(",".join(",".join(row) for row in rows))
    return units[0] if units else None
