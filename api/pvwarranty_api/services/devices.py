"""Devices of homes that push their properties, as in the ECHONET Lite Web API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pvwarranty.ingest.echonet.tables import CLASSES, class_of_type, device_class
from pvwarranty.model import Text
from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.auth.audit import note
from pvwarranty_api.errors import Refusal, invalid, not_found
from pvwarranty_api.services.core import Core, Work, add_job
from pvwarranty_api.services.pages import Piece, Wanted, piece_of
from pvwarranty_api.services.sites import model_of, site_row
from pvwarranty_api.store.traffic import Device, Push
from pvwarranty_api.store.types import now
from pvwarranty_api.store.work import Job

TAKEN = Text("同じ id の機器があります", "There is a device with this id already")
GATHER = 60.0  # s that pushes wait for others before they become rows
AHEAD, BEHIND = timedelta(minutes=10), timedelta(days=400)


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device to be known: its id at the sender, class, channel of the site, interval [s]."""

    name: str
    device_type: str
    channel: str
    interval: int = 1800


def create_device(core: Core, actor: Actor, site_id: str, new: NewDevice) -> Device:
    """Make a device of a site known, so that it may push."""
    actor.need(Role.WRITE)
    if class_of_type(new.device_type) is None:
        known = [c.device_type for c in map(device_class, CLASSES) if c is not None]
        raise invalid("deviceType", "is no known class", f"one of {', '.join(known)}")
    if new.interval < 60 or 86400 % new.interval or new.interval > 3600:
        raise invalid("interval", f"{new.interval} s does not divide a day", "300 or 1800, say")
    try:
        with core.database.writing() as db:
            row = site_row(db, actor, site_id)
            _check_channel(row.toml, new.channel)
            device = Device(
                organisation_id=actor.organisation, site_id=site_id, name=new.name,
                device_type=new.device_type, channel=new.channel, interval=new.interval,
            )  # fmt: skip
            db.add(device)
            db.flush()
            note(db, actor, "device.create", device.id)
            return device
    except IntegrityError:
        raise Refusal("conflict", TAKEN) from None


def _check_channel(toml: str, channel: str) -> None:
    site = model_of(toml)
    known = {c.id for c in site.channels} | {i.id for i in site.inverters} | {"site"}
    known |= {b.id for b in site.batteries}
    if channel not in known:
        raise invalid("channel", f"'{channel}' is not of the site", f"one of {sorted(known)}")


def push(
    core: Core, actor: Actor, name: str, properties: Mapping[str, Any], at: datetime | None
) -> Device:
    """Keep what a device says; it becomes rows of the site's measurements soon."""
    actor.need(Role.WRITE)
    moment = at or now()
    if moment.tzinfo is None or not now() - BEHIND < moment < now() + AHEAD:
        raise invalid("timestamp", "is no instant with its zone, of the last 400 days")
    if not properties:
        raise invalid("properties", "are missing")
    with core.database.writing() as db:
        device = device_named(db, actor, name)
        db.add(Push(device_id=device.id, at=moment, properties=dict(properties)))
        _gather_soon(core, db, device)
        return device


def _gather_soon(core: Core, db: Session, device: Device) -> None:
    waiting = select(func.count()).where(
        Job.kind == "gather", Job.target == device.site_id, Job.state == "queued"
    )
    if not db.scalar(waiting):
        work = Work(
            "gather", device.site_id, device.organisation_id, {}, core.settings.job_attempts, GATHER
        )
        add_job(db, core.queue, work)


def list_devices(core: Core, actor: Actor, wanted: Wanted) -> Piece[Device]:
    """Return the devices of the actor's organisation."""
    query = select(Device).where(Device.organisation_id == actor.organisation)
    with core.database.reading() as db:
        return piece_of(db, query, Device.id, wanted)


def last_properties(core: Core, actor: Actor, name: str) -> dict[str, Any]:
    """Return what a device said last of each property, of what is not gathered yet."""
    with core.database.reading() as db:
        device = device_named(db, actor, name)
        query = select(Push).where(Push.device_id == device.id).order_by(Push.at)
        found: dict[str, Any] = {}
        for row in db.scalars(query):
            found |= row.properties
        return found


def delete_device(core: Core, actor: Actor, name: str) -> None:
    """Forget a device; what it has put into the measurements stays."""
    actor.need(Role.WRITE)
    with core.database.writing() as db:
        device = device_named(db, actor, name)
        db.delete(device)
        note(db, actor, "device.delete", device.id)


def device_named(db: Session, actor: Actor, name: str) -> Device:
    """Return the device of the actor's organisation that has a name."""
    query = select(Device).where(Device.organisation_id == actor.organisation, Device.name == name)
    device = db.scalar(query)
    if device is None:
        raise not_found(Text("機器", "device"))
    return device
