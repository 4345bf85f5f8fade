"""The whole OpenAPI document, tried with what schemathesis makes of it: never a 5xx."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, seed, settings

from api_people import Headers, admit
from api_server import PATIENCE, serving
from api_work import judged

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
    )

from pvwarranty_api.app import create_app
from pvwarranty_api.server import server_config
from pvwarranty_api.settings import Settings

EXAMPLES = int(os.environ.get("PVW_SCHEMA_EXAMPLES", "4"))
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
SCHEMA = schemathesis.openapi.from_dict(create_app(Settings()).openapi())
OPERATIONS = {o.ok().label: o.ok() for o in SCHEMA.get_all_operations()}
Running = tuple[str, Headers, dict[str, str]]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Return a running app with an owner, and the ids of a site that has everything."""
    many = "1000000/minute"
    settings = Settings(
        data=tmp_path_factory.mktemp("api"), insecure_cookies=True, rate=many, worker="none",
        rate_anonymous=many, rate_entitlements=many, port=0,
    )  # fmt: skip
    config = server_config(settings)
    app = config.app
    with serving(config) as url, httpx.Client(base_url=url, timeout=PATIENCE) as client:
        people = admit(app.state.core)
        client.headers.update(people.owner)
        site, assessment = judged(client, app.state.core)
        job = client.get(f"/v1/assessments/{assessment}").json()["job_id"]
        upload = client.get(f"/v1/sites/{site}/uploads").json()["items"][0]["id"]
        device = {"name": "0001", "device_type": "pvPowerGeneration", "channel": "S1M01"}
        client.post(f"/v1/sites/{site}/devices", json=device)
        ids = {"site_id": site, "assessment_id": assessment, "job_id": job, "upload_id": upload}
        yield url, people.owner, ids | {"name": "0001"}


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_breaks_the_service(label: str, running: Running) -> None:
    url, headers, ids = running

    @seed(int(os.environ.get("PVW_SCHEMA_SEED", "20240401")))
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=OPERATIONS[label].as_strategy())
    def run(case: schemathesis.Case) -> None:
        # what is there is named, so that requests come further than "not found"
        case.path_parameters.update({k: v for k, v in ids.items() if k in case.path_parameters})
        case.call_and_validate(base_url=url, headers=headers, checks=CHECKS, timeout=PATIENCE)

    run()
