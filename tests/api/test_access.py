"""Every route × who asks. The rows are held against the app's routes: a new one must have its row.

A row: method, path, then what an anonymous client, another organisation's administrator, a key that
may only read, and the owner get. Nobody but ours may see any id of ours in an answer. The pages
have rows of their own, beside their tests.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from api_rows import DEVICE, WHO, Home, Row, names_of, rows_of
from pvwarranty_api.pages import router

# method path                                    anonymous other reader owner
ROWS = """
GET  /healthz                                            200 200 200 200
GET  /readyz                                             200 200 200 200
GET  /metrics                                            200 200 200 200
GET  /openapi.json                                       200 200 200 200
GET  /v1/me                                              401 200 200 200
GET  /v1/organisation                                    401 200 200 200
PUT  /v1/organisation/retention                          401 200 403 200
GET  /v1/organisation/export                             401 200 403 200
GET  /v1/audit                                           401 200 403 200
GET  /v1/users                                           401 200 403 200
POST /v1/users                                           401 409 403 409
GET  /v1/users/{user_id}/export                          401 404 403 200
POST /v1/users/{user_id}/erase                           401 404 403 204
DELETE /v1/users/{user_id}                               401 404 403 204
GET  /v1/keys                                            401 200 403 200
POST /v1/keys                                            401 201 403 201
DELETE /v1/keys/{key_id}                                 401 404 403 204
GET  /v1/sites                                           401 200 200 200
POST /v1/sites                                           401 201 403 201
GET  /v1/sites/{site_id}                                 401 404 200 200
GET  /v1/sites/{site_id}/site.toml                       401 404 200 200
PUT  /v1/sites/{site_id}                                 401 404 403 200
DELETE /v1/sites/{site_id}                               401 404 403 204
POST /v1/sites/{site_id}/uploads                         401 404 403 202
GET  /v1/sites/{site_id}/uploads                         401 404 200 200
POST /v1/sites/{site_id}/measurements                    401 404 403 202
GET  /v1/sites/{site_id}/measurements                    401 404 200 200
PUT  /v1/sites/{site_id}/curves                          401 404 403 422
POST /v1/sites/{site_id}/devices                         401 404 403 409
GET  /v1/uploads/{upload_id}                             401 404 200 200
GET  /v1/uploads/{upload_id}/files/{number}              401 404 200 200
PUT  /v1/uploads/{upload_id}/options                     401 404 403 409
POST /v1/uploads/{upload_id}/confirm                     401 404 403 202
DELETE /v1/uploads/{upload_id}                           401 404 403 204
GET  /v1/assessments                                     401 200 200 200
POST /v1/assessments                                     401 404 403 202
GET  /v1/assessments/{assessment_id}                     401 404 200 200
GET  /v1/assessments/{assessment_id}/result              401 404 200 200
POST /v1/assessments/{assessment_id}/documents           401 404 403 202
GET  /v1/assessments/{assessment_id}/documents/{kind}    401 404 404 404
GET  /v1/jobs/{job_id}                                   401 404 200 200
GET  /v1/jobs/{job_id}/events                            401 404 200 200
POST /v1/jobs/{job_id}/cancel                            401 404 403 202
GET  /v1/fleets                                          401 200 200 200
POST /v1/fleets                                          401 404 403 202
GET  /v1/fleets/{run_id}                                 401 404 200 200
GET  /v1/fleets/{run_id}/tables/{name}                   401 404 404 404
POST /v1/entitlements                                    401 200 200 200
POST /v1/timelines                                       401 200 200 200
GET  /v1/terms                                           401 200 200 200
GET  /v1/terms/{maker}/{edition}                         401 200 200 200
GET  /v1/vocabulary                                      401 200 200 200
GET  /v1/devices                                         401 200 200 200
DELETE /v1/devices/{name}                                401 404 403 204
GET  /elapi/v1/devices                                   401 200 200 200
GET  /elapi/v1/devices/{name}/properties                 401 404 200 200
POST /elapi/v1/devices/{name}/properties                 401 404 403 202
PUT  /elapi/v1/devices/{name}/properties/{property_name} 401 404 403 202
GET  /v1/webhooks                                        401 200 403 200
POST /v1/webhooks                                        401 201 403 201
POST /v1/webhooks/{hook_id}/test                         401 404 403 202
GET  /v1/webhooks/{hook_id}/deliveries                   401 404 403 200
DELETE /v1/webhooks/{hook_id}                            401 404 403 204
"""
QUERY = {"maker": "toshiba", "coverage": "tos_module_output", "facts": {}}
TIME = ["2024-11-01T00:00:00+09:00", "2024-11-01T00:30:00+09:00"]


def rows() -> list[Row]:
    return rows_of(ROWS)


def body_of(row: Row, home: Home, who: str) -> dict[str, Any]:
    """Return what a request is sent with."""
    site = home.document | {"id": f"new-{who}"}
    bodies: dict[str, dict[str, Any]] = {
        "PUT /v1/organisation/retention": {"json": {"uploads": 30}},
        "POST /v1/users": {"json": {"email": "c@example.jp", "name": "C", "role": "read",
                                    "password": "a long enough password"}},
        "POST /v1/keys": {"json": {"name": "k", "scope": "read"}},
        "POST /v1/sites": {"json": site},
        "PUT /v1/sites/{site_id}": {"json": home.document, "headers": {"If-Match": '"1"'}},
        "POST /v1/sites/{site_id}/uploads": {"files": {"files": ("a.csv", b"time,a.b\n1,2\n")}},
        "POST /v1/sites/{site_id}/measurements": {
            "json": {"time": TIME, "columns": {"S1M01.p_dc": [1, 2]}}},
        "PUT /v1/sites/{site_id}/curves": {"content": b"no curve", "headers": {
            "Content-Type": "text/csv"}},
        "POST /v1/sites/{site_id}/devices": {"json": DEVICE},
        "PUT /v1/uploads/{upload_id}/options": {"json": {}},
        "POST /v1/assessments": {"json": {"site_id": home.ids["site_id"], "on": "2024-11-04"}},
        "POST /v1/assessments/{assessment_id}/documents": {"json": {"kind": "html"}},
        "POST /v1/fleets": {"json": {"on": "2024-11-04", "site_ids": [home.ids["site_id"]]}},
        "POST /v1/entitlements": {"json": QUERY},
        "POST /v1/timelines": {"json": QUERY},
        "POST /elapi/v1/devices/{name}/properties": {
            "json": {"properties": {"operationStatus": True}}},
        "PUT /elapi/v1/devices/{name}/properties/{property_name}": {
            "json": {"operationStatus": True}},
        "POST /v1/webhooks": {"json": {"url": "https://hook.example.jp/", "events": ["ping"]}},
    }  # fmt: skip
    return bodies.get(row.name, {})


def ask(row: Row, home: Home, who: str) -> tuple[int, str]:
    headers = {} if who == "anonymous" else getattr(home.people, who)
    sent = body_of(row, home, who)
    ids = home.ids | ({"name": "verdicts.parquet"} if "/tables/" in row.path else {})
    if row.name == "GET /v1/jobs/{job_id}/events":
        ids["job_id"] = home.ids["job_id"]
    headers = headers | sent.pop("headers", {})
    got = home.client.request(row.method, row.path.format(**ids), headers=headers, **sent)
    return got.status_code, got.text


def test_every_route_has_its_row(app: FastAPI) -> None:
    assert names_of(app.routes) - names_of(router.routes) == {row.name for row in rows()}


def test_who_may_do_what(home: Home) -> None:
    wrong = []
    order = sorted(rows(), key=lambda r: (r.method == "DELETE", "erase" in r.path,
                                          r.path == "/v1/sites/{site_id}"))  # fmt: skip
    ours = {v for k, v in home.ids.items() if k.endswith("_id")} | {home.people.admin.organisation}
    for row in order:
        for who in WHO:
            status, text = ask(row, home, who)
            if status != row.expected[who]:
                wrong.append(
                    f"{row.name} by {who}: {status}, not {row.expected[who]}: {text[:200]}"
                )
            if who in ("anonymous", "other") and any(i in text for i in ours):
                wrong.append(f"{row.name} tells {who} an id of another organisation")
    assert not wrong, "\n".join(wrong)


def test_a_refusal_tells_nothing_of_what_is_there(home: Home) -> None:
    headers = home.people.other
    there = home.client.get(f"/v1/sites/{home.ids['site_id']}", headers=headers).json()
    nowhere = home.client.get(f"/v1/sites/{'0' * 32}", headers=headers).json()
    assert {**there, "instance": ""} == {**nowhere, "instance": ""}
