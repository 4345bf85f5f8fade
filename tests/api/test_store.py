from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic import command
from sqlalchemy.exc import StatementError

from pvwarranty_api.services.core import open_core
from pvwarranty_api.store.migrate import alembic_config
from pvwarranty_api.store.people import Organisation

JST = timezone(timedelta(hours=9))


def test_an_instant_comes_back_as_the_same_instant(database: str, make_settings) -> None:
    core = open_core(make_settings(database=database))
    moment = datetime(2026, 1, 1, tzinfo=JST)
    with core.database.writing() as db:
        db.add(Organisation(id="a" * 32, name="甲", created_at=moment))
    with core.database.reading() as db:
        found = db.get(Organisation, "a" * 32)
        assert found is not None
        assert found.created_at == moment
        assert found.created_at.tzinfo is UTC
    core.close()


def test_an_instant_without_a_zone_is_refused(core) -> None:
    with pytest.raises(StatementError, match="has no zone"), core.database.writing() as db:
        db.add(Organisation(name="甲", created_at=datetime(2026, 1, 1)))


def test_the_migrations_lead_to_the_tables(database: str, make_settings) -> None:
    core = open_core(make_settings(database=database))
    config = alembic_config()
    with core.database.writer.begin() as connection:
        config.attributes["connection"] = connection
        command.check(config)
        command.downgrade(config, "base")
        command.upgrade(config, "head")
        command.check(config)
    core.close()
