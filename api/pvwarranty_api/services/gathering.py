"""Gathering what devices pushed: readings become rows of the site's measurements."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pvwarranty.errors import DataError
from pvwarranty.ingest.canonical import stored_columns, stored_rows
from pvwarranty.ingest.echonet.columns import Rows, canonical_rows, choose_feeds
from pvwarranty.ingest.echonet.judge import judged
from pvwarranty.ingest.echonet.readings import Entry, readings_of
from pvwarranty.ingest.echonet.store import interval_of, merge_rows
from pvwarranty.ingest.echonet.tables import class_of_type
from pvwarranty.ingest.measurements import known_columns
from pvwarranty.model import Site
from pvwarranty_api.jobs.outcome import Tell
from pvwarranty_api.jobs.states import Claim, Lost, finish
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.importing import keep_measurements, set_measurements
from pvwarranty_api.services.sites import model_of
from pvwarranty_api.store.objects import fetch
from pvwarranty_api.store.traffic import Device, Push
from pvwarranty_api.store.work import SiteRow

NEAR = 60  # s before an interval in which a counter may have been read for its start
LAST = 50  # pushes of a device that stay, so that counters go on after a silence


@dataclass(frozen=True, slots=True)
class Said:
    """What a device pushed, in order of time."""

    device: Device
    pushes: Sequence[Push]


def gather(core: Core, claim: Claim, tell: Tell) -> None:
    """Turn the pushes of a site's devices into rows, and forget those that are done with."""
    with core.database.reading() as db:
        site = db.get(SiteRow, claim.target)
        said = _said(db, claim.target)
    if site is None:
        raise Lost(claim.job)
    model = model_of(site.toml)
    rows = _all_rows(said, model)
    if not rows:
        with core.database.writing() as db:
            finish(db, claim)
        return
    _store(core, claim, site, said, rows)


def _said(db: Session, site_id: str) -> list[Said]:
    devices = db.scalars(select(Device).where(Device.site_id == site_id)).all()
    return [
        Said(d, db.scalars(select(Push).where(Push.device_id == d.id).order_by(Push.at)).all())
        for d in devices
    ]


def _all_rows(said: Sequence[Said], model: Site) -> Rows:
    known = known_columns(model)
    rows: Rows = {}
    for one in said:
        for start, values in _rows(one, model.timezone).items():
            kept = {name: v for name, v in values.items() if name in known}
            if kept:
                rows.setdefault(start, {}).update(kept)
    return rows


def _rows(said: Said, timezone: str) -> Rows:
    device, kind = said.device, class_of_type(said.device.device_type)
    if kind is None or not said.pushes:
        return {}
    source = f"api:{device.name}"
    entries = [Entry(p.at.timestamp(), source, "json", _payload(device, p)) for p in said.pushes]
    found = (reading for entry in entries for reading in readings_of(entry))
    readings = judged(found, interval=device.interval, timezone=timezone)
    pair = (source, kind.code << 8 | 1)
    feeds = choose_feeds(device.channel, pair, readings, device.feeds)
    device.feeds = device.feeds | {feed.name: f"{feed.epc:02X}" for feed in feeds}
    return canonical_rows(readings, feeds, device.interval)


def _payload(device: Device, push: Push) -> bytes:
    body = {"deviceType": device.device_type, "properties": push.properties}
    return json.dumps(body, ensure_ascii=False).encode()


def _store(core: Core, claim: Claim, site: SiteRow, said: Sequence[Said], rows: Rows) -> None:
    with core.inbox.place() as folder:
        out = folder / "measurements.parquet"
        if site.measurements is not None:
            fetch(core.objects, site.measurements, out)
            _refuse_other_interval(interval_of(out), said)
        merge_rows(out, rows, _since(said))
        found = _found(out, said[0].device.interval)
        key = keep_measurements(core, site.id, out)
    with core.database.writing() as db:
        set_measurements(db, site.id, site.measurements, key, found)
        for one in said:
            _forget(db, one)
        finish(db, claim)


def _refuse_other_interval(there: int | None, said: Sequence[Said]) -> None:
    wanted = {one.device.interval for one in said if one.pushes}
    if there is not None and wanted != {there}:
        raise DataError(f"the site has a row every {there} s, its devices every {sorted(wanted)} s")


def _found(out: Path, interval: int) -> dict[str, dict[str, object]]:
    count, first, last = 0, None, None
    for time, _ in stored_rows(out):
        if len(time):
            first = int(time[0]) if first is None else first
            last, count = int(time[-1]), count + len(time)
    return {
        "report": {
            "rows": count, "first": _instant(first), "last": _instant(last), "interval": interval,
            "coverage": dict.fromkeys(stored_columns(out)),
        }
    }  # fmt: skip


def _instant(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _since(said: Sequence[Said]) -> float:
    """Return from when on the pushes at hand are whole."""
    ends = [one.device.gathered_to for one in said]
    return max((end.timestamp() for end in ends if end is not None), default=0.0)


def _forget(db: Session, said: Said) -> None:
    """Remove the pushes before the interval that is not over, but for the last ones."""
    if not said.pushes:
        return
    start = said.pushes[-1].at.timestamp() // said.device.interval * said.device.interval
    done = [p.id for p in said.pushes[:-LAST] if p.at.timestamp() < start - NEAR]
    for begin in range(0, len(done), 500):
        db.execute(delete(Push).where(Push.id.in_(done[begin : begin + 500])))
    device = db.get(Device, said.device.id)
    if device is not None:
        device.feeds, device.gathered_to = said.device.feeds, datetime.fromtimestamp(start, UTC)
