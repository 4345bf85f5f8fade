"""Backup and restore: the database's rows and the objects they name, as one archive.

The archive is a ZIP of one JSON Lines file a table and the objects as they are; it does not depend
on the kind of database, so a service can move from the embedded one to PostgreSQL with it.
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from pvwarranty.errors import DataError, Problem
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.purging import named_keys
from pvwarranty_api.store.tables import Base, Job
from pvwarranty_api.store.types import now

FORMAT = 1
ABOUT = "about.json"
BATCH = 500
LEFT_OUT = frozenset({"sessions", "login_failures"})  # worth nothing elsewhere


def backup(core: Core, file: Path) -> int:
    """Write a backup, whole or not at all, and return how many objects it holds.

    The rows are read in one transaction; the objects they name never change, and are named by an
    archive before anything could remove them.
    """
    beside = file.with_name(f".{file.name}.part")
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            count = _write(core, archive)
        beside.replace(file)
    except OSError as error:
        raise DataError(Problem(str(file), f"cannot be written: {error.strerror}")) from None
    finally:
        beside.unlink(missing_ok=True)
    return count


def _write(core: Core, archive: zipfile.ZipFile) -> int:
    with core.database.snapshot() as db:
        counts = {}
        for table in _tables():
            with archive.open(f"tables/{table.name}.jsonl", "w") as out:
                counts[table.name] = _write_table(db, table, out)
        keys = sorted(set(named_keys(db)))
    count = 0
    for key in keys:
        try:
            _write_object(core, archive, key)
            count += 1
        except KeyError:  # removed since, with the row that named it
            continue
    about = {"format": FORMAT, "made": now().isoformat(), "rows": counts, "objects": count}
    archive.writestr(ABOUT, json.dumps(about, indent=1))
    return count


def _tables() -> list[Table]:
    return [t for t in Base.metadata.sorted_tables if t.name not in LEFT_OUT]


def _write_table(db: Session, table: Table, out: IO[bytes]) -> int:
    count = 0
    for row in db.execute(select(table).execution_options(yield_per=BATCH)).mappings():
        values = {name: _plain(value) for name, value in row.items()}
        out.write(json.dumps(values, ensure_ascii=False).encode() + b"\n")
        count += 1
    return count


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _write_object(core: Core, archive: zipfile.ZipFile, key: str) -> None:
    pieces = core.objects.read(key)
    first = next(pieces, b"")
    about = zipfile.ZipInfo(f"objects/{key}")
    with archive.open(about, "w", force_zip64=True) as out:
        out.write(first)
        for piece in pieces:
            out.write(piece)


def restore(core: Core, file: Path) -> int:
    """Bring a backup into an empty service and return how many objects it held.

    The objects come first, then all rows in one transaction: what is killed on the way leaves the
    service empty. Jobs that had not ended are brought to workers again.

    Raises
    ------
    DataError
        Where the service is not empty, or the archive is no backup of a form that is known.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _check(core, archive, file)
            names = [n for n in archive.namelist() if n.startswith("objects/")]
            for name in names:
                _restore_object(core, archive, name)
            with core.database.writing() as db:
                for table in _tables():
                    _restore_table(db, archive, table)
                _deliver(core, db)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DataError(Problem(str(file), f"is no backup that can be read: {error}")) from None
    return len(names)


def _check(core: Core, archive: zipfile.ZipFile, file: Path) -> None:
    about = json.loads(archive.read(ABOUT))
    if about.get("format") != FORMAT:
        raise DataError(Problem(str(file), "is of another form", f"form {FORMAT} is read"))
    if archive.testzip() is not None:
        raise DataError(Problem(str(file), "is damaged"))
    with core.database.reading() as db:
        for table in _tables():
            if db.scalar(select(func.count()).select_from(table)):
                hint = "restore into a new database and data folder"
                raise DataError(Problem(table.name, "holds rows already", hint))


def _restore_object(core: Core, archive: zipfile.ZipFile, name: str) -> None:
    if ".." in name.split("/"):
        raise DataError(Problem(name, "is no name of an object"))
    with core.inbox.place() as folder:
        path = folder / "object"
        with archive.open(name) as source, path.open("wb") as out:
            while piece := source.read(1 << 20):
                out.write(piece)
        core.objects.put(name.removeprefix("objects/"), path)


def _restore_table(db: Session, archive: zipfile.ZipFile, table: Table) -> None:
    rows = []
    for row in _lines(archive, f"tables/{table.name}.jsonl"):
        rows.append({name: _typed(table, name, value) for name, value in row.items()})
        if len(rows) >= BATCH:
            db.execute(insert(table), rows)
            rows = []
    if rows:
        db.execute(insert(table), rows)


def _lines(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, Any]]:
    with archive.open(name) as source:
        for line in source:
            yield json.loads(line)


def _typed(table: Table, name: str, value: Any) -> Any:
    kind = table.columns[name].type.python_type
    if value is None or kind not in (datetime, date, bytes):
        return value
    return base64.b64decode(value) if kind is bytes else kind.fromisoformat(value)


def _deliver(core: Core, db: Session) -> None:
    for job in db.scalars(select(Job).where(Job.state.in_(("queued", "running")))):
        job.state, job.lease_until = "queued", None
        core.queue.deliver(db, job.id, job.run_at)
