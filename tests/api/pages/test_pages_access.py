"""Every page × who asks: a stranger is sent to sign in, another organisation finds nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api_people import PASSWORD
from api_rows import READER, WHO, Home, Row, names_of, rows_of
from pvwarranty_api.pages import router

OURS = {"Origin": "http://testserver"}
# method path                                    anonymous other reader owner
ROWS = """
GET  /                                                   303 303 303 303
GET  /login                                              200 303 303 303
POST /login                                              401 401 401 401
POST /language                                           303 303 303 303
GET  /account                                            303 200 200 200
POST /account/keys                                       303 200 403 200
POST /account/keys/{key_id}/revoke                       303 404 403 303
POST /account/password                                   303 422 422 422
GET  /sites                                              303 200 200 200
GET  /deadlines                                          303 200 200 200
GET  /entitlement                                        303 200 200 200
POST /entitlement                                        303 200 200 200
GET  /sites/new                                          303 200 200 200
POST /sites/new                                          303 422 403 422
POST /sites/new/uploads                                  303 422 422 422
GET  /sites/{site_id}                                    303 404 200 200
GET  /sites/{site_id}/edit                               303 404 200 200
POST /sites/{site_id}/edit                               303 404 403 422
GET  /sites/{site_id}/upload                             303 404 200 200
POST /sites/{site_id}/uploads                            303 404 403 303
GET  /uploads/{upload_id}                                303 404 200 200
POST /uploads/{upload_id}/options                        303 404 403 409
POST /uploads/{upload_id}/confirm                        303 404 403 303
POST /uploads/{upload_id}/discard                        303 404 403 303
POST /sites/{site_id}/assess                             303 404 403 303
GET  /assessments/{assessment_id}                        303 404 200 200
POST /assessments/{assessment_id}/answers                303 404 403 303
POST /assessments/{assessment_id}/report                 303 404 403 303
GET  /assessments/{assessment_id}/report.{kind}          303 404 409 409
POST /assessments/{assessment_id}/bundle                 303 404 403 303
GET  /assessments/{assessment_id}/bundle                 303 404 200 200
GET  /assessments/{assessment_id}/bundle.zip             303 404 409 409
GET  /assessments/{assessment_id}/result.json            303 404 200 200
POST /sites/{site_id}/delete                             303 404 403 303
GET  /docs                                               200 200 200 200
POST /logout                                             303 303 303 303
"""


@pytest.fixture
def clients(app: FastAPI, home: Home) -> dict[str, TestClient]:
    """Return a client of each: three of them are signed in."""
    mail = {"other": "b@example.jp", "owner": home.people.email, "reader": READER.email}
    secret = {"reader": READER.password}
    made = {who: TestClient(app, follow_redirects=False) for who in WHO}
    for who, email in mail.items():
        form = {"email": email, "password": secret.get(who, PASSWORD)}
        assert made[who].post("/login", data=form, headers=OURS).status_code == 303
    return made


def ask(row: Row, home: Home, client: TestClient) -> tuple[int, str]:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/account").text)
    csrf = found[1] if found else "none"
    name = "failed-modules" if row.path.endswith("/delete") else "x"
    form = {"csrf": csrf, "on": "2024-11-04", "name": name, "scope": "read"}
    sent: dict[str, Any] = {"data": form}
    if row.path.endswith("/uploads"):
        sent |= {"files": {"files": ("a.csv", b"time,a.b\n1,2\n")}}
    elif row.method == "GET":
        sent = {}
    path = row.path.format(**home.ids)
    got = client.request(row.method, path, headers=OURS, **sent)
    return got.status_code, got.text.replace(path, "")  # a refusal may name what was asked for


def test_every_page_has_its_row() -> None:
    assert names_of(router.routes) == {row.name for row in rows_of(ROWS)}


def test_who_may_see_and_do_what(home: Home, clients: dict[str, TestClient]) -> None:
    wrong = []
    ours = {home.ids[k] for k in ("site_id", "assessment_id", "upload_id", "key_id")}
    for row in rows_of(ROWS):
        for who in WHO:
            status, text = ask(row, home, clients[who])
            if status != row.expected[who]:
                told = " ".join(re.sub(r"<[^>]*>", " ", text).split())[-200:]
                wrong.append(f"{row.name} by {who}: {status}, not {row.expected[who]}: {told}")
            if who == "other" and any(i in text for i in ours):
                wrong.append(f"{row.name} shows {who} an id of another organisation")
    assert not wrong, "\n".join(wrong)
