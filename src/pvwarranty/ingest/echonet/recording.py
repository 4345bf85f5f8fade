"""A recording on disk: journal, readings, canonical table and the names of its devices.

Beside ``home.parquet`` stands the folder ``home.echonet`` with ``journal.log``, ``devices.json``
and ``readings/``. `compact` makes readings and rows of the journal and keeps of it what the next
ones need: the last word of every device on every property, and the interval that is not over.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.echonet.columns import canonical_rows
from pvwarranty.ingest.echonet.devices import Devices
from pvwarranty.ingest.echonet.journal import Journal, Recovered, read_journal
from pvwarranty.ingest.echonet.judge import judged
from pvwarranty.ingest.echonet.readings import Entry, Reading, readings_of
from pvwarranty.ingest.echonet.store import append_readings, device_name, interval_of, merge_rows

_HOUR = 3600.0
_LARGE = 8 << 20  # bytes of the canonical file, which is written anew each time


@dataclass(frozen=True, slots=True)
class Settings:
    """Where and how a recording is kept.

    out : the canonical Parquet file
    interval : of its rows [s]
    timezone : in which the devices' clocks run
    names : device (``192.168.1.5/027901``) -> channel, as the user calls it
    """

    out: Path
    interval: int = 60
    timezone: str = "Asia/Tokyo"
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder beside the canonical file."""
        return self.out.with_suffix(".echonet")


@dataclass(slots=True)
class Summary:
    """What a recording has done since it was opened.

    spoilt : lines of the journal that a crash had cut short
    flags : (channel, EPC, flag) of readings not to trust
    """

    rows: int = 0
    readings: int = 0
    spoilt: int = 0
    flags: set[tuple[str, str, str]] = field(default_factory=set)


class Recording:
    """An open recording, locked against a second recorder."""

    def __init__(self, settings: Settings) -> None:
        _check(settings)
        folder = settings.folder
        self.settings = settings
        self.summary = Summary()
        self._path = folder / "journal.log"
        with ExitStack() as opened:
            opened.callback(os.close, _locked(folder))
            self._devices = Devices(folder / "devices.json", settings.names, settings.interval)
            self._journal = opened.enter_context(Journal(self._path))
            self.compact()
            self._opened = opened.pop_all()

    @property
    def names(self) -> dict[str, str]:
        """Channels of the devices heard so far."""
        return dict(self._devices.names)

    @property
    def columns(self) -> dict[str, str]:
        """Canonical columns and the EPC that feeds each."""
        return dict(self._devices.columns)

    def append(self, entry: Entry) -> None:
        """Keep an entry: from here on a crash does not lose it."""
        self._journal.append(entry)

    def sync(self) -> None:
        """Return when the disk has what was appended."""
        self._journal.sync()

    def compact(self) -> None:
        """Turn the journal into readings and rows, and empty it of what is done with."""
        self._compacted = time.time()
        found = read_journal(self._path)
        self.summary.spoilt += found.spoilt
        if not found.entries and not found.spoilt:
            return
        interval = self.settings.interval
        readings = judged(
            (r for entry in found.entries for r in readings_of(entry)),
            interval=interval,
            timezone=self.settings.timezone,
        )
        self._devices.learn(readings)
        folder = self.settings.folder / "readings"
        self.summary.readings += append_readings(folder, readings, self._devices.names)
        rows = canonical_rows(readings, self._devices.feeds(readings), interval)
        if rows:
            self.summary.rows = merge_rows(self.settings.out, rows, _since(found))
        self._note_flags(readings)
        self._journal.replace(_kept(found.entries, interval))

    def compact_when_due(self, now: float) -> None:
        """Compact an hour after the last time, or later where the table has grown large."""
        size = self.settings.out.stat().st_size if self.settings.out.exists() else 0
        if now - self._compacted >= _HOUR * (1 + size // _LARGE):
            self.compact()

    def close(self) -> None:
        """Compact, and give the recording free."""
        try:
            self.compact()
        finally:
            self._opened.close()

    def __enter__(self) -> Recording:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def _note_flags(self, readings: Iterable[Reading]) -> None:
        for r in readings:
            device = device_name(r.source, r.eoj)
            channel = self._devices.names.get(device, r.source)
            epc = f"{r.epc:02X}" if r.epc else r.name
            self.summary.flags.update((channel, epc, flag) for flag in r.flags)


def _since(found: Recovered) -> float:
    """Return from when on the journal holds everything that was heard."""
    marks = [entry.time for entry in found.entries if entry.kind == "mark"]
    return max(marks) if marks else min(entry.time for entry in found.entries)


def _kept(entries: Iterable[Entry], interval: int) -> Iterable[Entry]:
    """Return the interval that is not over, and the last word before it on every property."""
    heard = sorted((e for e in entries if e.kind != "mark"), key=lambda e: e.time)
    if not heard:
        return []
    start = heard[-1].time // interval * interval
    last: dict[tuple[str, int, int, str], int] = {}
    for number, entry in enumerate(heard):
        if entry.time < start:
            last.update(
                ((r.source, r.eoj, r.epc, r.name), number) for r in readings_of(entry) if r.eoj
            )
    context = [heard[number] for number in sorted(set(last.values()))]
    mark = Entry(start, "", "mark", b"")
    return [*context, mark, *(entry for entry in heard if entry.time >= start)]


def _locked(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise DataError(Problem(str(folder), f"cannot be written: {error.strerror}")) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        hint = "one recorder at a time writes to a file"
        raise DataError(Problem(str(folder), "is in use by another recorder", hint)) from None
    return lock


def _check(settings: Settings) -> None:
    problems = []
    if settings.out.suffix != ".parquet":
        problems.append(Problem(str(settings.out), "does not end in .parquet"))
    if settings.interval < 1 or 86400 % settings.interval:
        hint = "60, 300 or 1800, say"
        what = f"{settings.interval} s does not divide a day"
        problems.append(Problem("--interval", what, hint))
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        problems.append(Problem("--timezone", f"'{settings.timezone}' is no known zone"))
    if not problems and not (settings.folder / "devices.json").exists():
        there = interval_of(settings.out)
        if there is not None and there != settings.interval:
            hint = f"record with --interval {there}, or into another file"
            problems.append(Problem(str(settings.out), f"holds rows of {there} s", hint))
    if problems:
        raise DataError(problems)
