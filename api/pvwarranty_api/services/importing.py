"""The work on uploads: understanding files, and putting them into a site's series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from pvwarranty.errors import DataError, PvWarrantyError
from pvwarranty.ingest.convert.options import Options, read_rules, read_units
from pvwarranty.model import Site
from pvwarranty_api.errors import invalid
from pvwarranty_api.jobs.outcome import Again, Tell
from pvwarranty_api.jobs.states import Claim, Lost, finish, told
from pvwarranty_api.services.announcing import announce
from pvwarranty_api.services.canonical import canonical_kind, import_canonical
from pvwarranty_api.services.core import Core, Work, add_job
from pvwarranty_api.services.sites import model_of
from pvwarranty_api.store.objects import fetch
from pvwarranty_api.store.types import new_id
from pvwarranty_api.store.work import SiteRow, Upload

SIMPLE = ("profile", "zone", "label", "encoding", "interval", "only", "replace")
KNOWN = (*SIMPLE, "map", "unit", "missing")


def read_options(raw: Mapping[str, Any]) -> Options:
    """Return the options of an import as the sender tells them; refuses what is wrong."""
    for key in raw:
        if key not in KNOWN:
            raise invalid(f"options.{key}", "is no option", f"one of {', '.join(KNOWN)}")
    profile = raw.get("profile") or "auto"
    if "/" in profile or profile.endswith(".toml"):  # profiles are named, files are not read
        raise invalid("options.profile", "is no name of a profile")
    simple = {k: raw[k] for k in SIMPLE if raw.get(k) is not None}
    return Options(
        **{"profile": "auto"} | simple,
        rules=read_rules(raw.get("map") or ()),
        units=read_units(raw.get("unit") or ()),
        missing=tuple(raw.get("missing") or ()),
    )


@dataclass(frozen=True, slots=True)
class Task:
    """An upload with its files brought to a folder, and the site as it is now."""

    upload: Upload
    site: Site
    paths: tuple[Path, ...]
    options: Options
    base: str | None  # the object that holds the site's measurements


def understand(core: Core, claim: Claim, tell: Tell) -> None:
    """Read the files of an upload and keep what was understood; nothing is stored yet."""
    with core.inbox.place() as folder:
        task = _load(core, claim, folder)
        tell(0.2, "read")
        try:
            found = _read(task, None)
        except DataError as error:
            _refuse(core, claim, error)
            return
    with core.database.writing() as db:
        upload = _present(db, claim)
        upload.state, upload.found, upload.problems = "understood", found, []
        finish(db, claim)
        if upload.confirmed:
            work = Work("store", upload.id, upload.organisation_id, {}, core.settings.job_attempts)
            upload.job_id = add_job(db, core.queue, work).id
        announce(core, db, upload.organisation_id, "upload.understood", {"upload": upload.id})


def store(core: Core, claim: Claim, tell: Tell) -> None:
    """Put the files of an upload into the series of its site."""
    with core.inbox.place() as folder:
        task = _load(core, claim, folder)
        out = folder / "measurements.parquet"
        if task.base is not None:
            fetch(core.objects, task.base, out)
        tell(0.2, "read")
        try:
            found = _read(task, out)
        except DataError as error:
            _refuse(core, claim, error)
            return
        tell(0.9, "store")
        key = keep_measurements(core, task.upload.site_id, out)
    with core.database.writing() as db:
        upload = _present(db, claim)
        set_measurements(db, upload.site_id, task.base, key, found)
        upload.state, upload.found, upload.problems = "stored", found, []
        finish(db, claim)
        announce(
            core, db, upload.organisation_id, "upload.stored",
            {"upload": upload.id, "site": upload.site_id},
        )  # fmt: skip


def keep_measurements(core: Core, site_id: str, file: Path) -> str:
    """Put a canonical file into the store, and return its key.

    A key is never used again: upkeep may just be removing an older object with this content.
    """
    key = f"measurements/{site_id}/{new_id()}.parquet"
    core.objects.put(key, file)
    return key


def set_measurements(
    db: Session, site_id: str, base: str | None, key: str, found: Mapping[str, Any]
) -> None:
    """Let a site have new measurements; again where they were changed since `base` was read."""
    site = db.get(SiteRow, site_id, with_for_update=True)
    if site is None:
        raise Lost(site_id)
    if site.measurements != base:
        raise Again(0.1)
    site.measurements = key
    site.held = {name: found["report"][name] for name in ("rows", "first", "last", "interval")}
    site.held |= {"columns": sorted(found["report"]["coverage"])}


def _load(core: Core, claim: Claim, folder: Path) -> Task:
    with core.database.reading() as db:
        upload = _present(db, claim)
        site = db.get(SiteRow, upload.site_id)
        if site is None:
            raise Lost(claim.job)
    place = folder / "files"
    place.mkdir()
    paths = []
    for number, file in enumerate(upload.files):
        path = place / _unused(place, file["name"], number)
        fetch(core.objects, file["key"], path)
        paths.append(path)
    options = read_options(upload.options)
    return Task(upload, model_of(site.toml), tuple(paths), options, site.measurements)


def _unused(folder: Path, name: str, number: int) -> str:
    name = name.replace("/", "_").lstrip(".")[-120:] or "file"
    return f"{number}-{name}" if (folder / name).exists() else name


def _present(db: Session, claim: Claim) -> Upload:
    upload = db.get(Upload, claim.target)
    if upload is None:
        raise Lost(claim.job)
    return upload


def _read(task: Task, out: Path | None) -> dict[str, Any]:
    """Return what an import finds; with `out` it is added to that file."""
    from pvwarranty.ingest.convert.explain import explanation, first_rows
    from pvwarranty.ingest.convert.plan import make_plan
    from pvwarranty.ingest.convert.run import carry_out
    from pvwarranty.ingest.import_report import import_report

    if canonical_kind(task.paths, task.upload.kind):
        return import_canonical(task.paths, task.site, out, task.options.replace)
    plan = make_plan(task.paths, task.site, task.options)
    report = import_report(carry_out(plan, out))
    heads = [first_rows(table) for table in plan.tables]
    return {"text": explanation(plan), "report": report | {"out": None}, "heads": heads}


def _refuse(core: Core, claim: Claim, error: PvWarrantyError) -> None:
    with core.database.writing() as db:
        upload = _present(db, claim)
        upload.state, upload.found = "refused", {}
        upload.problems = [told(p) for p in error.problems]
        finish(db, claim)
        announce(
            core, db, upload.organisation_id, "upload.refused",
            {"upload": upload.id, "problems": upload.problems},
        )  # fmt: skip
