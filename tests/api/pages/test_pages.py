"""The pages without a browser: who may do what, what is refused, and how it is told."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api_people import PASSWORD, People
from pages_live import ROOT
from pvwarranty_api.pages.texts import say
from pvwarranty_api.services import sites

OURS = {"Origin": "http://testserver"}
PAGES = ROOT / "api" / "pvwarranty_api" / "pages"
EXAMPLE = ROOT / "site_data" / "shaded-string" / "site.toml"


@pytest.fixture
def web(client: TestClient, people: People) -> TestClient:
    """Return a client that is signed in as the administrator of the first organisation."""
    sign_in(client, people.email)
    return client


def sign_in(client: TestClient, email: str, password: str = PASSWORD) -> object:
    form = {"email": email, "password": password, "next": "/sites"}
    return client.post("/login", data=form, headers=OURS, follow_redirects=False)


def csrf_of(client: TestClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/account").text)
    assert found is not None
    return found[1]


def test_a_stranger_is_sent_to_sign_in_and_back(client: TestClient, people: People) -> None:
    for path in ("/sites", "/deadlines", "/account", "/entitlement", "/sites/new"):
        answer = client.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")
    assert client.get("/", follow_redirects=False).headers["location"] == "/login"


def test_signing_in_tells_nothing_of_who_exists(client: TestClient, people: People) -> None:
    wrong = [
        client.post("/login", data={"email": e, "password": "wrong wrong wrong"}, headers=OURS)
        for e in (people.email, "nobody@example.jp")
    ]
    assert [w.status_code for w in wrong] == [401, 401]
    texts = [re.sub(r'value="[^"]*@[^"]*"', "", w.text) for w in wrong]
    assert texts[0] == texts[1]
    assert "メールアドレスまたはパスワードが違います" in texts[0]


def test_guesses_are_throttled(client: TestClient, people: People) -> None:
    answers = [sign_in(client, people.email, "wrong wrong wrong") for _ in range(11)]
    assert answers[-1].status_code == 429  # type: ignore[attr-defined]
    assert sign_in(client, people.email).status_code == 429  # type: ignore[attr-defined]


@pytest.mark.parametrize("there", ["//evil.example", "https://evil.example", "/\\evil", "\\x"])
def test_signing_in_leads_to_our_pages_alone(
    client: TestClient, people: People, there: str
) -> None:
    form = {"email": people.email, "password": PASSWORD, "next": there}
    answer = client.post("/login", data=form, headers=OURS, follow_redirects=False)
    assert answer.headers["location"] == "/sites"


def test_the_session_cookie_is_out_of_reach_of_scripts(client: TestClient, people: People) -> None:
    cookie = sign_in(client, people.email).headers["set-cookie"]  # type: ignore[attr-defined]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()


def test_signing_out_ends_the_session(web: TestClient) -> None:
    cookie = dict(web.cookies)
    web.post("/logout", data={"csrf": csrf_of(web)}, headers=OURS)
    web.cookies.update(cookie)
    assert web.get("/sites", follow_redirects=False).status_code == 303


FORMS = ("/logout", "/account/keys", "/account/password", "/sites/new", "/entitlement")


@pytest.mark.parametrize("path", FORMS)
def test_forms_need_the_token_of_the_session(web: TestClient, path: str) -> None:
    assert web.post(path, data={"csrf": "x"}, headers=OURS).status_code == 403
    assert web.post(path, data={}, headers=OURS).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}],
)
def test_forms_of_other_sites_are_refused(web: TestClient, headers: dict[str, str]) -> None:
    token = csrf_of(web)
    assert web.post("/account/keys", data={"csrf": token}, headers=headers).status_code == 403
    login = {"email": "a@example.jp", "password": PASSWORD}
    assert web.post("/login", data=login, headers=headers).status_code == 403
    files = {"files": ("a.csv", b"x")}
    answer = web.post("/sites/" + "0" * 32 + "/uploads", files=files, headers=headers)
    assert answer.status_code == 403


def test_a_key_is_shown_once(web: TestClient, app: FastAPI) -> None:
    form = {"csrf": csrf_of(web), "name": "HEMS-1", "scope": "write"}
    shown = web.post("/account/keys", data=form, headers=OURS).text
    found = re.search(r'<code class="key">([^<]+)</code>', shown)
    assert found is not None
    key = {"Authorization": f"Bearer {found[1]}"}
    assert TestClient(app).get("/v1/me", headers=key).json()["name"] == "HEMS-1"
    again = web.get("/account").text
    assert "HEMS-1" in again
    assert found[1] not in again
    revoke = re.search(r'action="(/account/keys/[0-9a-f]+/revoke)"', again)
    assert revoke is not None
    for path in set(re.findall(r'action="(/account/keys/[0-9a-f]+/revoke)"', again)):
        web.post(path, data={"csrf": csrf_of(web)}, headers=OURS)
    assert TestClient(app).get("/v1/me", headers=key).status_code == 401


def test_nothing_of_another_organisation_is_reached(
    web: TestClient, app: FastAPI, people: People
) -> None:
    headers = {**people.other, "Content-Type": "application/json"}
    made = web.post("/v1/sites", content=_document(), headers=headers)
    other = made.json()["id"]
    for path in ("", "/edit", "/upload"):
        assert web.get(f"/sites/{other}{path}").status_code == 404
    token = csrf_of(web)
    for path in ("/edit", "/delete", "/assess"):
        form = {"csrf": token, "name": "x"}
        assert web.post(f"/sites/{other}{path}", data=form, headers=OURS).status_code == 404
    assert "shaded-string" not in web.get("/sites").text


def _document() -> str:
    import json
    import tomllib

    return json.dumps(tomllib.loads(EXAMPLE.read_text("utf-8")), default=str)


def test_pages_allow_no_inline_script_or_style(web: TestClient) -> None:
    answer = web.get("/sites")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for path in ("/sites", "/account", "/sites/new", "/entitlement?maker=apc", "/deadlines"):
        text = web.get(path).text
        assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|<style", text), path


def test_the_language_is_switched_and_kept(web: TestClient) -> None:
    answer = web.post(
        "/language", data={"language": "en", "next": "/account"}, headers=OURS,
        follow_redirects=False,
    )  # fmt: skip
    assert answer.headers["location"] == "/account"
    assert '<html lang="en">' in web.get("/account").text
    assert "API keys" in web.get("/account").text


def test_a_site_is_removed_only_when_its_name_is_written(
    web: TestClient, app: FastAPI, people: People
) -> None:
    row = sites.create_site(app.state.core, people.admin, EXAMPLE.read_text("utf-8"))
    form = {"csrf": csrf_of(web), "name": "another"}
    web.post(f"/sites/{row.id}/delete", data=form, headers=OURS)
    assert web.get(f"/sites/{row.id}").status_code == 200
    web.post(f"/sites/{row.id}/delete", data=form | {"name": row.name}, headers=OURS)
    assert web.get(f"/sites/{row.id}").status_code == 404


def test_what_a_page_did_not_expect_is_told_without_its_text(
    web: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("pvwarranty_api.pages.fleet.overviews", broken)
    answer = web.get("/sites")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "内部エラー" in answer.text


def test_every_text_that_templates_name_is_there() -> None:
    names = set()
    for path in (PAGES / "templates").glob("*.html"):
        names |= set(
            re.findall(r"""\bt\(["']([a-z_]+\.[a-z_0-9]+)["'][,)]""", path.read_text("utf-8"))
        )
    assert len(names) > 100
    for name in names:
        for lang in ("en", "ja"):
            assert say(lang, name)
