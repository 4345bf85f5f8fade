"""What is understood of a file before it is read: its columns, units, interval, label and zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.convert.dates import DAY, plain
from pvwarranty.ingest.convert.detect import Choice
from pvwarranty.ingest.convert.documents import Document
from pvwarranty.ingest.convert.grids import Batch
from pvwarranty.ingest.convert.headers import Fit, FoundColumn, compact, normal, title_unit
from pvwarranty.ingest.convert.options import Label, Options
from pvwarranty.ingest.convert.targets import EVIDENCE_CHANNEL, Place, Target, Unplaced, target_of
from pvwarranty.ingest.convert.times import Stamps, read_stamps
from pvwarranty.ingest.convert.zones import zone_of
from pvwarranty.ingest.profiles.schema import ANY, ColumnSpec
from pvwarranty.ingest.units import EVIDENCE, Unit, split_unit
from pvwarranty.model import Site

if TYPE_CHECKING:
    import pyarrow as pa

BY_OFFSET = "the stamps carry their offset"
_LACKS = "the site has no "


@dataclass(frozen=True, slots=True)
class Source:
    """A column (or an item of a wide table) of one device, and its target."""

    column: FoundColumn
    device: str
    target: Target


@dataclass(frozen=True, slots=True)
class Understood:
    """One table, understood. `unplaced` tells of each column that is not used, and why."""

    document: Document
    fit: Fit
    encoding: str
    reason: str
    interval: int
    interval_why: str
    label: Label
    label_why: str
    zone: str
    zone_why: str
    sources: tuple[Source, ...]
    unplaced: dict[str, str] = field(default_factory=dict)
    site_key: str = ""

    @property
    def by_offset(self) -> bool:
        """Say whether the stamps carry their offset from UTC."""
        return self.zone_why == BY_OFFSET

    @property
    def name(self) -> str:
        """Return the name of the table for messages."""
        return self.fit.grid.name


@dataclass(frozen=True, slots=True)
class _Peek:
    batch: Batch | None
    stamps: Stamps
    devices: tuple[str, ...]


def understand(
    document: Document, choice: Choice, site: Site, options: Options
) -> list[Understood]:
    """Understand the tables of a document; raises DataError with all that is not clear."""
    return [_understand(document, choice, found, site, options) for found in choice.fits]


def _understand(
    document: Document, choice: Choice, fit: Fit, site: Site, options: Options
) -> Understood:
    peek = _peek(fit)
    place = Place(site, options, peek.devices)
    sources, unplaced, problems = _sources(fit, peek, place)
    interval, interval_why = _interval(fit, peek, options, problems)
    label, label_why = _label(fit, peek, interval, options, problems)
    zone, zone_why = _zone(fit, peek, site, options)
    if problems:
        raise DataError(problems)
    return Understood(
        document, fit, choice.encoding, choice.reason, interval, interval_why, label, label_why,
        zone, zone_why, tuple(sources), unplaced,
    )  # fmt: skip


def _peek(fit: Fit) -> _Peek:
    batch = next(islice(fit.grid.batches(fit.first, fit.width), 1), None)
    if batch is None or not len(batch):
        what = f"has no rows under the header (row {fit.header + 1})"
        raise DataError(Problem(fit.grid.name, what))
    stamps = stamps_of(fit, batch.cells)
    _refuse_order(fit, stamps)
    if stamps.bad.all():
        column = ", ".join(fit.grid.head[fit.header][i] or "first" for i in fit.time.values())
        first = " ".join(batch.cells[i][0].as_py() for i in fit.time.values())
        where = f"{fit.grid.name}, row {batch.row(0)}, column '{column}'"
        hint = f"the profile expects dates in the order {fit.profile.time.order}"
        raise DataError(Problem(where, f"'{first}' is no time", hint))
    return _Peek(batch, stamps, _devices(fit, batch))


def _refuse_order(fit: Fit, stamps: Stamps) -> None:
    """Refuse days read as months: the dates then step by a month at a time."""
    days = np.unique(stamps.seconds[~stamps.bad] // DAY)
    steps = np.diff(days)
    if len(steps) > 2 and np.mean((steps >= 28) & (steps <= 31)) > 0.5 and fit.slots is None:
        per_day = (~stamps.bad).sum() / len(days)
        if per_day >= 2:
            what = f"its dates step by months when read in the order {fit.profile.time.order}"
            hint = "another order of day and month needs a profile of its own: docs/profiles.md"
            raise DataError(Problem(fit.grid.name, what, hint))


def stamps_of(fit: Fit, cells: Sequence[pa.Array]) -> Stamps:
    """Read the stamps of a batch."""
    parts: Mapping[str, pa.Array] = {part: cells[i] for part, i in fit.time.items()}
    return read_stamps(parts, fit.profile.time.order)


def _devices(fit: Fit, batch: Batch) -> tuple[str, ...]:
    if "key" in fit.keys:
        words = batch.cells[fit.keys["key"]].dictionary_encode().dictionary.to_pylist()
        return tuple(dict.fromkeys(plain(w) for w in words if w.strip()))
    return tuple(dict.fromkeys(c.device for c in fit.columns if c.device))


def _sources(
    fit: Fit, peek: _Peek, place: Place
) -> tuple[list[Source], dict[str, str], list[Problem]]:
    sources: list[Source] = []
    unplaced = {name: "no column of the profile" for name in fit.unused}
    problems: list[Problem] = []
    for column in _all_columns(fit, peek):
        for device in peek.devices if "key" in fit.keys else (column.device,):
            where = f"{fit.grid.name}, column '{column.name}'"
            found = target_of(fit, column, device, place, where)
            if isinstance(found, Problem):
                problems.append(found)
            elif isinstance(found, Unplaced):
                unplaced[f"{device} {column.name}".strip()] = found.reason
            else:
                sources.append(Source(column, device, found))
    sources = _sole_evidence(sources, unplaced)
    problems += _required(fit, sources, unplaced)
    problems += _twice(sources, fit)
    if not problems and all(s.target.channel == EVIDENCE_CHANNEL for s in sources):
        reasons = list(dict.fromkeys(unplaced[n] for n in unplaced if n not in fit.unused))
        told = reasons[0] if reasons else "it holds no generation and no battery"
        problems.append(Problem(fit.grid.name, f"nothing in it can be stored: {told}"))
    return sources, unplaced, problems


def _all_columns(fit: Fit, peek: _Peek) -> Sequence[FoundColumn]:
    if fit.slots is None:
        return fit.columns
    unit = title_unit(fit)
    known = {normal(n): spec for spec in fit.profile.column for n in spec.names}
    if "item" not in fit.keys or peek.batch is None:
        return [_titled(fit, known, unit)]
    words = peek.batch.cells[fit.keys["item"]].dictionary_encode().dictionary.to_pylist()
    return [
        FoundColumn(-1, plain(word), known[normal(word)], split_unit(plain(word))[1] or unit)
        for word in words
        if normal(word) in known
    ]


def _titled(fit: Fit, known: Mapping[str, ColumnSpec], unit: Unit | None) -> FoundColumn:
    """Return what a wide table without items holds: what its titles name, or nothing known."""
    above = fit.grid.head[: fit.header + 1]
    titles = compact("\n".join(",".join(row) for row in above))
    for name, spec in known.items():
        if name in titles:
            return FoundColumn(-1, spec.names[0], spec, unit)
    return FoundColumn(-1, "values", ColumnSpec(names=("values",), quantity=ANY, of="device"), unit)


def _required(
    fit: Fit, sources: Sequence[Source], unplaced: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield the columns that a profile asks for and that could go nowhere."""
    placed = {id(s.column.spec) for s in sources}
    for column in fit.columns:
        spec = column.spec
        if not spec.required or id(spec) in placed or spec.quantity in EVIDENCE:
            continue
        names = (f"{column.device} {column.name}".strip(), column.name)
        told = [unplaced[n] for n in names if n in unplaced]
        told += [why for name, why in unplaced.items() if name.endswith(f" {column.name}")]
        if told and not told[0].startswith(_LACKS):
            yield Problem(f"{fit.grid.name}, column '{column.name}'", f"goes nowhere: {told[0]}")


def _sole_evidence(sources: list[Source], unplaced: dict[str, str]) -> list[Source]:
    """Leave out what is read for checks where several devices have it: it is of no whole home."""
    counts = Counter(s.target.name for s in sources)
    kept = []
    for source in sources:
        if source.target.channel == EVIDENCE_CHANNEL and counts[source.target.name] > 1:
            name = f"{source.device} {source.column.name}".strip()
            unplaced[name] = "several columns of it: not read for checks"
        else:
            kept.append(source)
    return kept


def _twice(sources: Sequence[Source], fit: Fit) -> list[Problem]:
    seen: dict[str, Source] = {}
    problems = []
    for source in sources:
        name = source.target.name
        first = seen.setdefault(name, source)
        if first is not source:
            what = f"goes to {name}, as column '{first.column.name}' {first.device} does".rstrip()
            where = f"{fit.grid.name}, column '{source.column.name}' {source.device}".rstrip()
            problems.append(Problem(where, what, "--map gives each its own channel"))
    return problems


def _interval(fit: Fit, peek: _Peek, options: Options, problems: list[Problem]) -> tuple[int, str]:
    if fit.profile.layout == "events":
        return options.interval or fit.profile.events.interval, "the grid that changes are put on"
    if fit.slots is not None:
        return fit.slots.interval, f"{len(fit.slots.indices)} columns a day"
    found = usual_step(peek.stamps.seconds[~peek.stamps.bad])
    said = fit.grid.interval or fit.profile.time.interval
    if said is not None:
        if found is not None and found < said:
            what = f"has a row every {found} s; its format has one every {said} s"
            problems.append(Problem(fit.grid.name, what))
        return said, "said by the file" if fit.grid.interval else "said by the profile"
    if found is None:
        hint = "convert it together with the files around it, or say --interval SECONDS"
        if options.interval is None:
            problems.append(Problem(fit.grid.name, "has too few rows to tell its interval", hint))
        return options.interval or 1800, "said by --interval"
    if found > DAY:
        problems.append(Problem(fit.grid.name, "has a row a month or a week: too coarse to verify"))
    return found, "the usual step between rows"


def usual_step(seconds: NDArray[np.int64]) -> int | None:
    """Return the most frequent step between different instants [s], or None of a single one."""
    times = np.unique(seconds)
    if len(times) < 2:
        return None
    steps, counts = np.unique(np.diff(times), return_counts=True)
    return int(steps[np.argmax(counts)])


def _label(
    fit: Fit, peek: _Peek, interval: int, options: Options, problems: list[Problem]
) -> tuple[Label, str]:
    if options.label is not None:
        return options.label, "said by --label"
    if fit.slots is not None:
        return ("end" if fit.slots.ends else "start"), "the headers of the columns"
    said = fit.profile.time.label
    ends = peek.stamps.midnight_ends > 0
    if said == "start" and ends:
        what = "has stamps of 24:00, which mark the end of an interval; its format marks starts"
        problems.append(Problem(fit.grid.name, what, "say --label end if all its stamps do"))
    if said != "auto":
        return said, "said by the profile"
    if ends:
        return "end", "24:00 stands among the stamps"
    return _label_by_ends(peek.stamps, interval)


def _label_by_ends(stamps: Stamps, interval: int) -> tuple[Label, str]:
    times = stamps.seconds[~stamps.bad]
    first, last = int(times.min()) % DAY, int(times.max()) % DAY
    if first == interval % DAY and last == 0 and interval < DAY:
        return "end", "the first stamp is one interval after midnight and the last at midnight"
    if first == 0:
        return "start", "the first stamp is midnight"
    return "start", "nothing tells otherwise: an assumption (--label end changes it)"


def _zone(fit: Fit, peek: _Peek, site: Site, options: Options) -> tuple[str, str]:
    given: NDArray[np.bool_] = np.isfinite(peek.stamps.offset[~peek.stamps.bad])
    if given.all():
        return "UTC", BY_OFFSET
    if options.zone is not None:
        zone_of(options.zone, "--zone")
        return options.zone, "said by --zone"
    name = fit.profile.time.zone
    if name != "site":
        return name, "said by the profile"
    zone_of(site.timezone, "site.toml: timezone")
    return site.timezone, "the local time of the site"


def quantities_of(fit: Fit) -> dict[str, set[str]]:
    """Return the devices that a table has values of, and the quantities that are told of each.

    A table that knows no devices has one without a name. Raises DataError where it has no rows.
    """
    peek = _peek(fit)
    found: dict[str, set[str]] = {}
    for column in _all_columns(fit, peek):
        for device in peek.devices if "key" in fit.keys else (column.device,):
            found.setdefault(device, set()).add(column.spec.quantity)
    return found
