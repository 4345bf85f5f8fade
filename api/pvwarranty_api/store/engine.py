"""The database: an engine, and transactions that read or write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

T = TypeVar("T")
WAIT = 10  # s for the lock of an embedded database


@dataclass(frozen=True, slots=True)
class Database:
    """An engine for each kind of transactions, and one for quick questions."""

    engine: Engine
    writer: Engine
    looker: Engine

    @property
    def is_embedded(self) -> bool:
        """Tell whether this is a file, not a server."""
        return self.engine.dialect.name == "sqlite"

    def look(self, ask: Callable[[Connection], T]) -> T:
        """Return the answer to one quick question, asked without a transaction around it.

        A connection is not tried before it is used, which would cost as much as the question: it
        is asked once more on a new one where it was broken.
        """
        try:
            with self.looker.connect() as connection:
                return ask(connection)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        with self.looker.connect() as connection:
            return ask(connection)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a transaction that reads."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Give a transaction that sees one state of the whole database, however long it reads."""
        engine = self.engine
        if not self.is_embedded:
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with Session(engine) as session, session.begin():
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a transaction that writes: all of it is kept when the block ends, or nothing.

        On the embedded database it takes the one lock for writing at its start, so that it never
        fails half-way because another wrote meanwhile.
        """
        with Session(self.writer, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        self.looker.dispose()


def open_database(url: str) -> Database:
    """Return the database at a URL (``sqlite:///FILE`` or ``postgresql://…``)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _embedded(str(parsed.database))
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, pool_size=10, max_overflow=30, pool_pre_ping=True)
    looker = create_engine(
        parsed, isolation_level="AUTOCOMMIT", pool_size=10, max_overflow=0,
        pool_reset_on_return=None,
    )  # fmt: skip
    return Database(engine, engine, looker)


def _embedded(file: str) -> Database:
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        f"sqlite:///{file}", pool_size=10, max_overflow=40,
        connect_args={"timeout": WAIT, "isolation_level": None},
    )  # fmt: skip
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    writer = engine.execution_options(begin="BEGIN IMMEDIATE")
    return Database(engine, writer, engine.execution_options(begin=""))


def _prepare(connection: Any, record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    begin = connection.get_execution_options().get("begin", "BEGIN")
    if begin:
        connection.exec_driver_sql(begin)
