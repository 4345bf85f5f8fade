"""Nothing that is named is lost, whatever breaks; what nobody names goes in time."""

from __future__ import annotations

import os
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from api_people import admit
from api_work import CORPUS, document, drain
from pvwarranty_api.auth.actor import Actor
from pvwarranty_api.jobs.queue import Work, add_job
from pvwarranty_api.jobs.states import claim_next
from pvwarranty_api.services import sites, uploads
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.once import Once
from pvwarranty_api.services.purging import GRACE
from pvwarranty_api.services.sites import toml_of
from pvwarranty_api.services.upkeep import EVERY, keep_up
from pvwarranty_api.services.uploads import Received, ReceivedFile, Told
from pvwarranty_api.store.types import now
from pvwarranty_api.store.work import Job, Upload
from pvwarranty_api.worker.settling import teller

BODY = b"time,a.b\n1,2\n"


@pytest.fixture
def sender(core: Core) -> tuple[Actor, str]:
    """Return one who may write, and a site."""
    actor = admit(core).admin
    return actor, sites.create_site(core, actor, toml_of(document(CORPUS / "sites" / "home"))).id


def received(folder: Path) -> Received:
    file = folder / f"sent-{time.monotonic_ns()}"
    file.write_bytes(BODY)
    return Received((ReceivedFile("a.csv", file, len(BODY), "0" * 64),))


def send(core: Core, sender: tuple[Actor, str], folder: Path) -> Upload:
    actor, site = sender
    return uploads.accept(core, actor, site, received(folder), Told({}), Once())


def age(core: Core, seconds: float) -> None:
    """Let all objects be older."""
    for held in core.objects.held(""):
        path = core.settings.data / "objects" / held.key
        then = held.modified.timestamp() - seconds
        os.utime(path, (then, then))


def kept(core: Core) -> set[str]:
    return {held.key for held in core.objects.held("")}


def purge(core: Core) -> None:
    with core.database.writing() as db:
        add_job(db, core.queue, Work("purge", "", None, {}, 1))
    assert "purge" in drain(core)


def test_a_commit_without_an_answer_loses_nothing(
    core: Core, sender: tuple[Actor, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(connection: sqlite3.Connection) -> None:
        connection.commit()
        raise sqlite3.OperationalError("the connection was lost")

    monkeypatch.setattr(core.database.engine.dialect, "do_commit", lost)
    with pytest.raises(OperationalError):
        send(core, sender, tmp_path)
    monkeypatch.undo()
    with core.database.reading() as db:
        upload = db.scalars(select(Upload)).one()
    assert b"".join(core.objects.read(upload.files[0]["key"])) == BODY


def test_what_is_refused_leaves_nothing(core: Core, sender: tuple[Actor, str], tmp_path) -> None:
    actor, site = sender
    put = core.objects.put

    class Removing:
        """Objects in whose midst the site is removed."""

        def __getattr__(self, name: str):
            return getattr(core.objects, name)

        def put(self, key: str, file: Path) -> None:
            put(key, file)
            sites.delete_site(core, actor, site)

    with pytest.raises(Exception, match="not_found"):
        send(replace(core, objects=Removing()), sender, tmp_path)
    assert kept(core) == set()


def test_upkeep_removes_old_objects_that_nobody_names(
    core: Core, sender: tuple[Actor, str], tmp_path: Path
) -> None:
    named = send(core, sender, tmp_path).files[0]["key"]
    for key in ("uploads/left/0000", "measurements/left/x.parquet", "reports/left/x"):
        core.objects.put(key, received(tmp_path).files[0].path)
    before = kept(core)
    purge(core)
    assert kept(core) == before  # too young: they may be about to be named
    age(core, GRACE.total_seconds() + 60)
    purge(core)
    assert kept(core) == {named}


def test_an_object_is_as_old_as_its_being_kept(core: Core, tmp_path: Path) -> None:
    file = received(tmp_path).files[0].path
    os.utime(file, (0, 0))  # of many files, the first has come in long before the last
    core.objects.put("uploads/x/0000", file)
    (held,) = core.objects.held("uploads/")
    assert held.modified.timestamp() > time.time() - 3600


def test_places_of_fleet_runs_that_ended_are_cleared(core: Core, tmp_path: Path) -> None:
    work = core.settings.data / "fleet-work"
    for name in ("0" * 32, "not-ours"):
        (work / name / "sites").mkdir(parents=True)
        (work / name / "sites" / "site.toml").write_text("id = 'x'")
    purge(core)
    assert [p.relative_to(work).parts[0] for p in work.rglob("site.toml")] == ["not-ours"]


def test_an_upload_whose_workers_die_is_told_so_and_can_be_read_again(
    core: Core, sender: tuple[Actor, str], tmp_path: Path
) -> None:
    actor, _ = sender
    upload = send(core, sender, tmp_path)
    for _ in range(core.settings.job_attempts):
        with core.database.writing() as db:
            assert claim_next(db, "w", -1, teller(core, db)) is not None
    with core.database.writing() as db:
        assert claim_next(db, "w", 60, teller(core, db)) is None
    told = uploads.get_upload(core, actor, upload.id)
    assert told.state == "failed"
    assert "too often" in told.problems[0]["what"]
    assert uploads.change_options(core, actor, upload.id, Told({})).state == "received"
    with core.database.reading() as db:
        assert db.scalar(select(func.count()).where(Job.state == "queued")) == 1


def test_upkeep_is_asked_for_once_in_a_while(core: Core) -> None:
    keep_up(core)
    keep_up(core)
    assert drain(core) == ["purge"]
    keep_up(core)
    assert drain(core) == []
    with core.database.writing() as db:
        db.execute(update(Job).values(created_at=now() - EVERY))
    keep_up(core)
    assert drain(core) == ["purge"]
