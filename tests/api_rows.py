"""Rows of who may do what, and the objects that the paths of those rows name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from api_people import People
from api_work import judged
from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.services.people import NewUser, create_user

WHO = ("anonymous", "other", "reader", "owner")
DEVICE = {"name": "0001", "device_type": "pvPowerGeneration", "channel": "S1M01"}
READER = NewUser("c@example.jp", "C", "read", "a long enough password")


@dataclass
class Row:
    method: str
    path: str
    expected: dict[str, int]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def rows_of(table: str) -> list[Row]:
    """Return the rows of a table: method, path, and the answer that each of `WHO` gets."""
    found = []
    for line in table.strip().splitlines():
        method, path, *codes = line.split()
        found.append(Row(method, path, dict(zip(WHO, map(int, codes), strict=True))))
    return found


def names_of(routes: Sequence[Any]) -> set[str]:
    """Return method and path of every route."""
    return {
        f"{method} {context.path}"
        for context in iter_route_contexts(routes)
        for method in (context.methods or ())
        if method not in ("HEAD", "OPTIONS")
    }


@dataclass
class Home:
    """A client, and the objects of the owner by the names that paths give them."""

    client: TestClient
    people: People
    ids: dict[str, str]
    document: dict[str, Any] = field(default_factory=dict)


def home_of(app: FastAPI, client: TestClient, people: People) -> Home:
    """Return the owner's home with an object of every kind."""
    core = app.state.core
    client.headers.update(people.owner)
    site, assessment = judged(client, core)
    job = client.get(f"/v1/assessments/{assessment}").json()["job_id"]
    assert client.post(f"/v1/sites/{site}/devices", json=DEVICE).status_code == 201
    hook = client.post(
        "/v1/webhooks", json={"url": "https://hook.example.jp/", "events": ["ping"]}
    ).json()["id"]
    key = client.post("/v1/keys", json={"name": "k", "scope": "read"}).json()["id"]
    owner = Actor(people.admin.organisation, "x", "key", "", Role.ADMIN)
    user = create_user(core, owner, READER).id
    run = client.post("/v1/fleets", json={"on": "2024-11-04"}).json()["id"]
    upload = client.get(f"/v1/sites/{site}/uploads").json()["items"][0]["id"]
    ids = {
        "site_id": site, "assessment_id": assessment, "job_id": job, "name": "0001",
        "hook_id": hook, "key_id": key, "user_id": user, "run_id": run, "upload_id": upload,
        "kind": "pdf", "maker": "toshiba", "edition": "long_term_2020-04",
        "property_name": "operationStatus", "number": "0",
    }  # fmt: skip
    document = client.get(f"/v1/sites/{site}").json()["document"]
    client.headers.pop("Authorization")
    return Home(client, people, ids, document)
