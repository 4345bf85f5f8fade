"""The engine on PostgreSQL: procrastinate brings the ids of jobs to many workers."""

from __future__ import annotations

from datetime import datetime

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from sqlalchemy import text
from sqlalchemy.orm import Session

from pvwarranty_api.store.engine import Database

TASK = "pvwarranty.run"
NAME = "pvwarranty"


def plain_url(url: str) -> str:
    """Return a database's URL as psycopg knows it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


class ProcrastinateQueue:
    """Defers over the connection of the transaction, so that job and delivery are kept as one."""

    def __init__(self, url: str) -> None:
        self.app = App(connector=SyncPsycopgConnector(conninfo=plain_url(url)))

    def deliver(self, db: Session, job_id: str, at: datetime) -> None:
        """Defer the job within the transaction."""
        connection = db.connection().connection.driver_connection
        task = self.app.configure_task(
            TASK, queue=NAME, schedule_at=at, connection=connection
        )  # fmt: skip
        task.defer(job_id=job_id)


def worker_app(url: str) -> App:
    """Return the app that a worker runs, with connections of its own."""
    return App(connector=PsycopgConnector(conninfo=plain_url(url)))


def apply_schema(database: Database) -> None:
    """Make procrastinate's tables where they are not there yet."""
    from procrastinate.schema import SchemaManager

    with database.writer.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(7215002)"))
        if connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is None:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute(SchemaManager.get_schema())
