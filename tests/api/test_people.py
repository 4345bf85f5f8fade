from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from api_people import PASSWORD, People
from pvwarranty_api.auth.login import sign_in
from pvwarranty_api.auth.sessions import actor_of_cookie
from pvwarranty_api.errors import Refusal
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.people import (
    NewUser,
    create_organisation,
    disable_user,
    set_password,
)
from pvwarranty_api.store.people import ApiKey, User


def test_a_key_is_shown_once_and_kept_as_a_digest(client: TestClient, people: People) -> None:
    made = client.post("/v1/keys", headers=people.owner, json={"name": "HEMS", "scope": "read"})
    assert made.status_code == 201
    key = made.json()["key"]
    assert len(key) > 40
    assert key not in client.get("/v1/keys", headers=people.owner).text
    with client.app.state.core.database.reading() as db:
        assert key not in str(db.get(ApiKey, made.json()["id"]).__dict__)
    assert client.get("/v1/me", headers={"Authorization": f"Bearer {key}"}).json()["role"] == "read"
    assert client.get("/v1/me", headers={"X-Elapi-key": key}).json()["role"] == "read"


def test_a_revoked_key_ends_at_once(client: TestClient, people: People) -> None:
    made = client.post("/v1/keys", headers=people.owner, json={"name": "k", "scope": "write"})
    headers = {"Authorization": f"Bearer {made.json()['key']}"}
    assert client.get("/v1/me", headers=headers).status_code == 200
    client.delete(f"/v1/keys/{made.json()['id']}", headers=people.owner)
    assert client.get("/v1/me", headers=headers).status_code == 401


def test_a_key_ends_when_it_expires(client: TestClient, people: People) -> None:
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    body = {"name": "k", "scope": "read", "expires_at": past}
    assert client.post("/v1/keys", headers=people.owner, json=body).status_code == 422


def test_problems_speak_the_language_asked_for(client: TestClient) -> None:
    japanese = client.get("/v1/me")
    english = client.get("/v1/me", headers={"Accept-Language": "en-GB,en;q=0.9,ja;q=0.1"})
    assert japanese.json()["title"] == "認証が必要です"
    assert english.json()["title"] == "Sign in or send a key"
    assert english.headers["content-type"] == "application/problem+json"
    assert english.headers["www-authenticate"].startswith("Bearer")


def test_a_password_that_was_forgotten_is_set_anew(core: Core) -> None:
    create_organisation(core, "甲", NewUser("a@example.jp", "A", "admin", PASSWORD))
    _, cookie = sign_in(core.database, core.settings, "a@example.jp", PASSWORD, "192.0.2.1")
    set_password(core, "A@example.jp ", "another long password")
    with core.database.reading() as db:
        assert actor_of_cookie(db, cookie) is None
    with pytest.raises(Refusal, match="not_signed_in"):
        sign_in(core.database, core.settings, "a@example.jp", PASSWORD, "192.0.2.1")
    sign_in(core.database, core.settings, "a@example.jp", "another long password", "192.0.2.1")
    with pytest.raises(Refusal, match="no such user"):
        set_password(core, "b@example.jp", "another long password")


def test_many_guesses_at_once_are_no_more_than_one_after_the_other(core: Core) -> None:
    create_organisation(core, "甲", NewUser("a@example.jp", "A", "admin", PASSWORD))

    def guess(_: int) -> str:
        with pytest.raises(Refusal) as told:
            sign_in(core.database, core.settings, "a@example.jp", "wrong", "192.0.2.1")
        return told.value.code

    with ThreadPoolExecutor(8) as pool:
        codes = Counter(pool.map(guess, range(3 * core.settings.login_failures)))
    assert codes["not_signed_in"] == core.settings.login_failures


def test_guesses_of_a_password_are_limited(core: Core) -> None:
    create_organisation(core, "甲", NewUser("a@example.jp", "A", "admin", PASSWORD))
    for _ in range(core.settings.login_failures):
        with pytest.raises(Refusal, match="not_signed_in"):
            sign_in(core.database, core.settings, "a@example.jp", "wrong", "192.0.2.1")
    with pytest.raises(Refusal, match="too_many"):
        sign_in(core.database, core.settings, "A@example.jp ", PASSWORD, "192.0.2.9")


def test_a_session_ends_with_its_user(core: Core) -> None:
    user = create_organisation(core, "甲", NewUser("a@example.jp", "A", "admin", PASSWORD))
    _, cookie = sign_in(core.database, core.settings, "a@example.jp", PASSWORD, "192.0.2.1")
    with core.database.reading() as db:
        actor = actor_of_cookie(db, cookie)
    assert actor is not None
    with pytest.raises(Refusal, match="administrator would be left"):
        disable_user(core, actor, user.id)
    with core.database.writing() as db:
        found = db.get(User, user.id)
        assert found is not None
        found.disabled_at = datetime.now(UTC)
    with core.database.reading() as db:
        assert actor_of_cookie(db, cookie) is None
