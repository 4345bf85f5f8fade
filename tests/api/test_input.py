"""Requests that are odd, on both databases: refused with a reason, never an internal error."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api_people import PASSWORD, People, admit
from api_work import CORPUS, EXAMPLE, document, new_site
from pvwarranty_api.app import create_app
from pvwarranty_api.auth.login import sign_in

OURS = {"Origin": "http://testserver"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def running(database: str, make_settings) -> Iterator[tuple[TestClient, People]]:
    app = create_app(make_settings(database=database))
    with TestClient(app, raise_server_exceptions=False) as client:
        people = admit(app.state.core)
        client.headers.update(people.owner)
        yield client, people


def test_odd_text_is_refused(running) -> None:
    client, _ = running
    site = json.loads(json.dumps(document(EXAMPLE), default=str))
    deep = "[" * 5000 + "]" * 5000
    bodies = [
        ("POST", "/v1/sites", json.dumps(site | {"id": "a\0b"})),
        ("POST", "/v1/sites", json.dumps(site | {"id": "x" * 300})),
        ("POST", "/v1/sites", json.dumps(site | {"id": "\ud800"})),
        ("POST", "/v1/sites", json.dumps(site | {"timezone": "\0"})),
        ("POST", "/v1/sites", json.dumps(site)[:-1] + f', "facts": {deep}}}'),
        ("POST", "/v1/sites", json.dumps(site)[:-1] + ', "latitude": 1e999}'),
        ("POST", "/v1/sites", "{"),
        ("POST", "/v1/sites", "[]"),
        ("POST", "/v1/users", json.dumps({"email": "a\0@b.jp", "name": "x", "role": "read",
                                          "password": "a long enough password"})),
        ("POST", "/v1/keys", json.dumps({"name": "a\0", "scope": "read"})),
        ("POST", "/v1/keys", json.dumps({"name": "\ud800", "scope": "read"})),
        ("POST", "/v1/keys", json.dumps({"name": "k", "scope": "owner"})),
        ("POST", "/v1/entitlements", "\ud800".encode("utf-8", "surrogatepass")),
        ("POST", "/v1/entitlements", '{"maker": "toshiba", "facts": {"as_of": "\\ud800"}}'),
        ("POST", "/v1/entitlements", deep),
        ("POST", "/v1/entitlements", ""),
        ("POST", "/v1/timelines", "[]"),
    ]  # fmt: skip
    for method, path, body in bodies:
        got = client.request(method, path, content=body, headers=JSON)
        assert 400 <= got.status_code < 500, (path, body[:80], got.text)
        assert got.headers["content-type"] == "application/problem+json"


def test_odd_ids_are_not_found_or_refused(running) -> None:
    client, _ = running
    for odd in ("x", "0" * 32, "%00", "..", "'; --", "é", "0" * 5000):
        for path in ("/v1/sites/{}", "/v1/uploads/{}", "/v1/jobs/{}", "/v1/devices/{}"):
            method = "DELETE" if "devices" in path else "GET"
            assert client.request(method, path.format(odd)).status_code in (404, 405, 422)


def test_odd_ids_of_pages_are_not_found(running) -> None:
    client, people = running
    form = {"email": people.email, "password": PASSWORD}
    client.headers.pop("Authorization")
    odd_sign_in = client.post("/login", data=form | {"email": "a\0@b.jp"}, headers=OURS)
    assert odd_sign_in.status_code == 401
    assert client.post("/login", data=form, headers=OURS).status_code == 200
    for odd in ("x", "0" * 32, "%00", "'; --", "é", "0" * 5000):
        for path in ("/sites/{}", "/sites/{}/edit", "/uploads/{}", "/assessments/{}/result.json"):
            assert client.get(path.format(odd)).status_code == 404, path


def test_problems_are_told_in_japanese_too(running) -> None:
    client, _ = running
    wrong = {"name": "", "scope": "owner"}
    for lang, told in (("ja", "文字以上"), ("en", "at least 1 character")):
        got = client.post("/v1/keys", json=wrong, headers={"Accept-Language": lang}).json()
        assert [e["where"] for e in got["errors"]] == ["name", "scope"]
        assert told in got["errors"][0]["what"]


def test_lists_come_in_pieces(running) -> None:
    client, _ = running
    site = document(CORPUS / "sites" / "home")
    for number in range(5):
        body = json.loads(json.dumps(site | {"id": f"home-{number}"}, default=str))
        assert client.post("/v1/sites", json=body).status_code == 201
    names, cursor = [], {}
    while True:
        piece = client.get("/v1/sites", params={"limit": 2} | cursor).json()
        names += [s["name"] for s in piece["items"]]
        if piece["next"] is None:
            break
        cursor = {"cursor": piece["next"]}
    assert names == [f"home-{n}" for n in reversed(range(5))]
    assert client.get("/v1/sites?limit=0").status_code == 422
    assert client.get("/v1/sites?cursor=x").status_code == 422


def test_a_key_of_once_is_not_for_another_request(running) -> None:
    client, _ = running
    site = json.loads(json.dumps(document(CORPUS / "sites" / "home"), default=str))
    once = {"Idempotency-Key": "k"}
    first = client.post("/v1/sites", json=site, headers=once)
    again = client.post("/v1/sites", json=site, headers=once)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    other = client.post("/v1/sites", json=site | {"id": "other"}, headers=once)
    assert other.status_code == 409


def test_what_did_not_change_is_not_sent_again(running) -> None:
    client, _ = running
    site = new_site(client, CORPUS / "sites" / "home")
    tag = client.get(f"/v1/sites/{site}").headers["etag"]
    assert client.get(f"/v1/sites/{site}", headers={"If-None-Match": tag}).status_code == 304
    terms = client.get("/v1/terms").json()[0]["id"]
    tag = client.get(f"/v1/terms/{terms}").headers["etag"]
    assert client.get(f"/v1/terms/{terms}", headers={"If-None-Match": tag}).status_code == 304
    body = client.get(f"/v1/sites/{site}").json()["document"]
    assert client.put(f"/v1/sites/{site}", json=body).status_code == 428


def test_queries_are_answered_in_order_and_a_wrong_one_in_its_place(running) -> None:
    client, _ = running
    good = {"maker": "toshiba", "coverage": "tos_module_output", "facts": {}}
    wrong = good | {"maker": "toshba"}
    one = client.post("/v1/entitlements", json=good)
    assert one.json()["decision"] == "needs_information"
    refused = client.post("/v1/entitlements", json=wrong)
    assert refused.status_code == 422
    assert "toshiba" in refused.json()["errors"][0]["hint"]
    several = client.post("/v1/entitlements", json=[good, wrong, good]).json()
    assert [("error" in a) for a in several] == [False, True, False]
    lines = "\n".join(json.dumps(q) for q in (good, wrong))
    headers = {"Content-Type": "application/x-ndjson"}
    assert len(client.post("/v1/entitlements", content=lines, headers=headers).json()) == 2
    many = client.post("/v1/entitlements", json=[good] * 1001)
    assert many.status_code == 422


def test_a_browser_needs_the_token_of_its_page(make_settings) -> None:
    app = create_app(make_settings())
    with TestClient(app) as client:
        people = admit(app.state.core)
        core = app.state.core
        _, cookie = sign_in(core.database, core.settings, people.email, PASSWORD, "x")
        client.cookies.set("pvw_session", cookie)
        assert client.get("/v1/me").json()["kind"] == "user"
        body = {"name": "k", "scope": "read"}
        assert client.post("/v1/keys", json=body).json()["code"] == "csrf"
        with core.database.reading() as db:
            from pvwarranty_api.auth.sessions import actor_of_cookie

            token = actor_of_cookie(db, cookie).csrf
        made = client.post("/v1/keys", json=body, headers={"X-CSRF-Token": token})
        assert made.status_code == 201
        audit = client.get("/v1/audit").json()["items"]
        assert audit[0]["action"] == "key.create"
        assert audit[0]["actor"] == f"user:{people.admin.id}"
        assert made.json()["key"] not in json.dumps(audit)


def test_who_asks_too_often_is_told_when_to_come_back(make_settings) -> None:
    app = create_app(make_settings(rate="3/minute", rate_anonymous="2/minute"))
    with TestClient(app) as client:
        headers = admit(app.state.core).owner
        codes = [client.get("/v1/me", headers=headers).status_code for _ in range(4)]
        assert codes == [200, 200, 200, 429]
        assert int(client.get("/v1/me", headers=headers).headers["retry-after"]) <= 60
        codes = [client.get("/v1/me", headers={"X-Elapi-key": "x"}).status_code for _ in range(3)]
        assert codes == [401, 401, 429]


def test_an_unexpected_error_tells_nothing_of_itself(app, client, people, monkeypatch) -> None:
    from pvwarranty_api.services import terms

    def breaks(library: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(terms, "list_terms", breaks)
    got = client.get("/v1/terms", headers=people.reader)
    assert got.status_code == 500
    assert got.json()["code"] == "internal"
    assert "secret" not in got.text
