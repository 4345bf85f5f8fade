"""Names of a recording's devices and the feeds of their columns, kept from run to run."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.echonet.columns import Feed, choose_feeds
from pvwarranty.ingest.echonet.readings import Reading
from pvwarranty.ingest.echonet.store import device_name
from pvwarranty.ingest.echonet.tables import device_class

_CHANNEL = re.compile(r"[^.\s/\\][^./\\]{0,63}")
_DEVICE = re.compile(r".+/[0-9A-F]{6}")


class Devices:
    """Channels of devices, given by the user or in the order heard, and the EPC of each column.

    names : device (``192.168.1.5/027901``) -> channel
    columns : canonical column -> EPC
    """

    def __init__(self, path: Path, asked: Mapping[str, str], interval: int) -> None:
        self._path = path
        kept = _read(path)
        self.names: dict[str, str] = dict(kept.get("names", {}))
        self.columns: dict[str, str] = dict(kept.get("columns", {}))
        self._asked: set[str] = set(kept.get("asked", []))
        self._interval = interval
        problems = [*_unfit(asked), *self._conflicts(asked)]
        before = kept.get("interval", interval)
        if before != interval:
            hint = f"record with --interval {before}, or into another file"
            problems.append(Problem(str(path), f"the recording's rows are of {before} s", hint))
        if problems:
            raise DataError(problems)
        self.names.update(asked)
        self._asked.update(asked)

    def learn(self, readings: Iterable[Reading]) -> None:
        """Name the devices that are new, choose what feeds their columns, and keep both."""
        readings = list(readings)
        for source, eoj in sorted({(r.source, r.eoj) for r in readings}):
            kind = device_class(eoj >> 8)
            if kind is not None:
                self.names.setdefault(device_name(source, eoj), self._free(kind.prefix))
        self.columns |= {feed.name: f"{feed.epc:02X}" for feed in self.feeds(readings)}
        kept = {
            "interval": self._interval, "names": self.names,
            "asked": sorted(self._asked), "columns": self.columns,
        }  # fmt: skip
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(fresh, self._path)

    def feeds(self, readings: Iterable[Reading]) -> tuple[Feed, ...]:
        """Return what feeds the columns of every device that has columns."""
        readings = list(readings)
        found: list[Feed] = []
        for device, channel in self.names.items():
            source, _, eoj = device.rpartition("/")
            kind = device_class(int(eoj, 16) >> 8)
            if kind is not None and (kind.columns_by_default or device in self._asked):
                found.extend(choose_feeds(channel, (source, int(eoj, 16)), readings, self.columns))
        return tuple(found)

    def _free(self, prefix: str) -> str:
        used = set(self.names.values())
        return next(n for n in (f"{prefix}{i}" for i in range(1, len(used) + 2)) if n not in used)

    def _conflicts(self, asked: Mapping[str, str]) -> Iterable[Problem]:
        for device, channel in asked.items():
            before = self.names.get(device, channel)
            if before != channel:
                hint = "keep that name, or record into another file"
                yield Problem(f"--name {device}={channel}", f"is '{before}' in the recording", hint)
            others = {d for d, c in (self.names | dict(asked)).items() if c == channel} - {device}
            if others:
                yield Problem(f"--name {device}={channel}", f"is the name of {min(others)} too")


def _unfit(asked: Mapping[str, str]) -> Iterable[Problem]:
    for device, channel in asked.items():
        where = f"--name {device}={channel}"
        if not _DEVICE.fullmatch(device):
            hint = "write ADDRESS/OBJECT=CHANNEL, as in 192.168.1.5/027901=PCS"
            yield Problem(where, "names no device", hint)
        if not _CHANNEL.fullmatch(channel):
            yield Problem(where, "is no name of a channel", "no dot, no slash, 64 at most")


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(kept, dict):
            raise ValueError("no table of names")
    except (ValueError, OSError) as error:
        raise DataError(Problem(str(path), f"cannot be read: {error}")) from None
    return kept
