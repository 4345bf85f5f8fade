"""Reading the rows of a table into pieces: instants in UTC, and columns in canonical units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pvwarranty.errors import Problem
from pvwarranty.ingest.convert.dates import DAY, plain
from pvwarranty.ingest.convert.grids import Batch
from pvwarranty.ingest.convert.headers import Fit, normal, shown
from pvwarranty.ingest.convert.numbers import NumberStyle, read_numbers
from pvwarranty.ingest.convert.options import Options
from pvwarranty.ingest.convert.rows import Left, leave_out
from pvwarranty.ingest.convert.times import Stamps
from pvwarranty.ingest.convert.understand import Source, Understood, stamps_of
from pvwarranty.ingest.convert.zones import to_utc, zone_of
from pvwarranty.ingest.units import scale
from pvwarranty.model import Floats

if TYPE_CHECKING:
    import pyarrow as pa

Seconds = NDArray[np.int64]
_FIRST, _LAST = 631_152_000, 4_133_980_800  # 1990 and 2101: stamps outside are no stamps
_AT_END = ("soc", "temp_batt", "soh", "ac_charge_capacity", "ac_discharge_capacity")
_JITTER, _MOST_JITTER = 0.1, 180  # of an interval, s: stamps so near to a multiple are set on it


@dataclass(frozen=True, slots=True)
class Piece:
    """Values of some series at some instants.

    time : (n,) s UTC, start of the interval; for counters, of the interval that ends at the reading
    columns : series -> (n,); a counter's series is called ``name#cumulative`` until it is taken
        apart
    """

    time: Seconds
    columns: dict[str, Floats]
    interval: int
    stored: bool = False  # was in the file that the result goes to


@dataclass(slots=True)
class Progress:
    """What has been met in a file so far."""

    left: Left = field(default_factory=Left)
    rows: int = 0
    snapped: int = 0
    off_grid: int = 0
    sites: Counter[str] = field(default_factory=Counter)
    seen: dict[str, set[int]] = field(default_factory=dict)
    events: dict[str, list[tuple[Seconds, Floats]]] = field(default_factory=dict)


def read_pieces(table: Understood, options: Options, progress: Progress) -> Iterator[Piece]:
    """Yield the pieces of a table; what is left out and what is wrong goes to `progress`."""
    fit = table.fit
    for batch in fit.grid.batches(fit.first, fit.width):
        stamps = stamps_of(fit, batch.cells)
        keep = ~stamps.bad
        leave_out(fit, batch, stamps.bad, progress.left)
        _refuse_change(table, stamps, options, progress)
        keep &= _of_this_site(fit, batch, options, progress)
        _refuse_far(fit, batch, stamps, keep, progress)
        kept = np.flatnonzero(keep)
        progress.rows += len(kept)
        if not len(kept):
            continue
        yield from _batch_pieces(table, options, _Part(batch, stamps, kept), progress)


@dataclass(frozen=True, slots=True)
class _Part:
    batch: Batch
    stamps: Stamps
    kept: NDArray[np.int64]

    def cells(self, index: int) -> pa.Array:
        column = self.batch.cells[index]
        return column if len(self.kept) == len(column) else column.take(self.kept)

    def among(self, places: NDArray[np.int64]) -> _Part:
        return _Part(self.batch, self.stamps, self.kept[places])


def _of_this_site(
    fit: Fit, batch: Batch, options: Options, progress: Progress
) -> NDArray[np.bool_]:
    if "site_key" not in fit.keys:
        return np.ones(len(batch), dtype=bool)
    coded = batch.cells[fit.keys["site_key"]].dictionary_encode()
    names = [plain(word) for word in coded.dictionary.to_pylist()]
    index = coded.indices.to_numpy(zero_copy_only=False)
    wanted = np.array([options.only is None or n == plain(options.only) for n in names], dtype=bool)
    counts = np.bincount(index, minlength=len(names))
    for name, count in zip(names, counts.tolist(), strict=True):
        progress.sites[name] += count
    result: NDArray[np.bool_] = wanted[index]
    progress.left.dropped["rows of another site"] += int((~result).sum())
    return result


def _refuse_change(table: Understood, stamps: Stamps, options: Options, progress: Progress) -> None:
    """Refuse what contradicts, further down in a file, what was understood of its beginning."""
    given = np.isfinite(stamps.offset[~stamps.bad])
    if given.any() and not given.all():
        what = "has stamps with an offset from UTC and stamps without"
        progress.left.once(Problem(table.name, what, "convert the two kinds by themselves"))
    elif not given.any() and table.by_offset and len(given):
        what = "has stamps without an offset from UTC after stamps with one"
        progress.left.once(Problem(table.name, what, "convert the two kinds by themselves"))
    if stamps.midnight_ends and table.label == "start" and options.label is None:
        what = "has stamps of 24:00, which mark ends, after a beginning that looked like starts"
        progress.left.once(Problem(table.name, what, "say --label end"))


def _refuse_far(
    fit: Fit, batch: Batch, stamps: Stamps, keep: NDArray[np.bool_], progress: Progress
) -> None:
    far = keep & ((stamps.seconds < _FIRST) | (stamps.seconds > _LAST))
    for i in np.flatnonzero(far):
        cells = " ".join(batch.cells[k][int(i)].as_py() for k in fit.time.values())
        where = f"{fit.grid.name}, row {batch.row(int(i))}"
        progress.left.add(Problem(where, f"'{shown(cells)}' lies outside 1990-2100"))
    keep &= ~far


def _batch_pieces(
    table: Understood, options: Options, part: _Part, progress: Progress
) -> Iterator[Piece]:
    fit = table.fit
    if "key" not in fit.keys and "item" not in fit.keys:
        yield from _pieces_of(table, options, part, table.sources, progress)
        return
    for sources, places in _by_device(table, part, progress):
        yield from _pieces_of(table, options, part.among(places), sources, progress)


def _by_device(
    table: Understood, part: _Part, progress: Progress
) -> Iterator[tuple[tuple[Source, ...], NDArray[np.int64]]]:
    """Split a batch by the devices (or items) that its rows are of."""
    fit = table.fit
    item = "item" in fit.keys
    coded = part.cells(fit.keys["item" if item else "key"]).dictionary_encode()
    index = coded.indices.to_numpy(zero_copy_only=False)
    for code, word in enumerate(coded.dictionary.to_pylist()):
        name = normal(word) if item else plain(word)
        sources = tuple(
            s for s in table.sources if name == (normal(s.column.name) if item else s.device)
        )
        places = np.flatnonzero(index == code)
        if sources:
            yield sources, places
        else:
            progress.left.dropped[f"rows of '{shown(plain(word))}'"] += len(places)


def _pieces_of(
    table: Understood, options: Options, part: _Part, sources: Iterable[Source], progress: Progress
) -> Iterator[Piece]:
    style = NumberStyle(
        table.fit.profile.decimal, frozenset((*options.missing, *table.fit.profile.missing))
    )
    sources = tuple(sources)
    device = sources[0].device if sources else ""
    time = _instants(table, part, device, progress)
    groups: dict[int, dict[str, Floats]] = {}
    for source in sources:
        values = _values(table, part, source, style, progress)
        if table.fit.profile.layout == "events":
            key = f"{source.target.name}#{source.target.reading}"
            progress.events.setdefault(key, []).append((time, values))
            continue
        name, shift = _series(table, source)
        groups.setdefault(shift, {})[name] = values
    if table.fit.slots is not None:
        time = _slot_times(table, part, time)
    for shift, columns in groups.items():
        yield Piece(time - shift, columns, table.interval)


def _series(table: Understood, source: Source) -> tuple[str, int]:
    """Return the name of a series and by how much its stamps lie after the start of its interval.

    A counter and a level are read at an instant, which is the end of the interval they belong to;
    labels of ends were turned into starts before.
    """
    target = source.target
    counter = target.reading.startswith("cumulative")
    name = f"{target.name}#{target.reading}" if counter else target.name
    level = target.reading == "instant" and target.quantity in _AT_END
    return name, table.interval if (counter or level) and table.label == "start" else 0


def _instants(table: Understood, part: _Part, device: str, progress: Progress) -> Seconds:
    local, offset = part.stamps.seconds[part.kept], part.stamps.offset[part.kept]
    if table.fit.slots is not None:
        return local
    if table.fit.profile.layout != "events":
        wall = local + np.nan_to_num(offset).astype(np.int64)
        local = local + _to_grid(wall, table.interval, progress)
    return _utc(table, local, np.isfinite(offset), device, progress)


def _utc(
    table: Understood, local: Seconds, is_utc: NDArray[np.bool_], device: str, progress: Progress
) -> Seconds:
    shift = table.interval if table.label == "end" else 0
    if is_utc.all():
        return local - shift
    zone = zone_of(table.zone, table.name)
    found = to_utc(local, zone, progress.seen.setdefault(device, set()))
    skipped = int((found.skipped & ~is_utc).sum())
    if skipped:
        what = f"{skipped} stamps lie in the hour that clocks skip: not the time of {table.zone}"
        hint = "say which zone the file keeps, as in --zone Etc/GMT-1"
        progress.left.add(Problem(table.name, what, hint))
    return np.where(is_utc, local, found.utc) - shift


def _slot_times(table: Understood, part: _Part, days: Seconds) -> Seconds:
    assert table.fit.slots is not None
    starts = days[:, None] - days[:, None] % DAY + np.array(table.fit.slots.seconds)[None, :]
    flat = starts.ravel()
    return _utc(table, flat, np.zeros(len(flat), dtype=bool), "", Progress())


def _values(
    table: Understood, part: _Part, source: Source, style: NumberStyle, progress: Progress
) -> Floats:
    factor = scale(source.target.quantity, source.target.unit, table.interval)
    if table.fit.slots is None:
        return _column(table, part, source, style, progress) * factor
    columns = []
    for index in table.fit.slots.indices:
        there = replace(source, column=replace(source.column, index=index))
        columns.append(_column(table, part, there, style, progress))
    return np.stack(columns, axis=1).ravel() * factor


def _column(
    table: Understood, part: _Part, source: Source, style: NumberStyle, progress: Progress
) -> Floats:
    column = source.column
    numbers = read_numbers(part.cells(column.index), style)
    head = table.fit.grid.head[table.fit.header]
    title = head[column.index] if column.index < len(head) else str(column.index + 1)
    for place, text in numbers.unreadable.items():
        row = part.batch.row(int(part.kept[place]))
        where = f"{table.name}, row {row}, column '{shown(title)}'"
        progress.left.add(Problem(where, f"'{shown(text)}' is no number", _hint(text)))
    return numbers.values


def _hint(text: str) -> str:
    if "\n" in text:
        return "a quote is opened here and not closed in its row"
    if text.lstrip()[:1] in ("=", "@", "+", "-"):
        return "it looks like a formula; it is not run and not read"
    return f"--missing '{shown(text)}' if it means that there is no value"


def _to_grid(wall: Seconds, interval: int, progress: Progress) -> Seconds:
    """Return by how much to move stamps [s of the wall clock] that lie near to a multiple."""
    rest = wall % interval
    if not rest.any():
        return rest
    near = np.minimum(rest, interval - rest) <= min(_JITTER * interval, _MOST_JITTER)
    progress.snapped += int((near & (rest > 0)).sum())
    progress.off_grid += int((~near).sum())
    moved: Seconds = np.where(rest * 2 >= interval, interval - rest, -rest)
    return np.where(near, moved, 0)
