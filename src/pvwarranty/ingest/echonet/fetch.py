"""Recording the devices of a Web API: rounds of requests at the boundaries of intervals."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.echonet.readings import Entry
from pvwarranty.ingest.echonet.record import Report, next_boundary
from pvwarranty.ingest.echonet.recording import Recording, Settings
from pvwarranty.ingest.echonet.tables import class_of_type
from pvwarranty.ingest.echonet.webapi import (
    ApiDevice,
    Client,
    devices,
    histories,
    properties,
)

_EARLIEST = 946_684_800.0  # 2000-01-01: ECHONET Lite is of 2011
_TIMES = ("dateAndTime", "timestamp", "time", "startDateAndTime")


def fetch(
    client: Client,
    settings: Settings,
    rounds: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Record the devices of a server until `rounds` are over, or until SIGINT or SIGTERM.

    What the server keeps as histories is taken once, before the first round.

    Raises
    ------
    DataError
        Where the recording cannot be opened or written, the list of devices cannot be had at
        first, or it names no device of a known class.
    """
    counts: Counter[str] = Counter()
    with Recording(settings) as recording, _stop_on_signals() as stop:
        known = [d for d in devices(client) if class_of_type(d.device_type) is not None]
        if not known:
            raise DataError(Problem(client.url, "has no device of a known class"))
        for entry in _past(client, known, settings.timezone, tell):
            recording.append(entry)
        done = 0
        while not stop.is_set():
            _round(client, known, recording, counts, tell)
            done += 1
            recording.sync()
            recording.compact_when_due(time.time())
            if done == rounds:
                break
            moment = next_boundary(settings.interval)
            while not stop.is_set() and (left := moment - time.time()) > 0:
                stop.wait(min(left, 60.0))
    if rounds is not None and counts["silent"] == done * len(known):
        raise DataError(Problem(client.url, "served no property of any device"))
    return Report(done, recording.names, recording.columns, counts, recording.summary)


def entry_of_properties(device: ApiDevice, served: dict[str, Any], moment: float) -> Entry:
    """Return what a device's properties are kept as; `moment` in seconds since 1970 UTC."""
    body = {"deviceType": device.device_type, "properties": served}
    payload = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Entry(moment, f"api:{device.id}", "json", payload)


def entries_of_history(served: Any, known: list[ApiDevice], timezone: str) -> Iterator[Entry]:
    """Yield what a history holds: rows of a time and properties, of the device named above them.

    The form of histories is left to the server: any list is read whose members name a time
    (``dateAndTime``, ``timestamp``, ``time`` or ``startDateAndTime``; local where it has no zone)
    and properties, by name or as ``propertyName`` and ``value``, under an object with `deviceId`.
    """
    by_id = {device.id: device for device in known}
    yield from _walk(served, None, by_id, ZoneInfo(timezone))


def _walk(
    served: Any, device: ApiDevice | None, by_id: dict[str, ApiDevice], zone: ZoneInfo
) -> Iterator[Entry]:
    if isinstance(served, list):
        for member in served:
            yield from _walk(member, device, by_id, zone)
    elif isinstance(served, dict):
        device = by_id.get(str(served.get("deviceId", "")), device)
        moment = _moment(served, zone)
        if moment is not None and device is not None:
            yield entry_of_properties(device, _named(served), moment)
            return
        for member in served.values():
            yield from _walk(member, device, by_id, zone)


def _moment(row: dict[str, Any], zone: ZoneInfo) -> float | None:
    text = next((row[name] for name in _TIMES if isinstance(row.get(name), str)), None)
    if text is None:
        return None
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = (stamp if stamp.tzinfo else stamp.replace(tzinfo=zone)).timestamp()
    return moment if _EARLIEST <= moment <= time.time() + 86400 else None


def _named(row: dict[str, Any]) -> dict[str, Any]:
    """Return the properties of a row of a history."""
    if isinstance(row.get("propertyName"), str) and "value" in row:
        value = row["value"]
        name = row["propertyName"]
        return {name: value[name] if isinstance(value, dict) and name in value else value}
    nested = row.get("properties")
    if isinstance(nested, dict):
        return nested
    return {k: v for k, v in row.items() if k not in (*_TIMES, "deviceId", "deviceType")}


def _past(
    client: Client, known: list[ApiDevice], timezone: str, tell: Callable[[str], None]
) -> Iterator[Entry]:
    try:
        for served in histories(client):
            yield from entries_of_history(served, known, timezone)
    except DataError as error:
        tell(f"histories are left out: {error}")


def _round(
    client: Client,
    known: list[ApiDevice],
    recording: Recording,
    counts: Counter[str],
    tell: Callable[[str], None],
) -> None:
    for device in known:
        try:
            served = properties(client, device.id)
        except DataError as error:
            counts["silent"] += 1
            tell(str(error))
            continue
        recording.append(entry_of_properties(device, served, time.time()))


@contextmanager
def _stop_on_signals() -> Iterator[threading.Event]:
    """Give an event that SIGINT and SIGTERM set; what handled them before does so again after."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # only the main thread takes signals
        return
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
