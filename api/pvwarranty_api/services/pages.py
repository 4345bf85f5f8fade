"""Lists in pieces: a cursor is the last id of the piece before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from pvwarranty_api.errors import invalid

T = TypeVar("T")
MOST = 200


@dataclass(frozen=True, slots=True)
class Piece(Generic[T]):
    """A piece of a list, newest first, and the cursor of the next piece, None at the end."""

    items: Sequence[T]
    next: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which piece of a list is wanted."""

    cursor: str | None = None
    limit: int = 50


def piece_of(db: Session, query: Select[T], column: Any, wanted: Wanted) -> Piece[T]:
    """Return a piece of a query's rows, ordered by `column`, an id, from the newest."""
    if not 1 <= wanted.limit <= MOST:
        raise invalid("limit", f"{wanted.limit} is not within 1..{MOST}")
    if wanted.cursor is not None:
        query = query.where(column < wanted.cursor)
    rows = db.scalars(query.order_by(column.desc()).limit(wanted.limit + 1)).all()
    more = len(rows) > wanted.limit
    kept = rows[: wanted.limit]
    return Piece(kept, str(kept[-1].id) if more else None)  # type: ignore[attr-defined]
