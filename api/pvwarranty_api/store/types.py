"""Instants in the database: always aware, always UTC, whatever the database thinks of offsets."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator

HERE = ZoneInfo("Asia/Tokyo")  # whose clock the pages show


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. SQLite drops offsets in silence, so it is turned to UTC before and after."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """Return the type of its values."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return the instant in UTC; ValueError for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no zone: an instant is needed")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Return the instant as aware UTC."""
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the present day where the homes are, whatever the clock of the machine shows."""
    return now().astimezone(HERE).date()


def new_id() -> str:
    """Return a new id of 32 hexadecimal digits; ids made later sort later (by milliseconds)."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"
