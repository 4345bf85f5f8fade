"""Uploads: files accepted whole or not at all, understood, confirmed, put into the series.

received → understood → (confirmed) → stored; refused where the files do not fit, failed where the
work could not be done: both may be tried again with other options.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pvwarranty.model import Text
from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.auth.audit import note
from pvwarranty_api.errors import Refusal, invalid, not_found
from pvwarranty_api.jobs.states import cancel
from pvwarranty_api.services.core import Core, Work, add_job
from pvwarranty_api.services.importing import read_options
from pvwarranty_api.services.once import Once, keep, made_before
from pvwarranty_api.services.pages import Piece, Wanted, piece_of
from pvwarranty_api.services.sites import site_row
from pvwarranty_api.store.types import new_id
from pvwarranty_api.store.work import Job, Upload

UPLOAD = Text("アップロード", "upload")
NOT_NOW = Text("確認できる状態ではありません", "It is not ready to be confirmed")
BUSY = Text("処理中です", "It is being worked on")
OPEN = frozenset({"understood", "refused", "failed"})


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that has come in whole: its name at the sender's, where it is, size and SHA-256."""

    name: str
    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Received:
    """The files of one request."""

    files: tuple[ReceivedFile, ...]

    @property
    def digest(self) -> str:
        """Return what makes two requests the same."""
        return " ".join(f"{f.name}:{f.sha256}" for f in self.files)


@dataclass(frozen=True, slots=True)
class Told:
    """What the sender says of an upload: options of the import, whether to store unasked."""

    options: Mapping[str, Any]
    confirmed: bool = False
    kind: str = "auto"


def accept(
    core: Core, actor: Actor, site_id: str, received: Received, told: Told, once: Once
) -> Upload:
    """Keep files for a site. They are in the store before the one transaction names them.

    What is killed or breaks on the way leaves objects that nothing names, for upkeep to remove:
    where a commit got no answer they may be named, so they are removed here only where the
    transaction was refused before it.
    """
    actor.need(Role.WRITE)
    read_options(told.options)
    if not received.files or not any(f.size for f in received.files):
        raise invalid("files", "are missing or empty")
    with core.database.reading() as db:
        known = made_before(db, actor, once)
        site_row(db, actor, site_id)
        if known is not None:
            return upload_row(db, actor, known)
    upload = _row(actor, site_id, received, told)
    try:
        for file, kept in zip(received.files, upload.files, strict=True):
            core.objects.put(kept["key"], file.path)
    except BaseException:  # a full disk, say: nothing names them yet
        _forget(core, upload.files)
        raise
    try:
        return _keep(core, actor, upload, once)
    except Refusal:
        _forget(core, upload.files)
        raise


def _row(actor: Actor, site_id: str, received: Received, told: Told) -> Upload:
    upload_id = new_id()
    files = [
        {"key": f"uploads/{upload_id}/{n:04d}", "name": f.name, "size": f.size, "sha256": f.sha256}
        for n, f in enumerate(received.files)
    ]
    return Upload(
        id=upload_id, organisation_id=actor.organisation, site_id=site_id, files=files,
        options=dict(told.options), confirmed=told.confirmed, kind=told.kind, state="received",
    )  # fmt: skip


def _keep(core: Core, actor: Actor, upload: Upload, once: Once) -> Upload:
    try:
        with core.database.writing() as db:
            known = made_before(db, actor, once)
            if known is None:
                site_row(db, actor, upload.site_id, lock=True)
                db.add(upload)
                db.flush()
                _work(core, db, upload, "understand")
                keep(db, actor, once, upload.id, core.settings.idempotency_hours)
                note(db, actor, "upload.create", upload.id, files=len(upload.files))
                return upload
    except IntegrityError:
        if not once.key:
            raise
    # the same request came twice at once, and the other was first
    _forget(core, upload.files)
    with core.database.reading() as db:
        known = made_before(db, actor, once)
        if known is None:
            raise Refusal("conflict")
        return upload_row(db, actor, known)


def _work(core: Core, db: Session, upload: Upload, kind: str) -> None:
    work = Work(kind, upload.id, upload.organisation_id, {}, core.settings.job_attempts)
    upload.job_id = add_job(db, core.queue, work).id


def _forget(core: Core, files: Sequence[Mapping[str, Any]]) -> None:
    for file in files:
        core.objects.delete(file["key"])


def confirm(core: Core, actor: Actor, upload_id: str) -> Upload:
    """Let an upload that was understood be stored; again is the same as once."""
    actor.need(Role.WRITE)
    with core.database.writing() as db:
        upload = upload_row(db, actor, upload_id, lock=True)
        if upload.confirmed and upload.state in ("received", "understood", "stored"):
            return upload
        if upload.state != "understood":
            raise Refusal("conflict", NOT_NOW)
        upload.confirmed = True
        _work(core, db, upload, "store")
        note(db, actor, "upload.confirm", upload.id)
        return upload


def change_options(core: Core, actor: Actor, upload_id: str, told: Told) -> Upload:
    """Have an upload understood anew with other options."""
    actor.need(Role.WRITE)
    read_options(told.options)
    with core.database.writing() as db:
        upload = upload_row(db, actor, upload_id, lock=True)
        if upload.state not in OPEN:
            raise Refusal("conflict", BUSY)
        upload.options, upload.kind = dict(told.options), told.kind
        upload.confirmed, upload.state = told.confirmed, "received"
        upload.found, upload.problems = {}, []
        _work(core, db, upload, "understand")
        note(db, actor, "upload.options", upload.id)
        return upload


def discard(core: Core, actor: Actor, upload_id: str) -> None:
    """Remove an upload; what it has put into the site's series stays."""
    actor.need(Role.WRITE)
    with core.database.writing() as db:
        upload = upload_row(db, actor, upload_id, lock=True)
        job = db.get(Job, upload.job_id) if upload.job_id else None
        if job is not None:
            cancel(job)
        files = list(upload.files)
        db.delete(upload)
        note(db, actor, "upload.delete", upload.id)
    _forget(core, files)


def get_upload(core: Core, actor: Actor, upload_id: str) -> Upload:
    """Return an upload."""
    with core.database.reading() as db:
        return upload_row(db, actor, upload_id)


def file_of(core: Core, actor: Actor, upload_id: str, number: int) -> Iterator[bytes]:
    """Return a file of an upload as it was sent."""
    files = get_upload(core, actor, upload_id).files
    if number >= len(files):
        raise not_found(Text("ファイル", "file"))
    return core.objects.read(files[number]["key"])


def list_uploads(core: Core, actor: Actor, site_id: str, wanted: Wanted) -> Piece[Upload]:
    """Return the uploads of a site."""
    with core.database.reading() as db:
        site_row(db, actor, site_id)
        query = select(Upload).where(Upload.site_id == site_id)
        return piece_of(db, query, Upload.id, wanted)


def upload_row(db: Session, actor: Actor, upload_id: str, *, lock: bool = False) -> Upload:
    """Return an upload's row; not found where it is another organisation's."""
    row = db.get(Upload, upload_id, with_for_update=lock or None)
    if row is None or row.organisation_id != actor.organisation:
        raise not_found(UPLOAD)
    return row
