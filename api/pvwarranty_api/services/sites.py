"""Sites: the documents that say what stands where, checked as every ``site.toml`` is."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.site import site_of
from pvwarranty.model import Site, Text
from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.auth.audit import note
from pvwarranty_api.errors import Refusal, not_found
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.once import Once, keep, made_before
from pvwarranty_api.services.pages import Piece, Wanted, piece_of
from pvwarranty_api.services.toml import to_toml
from pvwarranty_api.store.types import new_id, now
from pvwarranty_api.store.work import SiteRow, Upload

LONGEST_ID = 200
SITE = Text("サイト", "site")
TAKEN = Text("同じ id のサイトがあります", "There is a site with this id already")
CHANGED = Text("読み込み直してください", "Load it again and repeat the change")


def create_site(core: Core, actor: Actor, toml: str, once: Once | None = None) -> SiteRow:
    """Make a site from the text of its ``site.toml``; DataError with all its problems."""
    actor.need(Role.WRITE)
    document = read_document(toml)
    once = once or Once()
    try:
        with core.database.writing() as db:
            known = made_before(db, actor, once)
            if known is not None:
                return site_row(db, actor, known)
            row = SiteRow(
                organisation_id=actor.organisation, name=document["id"], document=document,
                toml=toml,
            )  # fmt: skip
            db.add(row)
            db.flush()
            keep(db, actor, once, row.id, core.settings.idempotency_hours)
            note(db, actor, "site.create", row.id)
            return row
    except IntegrityError:
        raise Refusal("conflict", TAKEN) from None


def change_site(core: Core, actor: Actor, site_id: str, toml: str, version: int) -> SiteRow:
    """Replace a site's document; refuses where `version` is no longer the present one."""
    actor.need(Role.WRITE)
    document = read_document(toml)
    try:
        with core.database.writing() as db:
            row = site_row(db, actor, site_id, lock=True)
            if row.version != version:
                raise Refusal("changed", CHANGED)
            row.name, row.document, row.toml = document["id"], document, toml
            row.version, row.updated_at = row.version + 1, now()
            note(db, actor, "site.change", row.id, version=row.version)
            return row
    except IntegrityError:
        raise Refusal("conflict", TAKEN) from None


def measurements_of(core: Core, actor: Actor, site_id: str) -> Iterator[bytes]:
    """Return the measurements that are held of a site, canonical Parquet."""
    row = get_site(core, actor, site_id)
    if row.measurements is None:
        raise not_found(Text("測定データ", "series of measurements"))
    return core.objects.read(row.measurements)


def delete_site(core: Core, actor: Actor, site_id: str) -> None:
    """Remove a site with all that was received and judged for it."""
    actor.need(Role.WRITE)
    with core.database.writing() as db:
        row = site_row(db, actor, site_id, lock=True)
        uploads = db.scalars(select(Upload).where(Upload.site_id == row.id)).all()
        keys = [file["key"] for upload in uploads for file in upload.files]
        note(db, actor, "site.delete", row.id)
        db.delete(row)
    for place in ("measurements", "curves"):
        keys += [held.key for held in core.objects.held(f"{place}/{site_id}/")]
    for key in keys:
        core.objects.delete(key)


def set_curves(core: Core, actor: Actor, site_id: str, file: Path) -> SiteRow:
    """Keep a site's I-V curves, an ``ivcurves.csv``; DataError with all its problems."""
    from pvwarranty.ingest.ivcurves import read_ivcurves

    actor.need(Role.WRITE)
    row = get_site(core, actor, site_id)
    with core.inbox.place() as folder:
        (folder / "ivcurves.csv").hardlink_to(file)
        if not read_ivcurves(folder, model_of(row.toml)):
            raise DataError(Problem("ivcurves.csv", "holds no curve"))
    key = f"curves/{site_id}/{new_id()}.csv"
    core.objects.put(key, file)
    with core.database.writing() as db:
        row = site_row(db, actor, site_id, lock=True)
        row.curves = key
        note(db, actor, "site.curves", row.id)
        return row


def get_site(core: Core, actor: Actor, site_id: str) -> SiteRow:
    """Return a site."""
    with core.database.reading() as db:
        return site_row(db, actor, site_id)


def list_sites(core: Core, actor: Actor, wanted: Wanted) -> Piece[SiteRow]:
    """Return the sites of the actor's organisation."""
    query = select(SiteRow).where(SiteRow.organisation_id == actor.organisation)
    with core.database.reading() as db:
        return piece_of(db, query, SiteRow.id, wanted)


def site_row(db: Session, actor: Actor, site_id: str, *, lock: bool = False) -> SiteRow:
    """Return a site's row; not found where it is another organisation's."""
    row = db.get(SiteRow, site_id, with_for_update=lock or None)
    if row is None or row.organisation_id != actor.organisation:
        raise not_found(SITE)
    return row


def read_document(toml: str) -> dict[str, Any]:
    """Return the document in the text of a ``site.toml``, checked; DataError."""
    try:
        toml.encode("utf-8")
        content = tomllib.loads(toml)
    except UnicodeEncodeError:
        raise DataError(Problem("site.toml", "holds half of a character (a surrogate)")) from None
    except RecursionError:
        raise DataError(Problem("site.toml", "is nested too deeply")) from None
    except tomllib.TOMLDecodeError as error:
        raise DataError(Problem("site.toml", f"is not TOML: {error}")) from None
    site = site_of(content)
    if len(site.id) > LONGEST_ID or not site.id.isprintable():
        what = f"is longer than {LONGEST_ID} characters, or not printable"
        raise DataError(Problem("site.toml: id", what))
    found: dict[str, Any] = _plain(content)
    return found


def toml_of(document: dict[str, Any]) -> str:
    """Return the text of a document that came as JSON; DataError where it is too deep."""
    try:
        return to_toml(document)
    except RecursionError:
        raise DataError(Problem("site.toml", "is nested too deeply")) from None


def model_of(toml: str) -> Site:
    """Return the site that a text describes."""
    return site_of(tomllib.loads(toml), hashlib.sha256(toml.encode()).hexdigest())


def _plain(value: Any) -> Any:
    """Return a value of TOML as JSON knows it: days and instants as ISO 8601 text."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value
