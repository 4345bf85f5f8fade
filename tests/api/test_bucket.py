from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import httpx
import pytest
from fastapi.testclient import TestClient

from api_people import admit
from api_server import PATIENCE, process_on_a_port
from api_work import judged
from pvwarranty_api.app import create_app
from pvwarranty_api.services.purging import sweep
from pvwarranty_api.store.objects import open_objects
from pvwarranty_api.store.types import now

pytest.importorskip("moto")
pytest.importorskip("obstore")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the address of an S3-compatible store on the loopback, with one bucket."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"AWS_{name}", "test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with process_on_a_port([sys.executable, "-m", "moto.server", "-p"], os.environ) as (url, _):
        assert httpx.put(f"{url}/homes", timeout=PATIENCE).status_code == 200
        yield url


def test_measurements_are_kept_in_a_bucket(make_settings, bucket: str) -> None:
    settings = make_settings(objects="s3://homes/data", objects_endpoint=bucket)
    app = create_app(settings)
    with TestClient(app) as client:
        client.headers.update(admit(app.state.core).owner)
        site, assessment = judged(client, app.state.core)
        done = client.get(f"/v1/assessments/{assessment}").json()
        assert done["job"]["state"] == "done"
        held = {h.key.split("/")[0] for h in app.state.core.objects.held("")}
        assert held == {"measurements", "uploads"}
        client.delete(f"/v1/sites/{site}")
        sweep(app.state.core, now())
        assert not list(app.state.core.objects.held(""))
        with pytest.raises(KeyError):
            next(app.state.core.objects.read("measurements/none"))
    assert not (settings.data / "objects").exists()


def test_another_address_is_refused(make_settings) -> None:
    with pytest.raises(Exception, match="no bucket"):
        open_objects(make_settings(objects="ftp://homes"))
