from __future__ import annotations

import io
import subprocess
import sys
import tomllib
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from api_people import admit
from api_work import CORPUS, EXAMPLE, drain, judged, new_site
from pvwarranty_api.app import create_app


@pytest.fixture
def running(database: str, make_settings):
    app = create_app(make_settings(database=database))
    with TestClient(app, raise_server_exceptions=False) as client:
        client.headers.update(admit(app.state.core).writer)
        yield client, app.state.core


def test_a_site_is_judged_as_the_command_line_judges_it(running, tmp_path: Path) -> None:
    client, core = running
    site = new_site(client, EXAMPLE)
    parquet = (EXAMPLE / "measurements.parquet").read_bytes()
    sent = client.post(
        f"/v1/sites/{site}/uploads?confirm=true", content=parquet,
        headers={"Content-Type": "application/vnd.apache.parquet", "Idempotency-Key": "u1"},
    )  # fmt: skip
    assert sent.status_code == 202, sent.text
    assert client.get(f"/v1/uploads/{sent.json()['id']}").json()["state"] == "received"
    drain(core)
    upload = client.get(f"/v1/uploads/{sent.json()['id']}").json()
    assert (upload["state"], upload["problems"]) == ("stored", [])
    assert client.get(f"/v1/sites/{site}").json()["held"]["rows"] > 1000

    body = {"site_id": site, "on": "2024-11-04", "language": "en"}
    asked = client.post("/v1/assessments", json=body, headers={"Idempotency-Key": "a1"}).json()
    assert client.get(f"/v1/assessments/{asked['id']}/result").status_code == 409
    again = client.post("/v1/assessments", json=body, headers={"Idempotency-Key": "a1"}).json()
    assert again["id"] == asked["id"]
    drain(core)
    done = client.get(f"/v1/assessments/{asked['id']}").json()
    assert done["job"]["state"] == "done"
    assert {v["asset"] for v in done["summary"] if v["output"] == "below"} == {"S1M04"}

    (tmp_path / "site").mkdir()
    toml = client.get(f"/v1/sites/{site}/site.toml").content
    (tmp_path / "site" / "site.toml").write_bytes(toml)
    held = client.get(f"/v1/sites/{site}/measurements").content
    (tmp_path / "site" / "measurements.parquet").write_bytes(held)
    command = [sys.executable, "-m", "pvwarranty", "verify", str(tmp_path / "site")]
    told = subprocess.run(
        [*command, "--on", "2024-11-04", "--json"], capture_output=True, check=True
    ).stdout
    assert client.get(f"/v1/assessments/{asked['id']}/result").content == told

    events = client.get(f"/v1/jobs/{asked['job_id']}/events").text
    assert "event: job" in events
    assert '"state":"done"' in events.replace(" ", "")


def test_an_export_is_understood_before_it_is_stored(running) -> None:
    client, core = running
    site = new_site(client, CORPUS / "sites" / "home")
    file = next(p for p in sorted(CORPUS.glob("*.csv")) if "kpnet" in p.name)
    sent = client.post(f"/v1/sites/{site}/uploads", files={"files": (file.name, file.read_bytes())})
    drain(core)
    upload = client.get(f"/v1/uploads/{sent.json()['id']}").json()
    assert upload["state"] == "understood", upload
    assert "profile" in upload["found"]["text"]
    assert client.get(f"/v1/sites/{site}").json()["held"] == {}
    assert client.post(f"/v1/uploads/{upload['id']}/confirm").status_code == 202
    assert client.post(f"/v1/uploads/{upload['id']}/confirm").status_code == 202
    assert drain(core) == ["store"]
    assert client.get(f"/v1/sites/{site}").json()["held"]["rows"] > 0


def test_what_does_not_fit_is_refused_with_its_reasons(running) -> None:
    client, core = running
    site = new_site(client, CORPUS / "sites" / "home")
    bad = b"%PDF-1.7 not an export"
    sent = client.post(f"/v1/sites/{site}/uploads", files={"files": ("a.csv", bad)})
    drain(core)
    upload = client.get(f"/v1/uploads/{sent.json()['id']}").json()
    assert upload["state"] == "refused"
    assert "PDF" in upload["problems"][0]["what"]
    client.put(f"/v1/uploads/{upload['id']}/options", json={"options": {"profile": "kpnet"}})
    drain(core)
    assert client.get(f"/v1/uploads/{upload['id']}").json()["state"] == "refused"
    assert client.delete(f"/v1/uploads/{upload['id']}").status_code == 204
    assert list(core.objects.held("uploads/")) == []


def test_rows_come_as_json(running) -> None:
    client, core = running
    site = new_site(client, EXAMPLE)
    time = [f"2024-04-01T{h:02d}:00:00+09:00" for h in range(10)]
    body = {"time": time, "columns": {"S1M01.p_dc": [0.0, None, *range(8)]}}
    assert client.post(f"/v1/sites/{site}/measurements", json=body).status_code == 202
    wrong = {"time": time, "columns": {"S1M01.p_dc": [1.0], "x": [1.0] * 10}}
    assert len(client.post(f"/v1/sites/{site}/measurements", json=wrong).json()["errors"]) == 2
    drain(core)
    held = client.get(f"/v1/sites/{site}").json()["held"]
    assert (held["rows"], held["first"]) == (10, "2024-03-31T15:00:00+00:00")


def test_devices_push_as_in_the_web_api(running) -> None:
    client, core = running
    site = new_site(client, CORPUS / "sites" / "home")
    channel = tomllib.loads((CORPUS / "sites" / "home" / "site.toml").read_text())["inverter"][0]
    body = {"name": "0001", "device_type": "pvPowerGeneration", "channel": channel["id"]}
    assert client.post(f"/v1/sites/{site}/devices", json=body).status_code == 201
    for minute in range(0, 180, 10):
        stamp = f"2026-11-24T{9 + minute // 60:02d}:{minute % 60:02d}:00+09:00"
        said = {
            "instantaneousElectricPowerGeneration": 1000 + minute,
            "cumulativeElectricEnergyOfGeneration": 5000 + minute / 60,
        }
        sent = client.post(
            "/elapi/v1/devices/0001/properties", json={"timestamp": stamp, "properties": said}
        )
        assert sent.status_code == 202, sent.text
    one = {"instantaneousElectricPowerGeneration": 900}
    path = "/elapi/v1/devices/0001/properties/instantaneousElectricPowerGeneration"
    assert client.put(path, json=one).status_code == 202
    assert drain(core) == ["gather"]
    held = client.get(f"/v1/sites/{site}").json()["held"]
    assert held["columns"] == [f"{channel['id']}.e_ac", f"{channel['id']}.p_ac"]
    assert held["rows"] >= 6


def test_a_report_and_a_fleet_are_made_of_what_was_judged(client, app, people) -> None:
    client.headers.update(people.writer)
    core = app.state.core
    _, assessment = judged(client, core)
    place = f"/v1/assessments/{assessment}/documents"
    assert client.get(f"{place}/pdf").status_code == 404
    for kind, start in (("pdf", b"%PDF-"), ("html", b"<!DOCTYPE html>"), ("bundle", b"PK")):
        asked = client.post(place, json={"kind": kind})
        assert asked.status_code == 202
        assert client.get(f"{place}/{kind}").status_code == 409
        assert client.post(place, json={"kind": kind}).json() == asked.json()
        drain(core)
        assert client.get(f"{place}/{kind}").content[:15].lower().startswith(start.lower())

    run = client.post("/v1/fleets", json={"on": "2024-11-04"}).json()
    drain(core)
    done = client.get(f"/v1/fleets/{run['id']}").json()
    assert done["summary"] == {"sites": 1, "failed": 0}, done
    table = client.get(f"/v1/fleets/{run['id']}/tables/verdicts.parquet").content
    assert pq.read_table(io.BytesIO(table)).num_rows == 12
    assert not list((core.settings.data / "fleet-work").rglob("*.toml"))
