"""Two organisations with keys of every scope, for tests."""

from __future__ import annotations

from dataclasses import dataclass

from pvwarranty_api.auth.actor import Actor, Role
from pvwarranty_api.auth.keys import make_key
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.people import NewUser, create_organisation

PASSWORD = "correct horse battery staple"
Headers = dict[str, str]


@dataclass(frozen=True)
class People:
    """The headers of each, and who the owner is."""

    owner: Headers
    writer: Headers
    reader: Headers
    other: Headers
    admin: Actor
    email: str


def admit(core: Core) -> People:
    """Make the organisations and their keys."""
    user = create_organisation(core, "甲", NewUser("a@example.jp", "A", "admin", PASSWORD))
    other = create_organisation(core, "乙", NewUser("b@example.jp", "B", "admin", PASSWORD))
    ours = user.organisation_id
    with core.database.writing() as db:
        tokens = [make_key(db, ours, scope, scope)[1] for scope in ("admin", "write", "read")]
        tokens.append(make_key(db, other.organisation_id, "other", "admin")[1])
    owner, writer, reader, stranger = ({"Authorization": f"Bearer {t}"} for t in tokens)
    admin = Actor(ours, user.id, "user", "A", Role.ADMIN)
    return People(owner, writer, reader, stranger, admin, user.email)
