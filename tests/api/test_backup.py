from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api_people import admit
from api_work import drain, judged
from pvwarranty.errors import DataError
from pvwarranty_api.app import create_app
from pvwarranty_api.services.backup import backup, restore
from pvwarranty_api.services.core import open_core
from pvwarranty_api.services.privacy import erase_organisation


def test_a_backup_moves_to_another_database(
    make_settings, postgres_database: str, tmp_path: Path
) -> None:
    app = create_app(make_settings())
    file = tmp_path / "backup.zip"
    with TestClient(app) as client:
        people = admit(app.state.core)
        client.headers.update(people.owner)
        site, assessment = judged(client, app.state.core)
        result = client.get(f"/v1/assessments/{assessment}/result").content
        waiting = client.post("/v1/assessments", json={"site_id": site, "on": "2024-10-01"}).json()
        assert backup(app.state.core, file) == 2

    moved = create_app(make_settings(database=postgres_database, data=tmp_path / "other"))
    with TestClient(moved) as client:
        assert restore(moved.state.core, file) == 2
        client.headers.update(people.owner)
        assert client.get(f"/v1/assessments/{assessment}/result").content == result
        assert client.get(f"/v1/sites/{site}").json()["held"]["rows"] > 1000
        drain(moved.state.core)
        assert client.get(f"/v1/assessments/{waiting['id']}").json()["job"]["state"] == "done"
        with pytest.raises(DataError, match="holds rows already"):
            restore(moved.state.core, file)


def test_what_is_no_backup_changes_nothing(core, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    file.write_bytes(b"not an archive")
    with pytest.raises(DataError, match="no backup"):
        restore(core, file)
    admit(core)
    backup(core, file)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(DataError):
        restore(core, cut)


def test_an_organisation_is_erased_whole(make_settings) -> None:
    settings = make_settings()
    app = create_app(settings)
    with TestClient(app) as client:
        people = admit(app.state.core)
        client.headers.update(people.owner)
        judged(client, app.state.core)
        erase_organisation(app.state.core, people.admin.organisation)
        assert client.get("/v1/me").status_code == 401
        assert not list(app.state.core.objects.held(""))
    core = open_core(settings)
    raw = b"".join(p.read_bytes() for p in settings.data.rglob("*") if p.is_file())
    core.close()
    assert people.email.encode() not in raw
