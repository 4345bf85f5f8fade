"""Routes: who asks, the organisation, its users and keys."""

from __future__ import annotations

from fastapi import APIRouter, Response

from pvwarranty_api.routes.shapes import (
    ActorOut,
    KeyIn,
    KeyOut,
    ListOf,
    NewKeyOut,
    OrganisationOut,
    UserIn,
    UserOut,
)
from pvwarranty_api.services import keys, people
from pvwarranty_api.web.access import Admin, CoreOf, Reader
from pvwarranty_api.web.forms import ObjectId, WantedPiece

router = APIRouter(prefix="/v1", tags=["people"])


@router.get("/me")
def who_asks(actor: Reader) -> ActorOut:
    """Return who the key or cookie stands for."""
    return ActorOut(
        organisation=actor.organisation, id=actor.id, kind=actor.kind, name=actor.name,
        role=actor.role.word,  # type: ignore[arg-type]
    )  # fmt: skip


@router.get("/organisation")
def organisation(core: CoreOf, actor: Reader) -> OrganisationOut:
    """Return the organisation of who asks."""
    return OrganisationOut.model_validate(people.organisation_of(core, actor))


@router.get("/users")
def list_users(core: CoreOf, actor: Admin, wanted: WantedPiece) -> ListOf[UserOut]:
    """Return the users of the organisation."""
    return ListOf[UserOut].model_validate(people.list_users(core, actor, wanted))


@router.post("/users", status_code=201)
def create_user(core: CoreOf, actor: Admin, body: UserIn) -> UserOut:
    """Make a user."""
    new = people.NewUser(body.email, body.name, body.role, body.password, body.language)
    return UserOut.model_validate(people.create_user(core, actor, new))


@router.delete("/users/{user_id}", status_code=204)
def disable_user(core: CoreOf, actor: Admin, user_id: ObjectId) -> Response:
    """Shut a user out: sessions end at once."""
    people.disable_user(core, actor, user_id)
    return Response(status_code=204)


@router.get("/keys")
def list_keys(core: CoreOf, actor: Admin, wanted: WantedPiece) -> ListOf[KeyOut]:
    """Return the keys of the organisation, without their secrets."""
    return ListOf[KeyOut].model_validate(keys.list_keys(core, actor, wanted))


@router.post("/keys", status_code=201)
def create_key(core: CoreOf, actor: Admin, body: KeyIn) -> NewKeyOut:
    """Make a key. It is shown in this answer and never again."""
    row, token = keys.create_key(core, actor, body.name, body.scope, body.expires_at)
    return NewKeyOut(**KeyOut.model_validate(row).model_dump(), key=token)


@router.delete("/keys/{key_id}", status_code=204)
def revoke_key(core: CoreOf, actor: Admin, key_id: ObjectId) -> Response:
    """End a key at once."""
    keys.revoke_key(core, actor, key_id)
    return Response(status_code=204)
