"""Organisations and their users."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pvwarranty.model import Text
from pvwarranty_api.auth.actor import ROLES, Actor, Role
from pvwarranty_api.auth.audit import note
from pvwarranty_api.auth.keys import make_key
from pvwarranty_api.auth.login import normal_email
from pvwarranty_api.auth.passwords import hash_password, is_password
from pvwarranty_api.auth.sessions import close_all
from pvwarranty_api.errors import Refusal, invalid, not_found
from pvwarranty_api.services.core import Core
from pvwarranty_api.services.pages import Piece, Wanted, piece_of
from pvwarranty_api.store.people import Organisation, User
from pvwarranty_api.store.types import now

USER = Text("利用者", "user")
TAKEN = Text("このメールアドレスは登録済みです", "This address is registered already")
LAST = Text("管理者が一人もいなくなります", "No administrator would be left")


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be made."""

    email: str
    name: str
    role: str
    password: str
    language: str = "ja"


def create_organisation(core: Core, name: str, admin: NewUser) -> User:
    """Make an organisation with its first administrator; for the command line alone."""
    hashed = hash_password(admin.password)
    with core.database.writing() as db:
        organisation = Organisation(name=name)
        db.add(organisation)
        db.flush()
        user = _add_user(db, organisation.id, admin, hashed)
        maker = Actor(organisation.id, "admin", "command", "", Role.ADMIN)
        note(db, maker, "organisation.create", organisation.id)
        return user


def first_key(core: Core, user: User) -> str:
    """Return a key of an administrator's organisation; for the command line alone."""
    with core.database.writing() as db:
        row, token = make_key(db, user.organisation_id, "first key", "admin")
        row.made_by = f"user:{user.id}"
        return token


def organisation_of(core: Core, actor: Actor) -> Organisation:
    """Return the actor's organisation."""
    with core.database.reading() as db:
        found = db.get(Organisation, actor.organisation)
    if found is None:
        raise not_found(Text("組織", "organisation"))
    return found


def create_user(core: Core, actor: Actor, new: NewUser) -> User:
    """Make a user of the actor's organisation."""
    actor.need(Role.ADMIN)
    hashed = hash_password(new.password)
    with core.database.writing() as db:
        user = _add_user(db, actor.organisation, new, hashed)
        note(db, actor, "user.create", user.id, role=new.role)
        return user


def _add_user(db: Session, organisation: str, new: NewUser, hashed: str) -> User:
    email = normal_email(new.email)
    if "@" not in email[1:-1] or not email.isprintable() or " " in email:
        raise invalid("email", "is no address")
    if new.role not in ROLES:
        raise invalid("role", f"is not one of {', '.join(ROLES)}")
    if db.scalar(select(func.count()).where(User.email == email)):
        raise Refusal("conflict", TAKEN)
    user = User(
        organisation_id=organisation, email=email, name=new.name, role=new.role, password=hashed,
        language=new.language,
    )  # fmt: skip
    db.add(user)
    db.flush()
    return user


def list_users(core: Core, actor: Actor, wanted: Wanted) -> Piece[User]:
    """Return the users of the actor's organisation."""
    actor.need(Role.ADMIN)
    query = select(User).where(User.organisation_id == actor.organisation)
    with core.database.reading() as db:
        return piece_of(db, query, User.id, wanted)


def disable_user(core: Core, actor: Actor, user_id: str) -> None:
    """Shut a user out, at once and everywhere."""
    actor.need(Role.ADMIN)
    with core.database.writing() as db:
        user = user_of(db, actor, user_id)
        refuse_last_admin(db, user)
        user.disabled_at = user.disabled_at or now()
        close_all(db, user.id)
        note(db, actor, "user.disable", user.id)


def change_password(core: Core, actor: Actor, old: str, new: str) -> None:
    """Change the actor's own password; all sessions end."""
    with core.database.reading() as db:
        user = user_of(db, actor, actor.id)
    if not is_password(old, user.password):
        raise invalid("old", "is not the present password")
    hashed = hash_password(new)
    with core.database.writing() as db:
        user_of(db, actor, actor.id).password = hashed
        close_all(db, actor.id)
        note(db, actor, "user.password", actor.id)


def set_password(core: Core, email: str, new: str) -> User:
    """Give a user a new password, and let a user in again; for the command line alone."""
    hashed = hash_password(new)
    with core.database.writing() as db:
        user = db.scalar(select(User).where(User.email == normal_email(email)))
        if user is None or not user.password:  # erased
            raise not_found(USER)
        user.password, user.disabled_at = hashed, None
        close_all(db, user.id)
        maker = Actor(user.organisation_id, "admin", "command", "", Role.ADMIN)
        note(db, maker, "user.password", user.id)
        return user


def user_of(db: Session, actor: Actor, user_id: str) -> User:
    """Return a user of the actor's organisation."""
    user = db.get(User, user_id)
    if user is None or user.organisation_id != actor.organisation:
        raise not_found(USER)
    return user


def refuse_last_admin(db: Session, user: User) -> None:
    """Refuse what would leave an organisation without an administrator."""
    others = select(func.count()).where(
        User.organisation_id == user.organisation_id, User.role == "admin",
        User.disabled_at.is_(None), User.id != user.id,
    )  # fmt: skip
    if user.role == "admin" and user.disabled_at is None and not db.scalar(others):
        raise Refusal("conflict", LAST)
