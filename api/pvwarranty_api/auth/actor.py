"""The one who asks: a user in a browser or a key of a machine, of one organisation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from pvwarranty_api.errors import Refusal


class Role(IntEnum):
    """What one may do: each may what those below may."""

    READ = 1
    WRITE = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        """Return the role as it is written in the database and the API."""
        return self.name.lower()


ROLES = {role.word: role for role in Role}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks; `session` and `csrf` are empty for keys."""

    organisation: str
    id: str
    kind: str  # user | key
    name: str
    role: Role
    language: str = "ja"
    session: str = ""
    csrf: str = ""
    request: str = ""

    @property
    def label(self) -> str:
        """Return how the actor is written in the audit log."""
        return f"{self.kind}:{self.id}"

    def need(self, role: Role) -> None:
        """Refuse what the actor's role does not allow."""
        if self.role < role:
            raise Refusal("forbidden")
