"""Carrying out a plan: rows read in pieces, made one table, checked, and stored whole or not."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.canonical import (
    Write,
    canonical_file,
    sole_writer,
    stored_columns,
    stored_rows,
)
from pvwarranty.ingest.convert.checks import ImportFlag, flags, ratings, refusals
from pvwarranty.ingest.convert.counters import Carry, take_apart
from pvwarranty.ingest.convert.documents import damaged
from pvwarranty.ingest.convert.events import event_pieces
from pvwarranty.ingest.convert.merge import Doubles, coarser, merge, stored_first
from pvwarranty.ingest.convert.pieces import Piece, Progress, read_pieces
from pvwarranty.ingest.convert.plan import Plan
from pvwarranty.ingest.convert.spool import Spool
from pvwarranty.ingest.convert.tally import Tally
from pvwarranty.ingest.convert.targets import EVIDENCE_CHANNEL
from pvwarranty.ingest.convert.understand import Understood, usual_step
from pvwarranty.ingest.convert.zones import offset_at, zone_of
from pvwarranty.model import Site

_REACH = 3.0  # of the rating: a counter that rises faster was exchanged or is wrong


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: where it went, what was met in each table, and what is named."""

    plan: Plan
    out: Path | None
    progress: tuple[Progress, ...]
    tally: Tally
    doubles: Doubles
    flags: tuple[ImportFlag, ...]


def carry_out(plan: Plan, out: Path | None) -> Imported:
    """Read the tables of a plan and store the result; with `out` None it is checked alone.

    What `out` holds already stays; new values are put beside it. Nothing is stored, and nothing of
    what was there is lost, unless everything is read and checked.

    Raises
    ------
    DataError
        With all unreadable cells and rows, or with what contradicts itself or cannot be.
    """
    try:
        return _in_a_folder(plan, out)
    except OSError as error:
        where = str(error.filename or out)
        raise DataError(Problem(where, f"cannot be used: {error.strerror or error}")) from None


def _in_a_folder(plan: Plan, out: Path | None) -> Imported:
    if out is None:
        with tempfile.TemporaryDirectory(prefix="pvwarranty-") as folder:
            return _carry_out(plan, None, Path(folder))
    if not out.parent.is_dir():
        raise DataError(Problem(str(out.parent), "is no folder", "make it first"))
    with (
        sole_writer(out),
        tempfile.TemporaryDirectory(prefix=".pvwarranty-", dir=out.parent) as folder,
    ):
        return _carry_out(plan, out, Path(folder))


def _carry_out(plan: Plan, out: Path | None, folder: Path) -> Imported:
    spool = Spool(folder)
    progress = tuple(_read(table, plan, spool) for table in plan.tables)
    _refuse(plan, progress)
    kept = () if out is None or plan.options.replace else stored_columns(out)
    if kept and out is not None:
        _add_stored(out, plan, spool)
    tally = _tally(plan.site, plan.interval)
    state = _State(tally, Doubles(), _carry(plan, tally))
    if out is None:
        _finish(plan, spool, state, lambda time, values: None)
    else:
        with canonical_file(out, sorted({*plan.columns, *kept})) as write:
            _finish(plan, spool, state, write)
    told = (*_table_flags(plan, progress), *flags(tally, state.doubles, state.carry))
    return Imported(plan, out, progress, tally, state.doubles, told)


def _read(table: Understood, plan: Plan, spool: Spool) -> Progress:
    progress = Progress()
    try:
        for piece in read_pieces(table, plan.options, progress):
            spool.add(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise damaged(table.document.name, error) from None
    for piece in event_pieces(table, progress):
        spool.add(piece)
    progress.events.clear()
    progress.seen.clear()
    return progress


def _refuse(plan: Plan, progress: tuple[Progress, ...]) -> None:
    problems: list[Problem] = []
    sites: dict[str, str] = {}
    for table, met in zip(plan.tables, progress, strict=True):
        problems += met.left.problems
        if met.left.more:
            problems.append(Problem(table.name, f"and {met.left.more} more problems like these"))
        problems += _no_rows(table, met)
        sites |= {f"{table.fit.profile.id}: {name}": name for name in met.sites if name}
    if len(set(sites.values())) > 1 and plan.options.only is None:
        names = ", ".join(f"'{n}'" for n in sorted(set(sites.values()))[:10])
        hint = "a file of measurements is of one site: --only NAME reads one"
        what = f"the files hold {len(set(sites.values()))} sites: {names}"
        problems.append(Problem("", what, hint))
    if problems:
        raise DataError(problems)


def _no_rows(table: Understood, met: Progress) -> Iterator[Problem]:
    if not met.rows and not met.left.problems:
        dropped = ", ".join(f"{n} {reason}" for reason, n in met.left.dropped.items())
        yield Problem(table.name, "has no row that can be read", dropped)
    undated = met.left.dropped["rows without a date or time"]
    if undated > 0.05 * (met.rows + undated):
        hint = "are cells merged, or is the date on the first row of a day alone?"
        yield Problem(table.name, f"{undated} rows have no date or time", hint)


def _add_stored(out: Path, plan: Plan, spool: Spool) -> None:
    for time, columns in stored_rows(out):
        step = usual_step(time)
        if step is not None and step != plan.interval:
            what = f"has a row every {step} s, the files one every {plan.interval} s"
            raise DataError(Problem(out.name, what, "--out another file, or --replace"))
        spool.add(Piece(time, columns, plan.interval, stored=True))


@dataclass(frozen=True, slots=True)
class _State:
    tally: Tally
    doubles: Doubles
    carry: Carry


def _tally(site: Site, interval: int) -> Tally:
    zone = zone_of(site.timezone, "site.toml: timezone")
    return Tally(site, interval, offset_at(zone, 1_700_000_000), ratings(site))


def _carry(plan: Plan, tally: Tally) -> Carry:
    zone = zone_of(plan.site.timezone, "site.toml: timezone")
    return Carry(zone, {name: _REACH * power / 3600 for name, power in tally.ratings.items()})


def _finish(plan: Plan, spool: Spool, state: _State, write: Write) -> None:
    for pieces in spool.slabs():
        new = [p for p in pieces if not p.stored]
        old = [p for p in pieces if p.stored]
        result = _one(new, plan.interval, state) if new else None
        stored = merge(old, Doubles()) if old else None
        if result is None:
            result = stored
        elif stored is not None:
            result = stored_first(stored, result, state.doubles)
        if result is None:
            continue
        state.tally.add(result)
        shown = {n: v for n, v in result.columns.items() if not _is_evidence(n)}
        write(result.time, shown)
    problems = list(refusals(state.tally, state.doubles))
    if problems:
        raise DataError(problems)


def _is_evidence(name: str) -> bool:
    return name.startswith(f"{EVIDENCE_CHANNEL}.")


def _one(pieces: list[Piece], interval: int, state: _State) -> Piece:
    by_interval: dict[int, list[Piece]] = {}
    for piece in pieces:
        by_interval.setdefault(piece.interval, []).append(piece)
    merged = [
        coarser(take_apart(merge(group, state.doubles), state.carry), interval)
        for group in by_interval.values()
    ]
    return merge(merged, state.doubles) if len(merged) > 1 else merged[0]


def _table_flags(plan: Plan, progress: tuple[Progress, ...]) -> Iterator[ImportFlag]:
    for table, met in zip(plan.tables, progress, strict=True):
        yield from _not_stored(table)
        if met.off_grid:
            what = f"stamps lie off a grid of {table.interval} s; kept as they are"
            yield ImportFlag("off_grid", table.name, what, met.off_grid)
        if met.snapped:
            what = f"stamps lay a little off a grid of {table.interval} s and were set on it"
            yield ImportFlag("snapped", table.name, what, met.snapped)
        instant = sorted({s.target.channel for s in table.sources if _is_instant(table, s.target)})
        if instant:
            what = f"powers are of an instant: set instantaneous = true for {', '.join(instant)}"
            yield ImportFlag("instantaneous", table.name, what)


def _not_stored(table: Understood) -> Iterator[ImportFlag]:
    """Name the columns that the profile knows and that went nowhere."""
    known = {n: why for n, why in table.unplaced.items() if n not in table.fit.unused}
    if known:
        first = "; ".join(f"'{name}': {why}" for name, why in list(known.items())[:3])
        more = "; …" if len(known) > 3 else ""
        yield ImportFlag("not_stored", table.name, f"columns not stored: {first}{more}", len(known))


def _is_instant(table: Understood, target: object) -> bool:
    from pvwarranty.ingest.convert.targets import Target

    assert isinstance(target, Target)
    even = table.fit.profile.layout == "events"
    return not even and target.reading == "instant" and target.quantity.startswith("p_")
