"""What every service function works with: settings, database, objects, queue and terms."""

from __future__ import annotations

from dataclasses import dataclass

from pvwarranty.terms import Library, packaged_library
from pvwarranty_api.jobs.queue import Queue, Work, add_job, open_queue
from pvwarranty_api.settings import Settings
from pvwarranty_api.store.engine import Database, open_database
from pvwarranty_api.store.inbox import Inbox, open_inbox
from pvwarranty_api.store.migrate import migrate
from pvwarranty_api.store.objects import Objects, open_objects

__all__ = ["Core", "Work", "add_job", "open_core"]


@dataclass(frozen=True, slots=True)
class Core:
    """The parts of a running service."""

    settings: Settings
    database: Database
    objects: Objects
    queue: Queue
    library: Library
    inbox: Inbox

    def close(self) -> None:
        """Close what is open."""
        self.inbox.close()
        self.database.close()


def open_core(settings: Settings, *, prepare: bool = True) -> Core:
    """Open the parts that the settings name; `prepare` brings the database to the present form."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.database_url)
    if prepare:
        migrate(database)
        if not database.is_embedded:
            from pvwarranty_api.jobs.procrastinate import apply_schema

            apply_schema(database)
    queue = open_queue(database, settings)
    objects, inbox = open_objects(settings), open_inbox(settings.data / "incoming")
    return Core(settings, database, objects, queue, packaged_library(), inbox)
