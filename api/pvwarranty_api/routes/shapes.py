"""The shapes of the API: what comes in and goes out of organisations, users, keys and sites."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

T = TypeVar("T")
RoleWord = Literal["read", "write", "admin"]
Line = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class Shape(BaseModel):
    """A body that comes in: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """An answer: made of a row of the database, of which it shows what it names."""

    model_config = ConfigDict(from_attributes=True)


class ListOf(Shown, Generic[T]):
    """A piece of a list, newest first; `next` is the cursor of the next piece, null at the end."""

    items: list[T]
    next: str | None = None


class ProblemShape(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = Field(examples=["urn:pvwarranty:problem:invalid"])
    title: str = Field(examples=["The input has faults"])
    status: int = Field(examples=[422])
    code: str = Field(examples=["invalid"])
    detail: str | None = None
    instance: str | None = None
    errors: list[dict[str, str]] | None = Field(
        None, examples=[[{"where": "facts.completion_date", "what": "is no day", "hint": ""}]]
    )


class OrganisationOut(Shown):
    """The organisation that a key or user belongs to."""

    id: str
    name: str
    created_at: datetime
    retention: dict[str, Any]


class ActorOut(Shown):
    """Who asks."""

    organisation: str
    id: str
    kind: str
    name: str
    role: RoleWord


class UserIn(Shape):
    """A user to be made."""

    email: Annotated[str, Field(max_length=254, examples=["hanako@example.jp"])]
    name: Line
    role: RoleWord
    password: Annotated[str, Field(min_length=12, max_length=256)]
    language: Literal["ja", "en"] = "ja"


class UserOut(Shown):
    """A user."""

    id: str
    email: str
    name: str
    role: RoleWord
    language: str
    created_at: datetime
    disabled_at: datetime | None


class KeyIn(Shape):
    """A key to be made."""

    name: Line
    scope: RoleWord
    expires_at: datetime | None = Field(None, description="with an offset; never where absent")


class KeyOut(Shown):
    """A key, without its secret."""

    id: str
    name: str
    hint: str = Field(description="how the key begins")
    scope: RoleWord
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None


class NewKeyOut(KeyOut):
    """A key with its secret: shown this once and never again."""

    key: str


class SiteOut(Shown):
    """A site: its document (the content of a site.toml), and what is held of it."""

    id: str
    name: str
    document: dict[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime
    held: dict[str, Any] = Field(description="rows, first and last instant of the measurements")
