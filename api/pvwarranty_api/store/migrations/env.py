"""Run by alembic: migrations over the connection that `migrate` opened."""

from alembic import context

from pvwarranty_api.store.engine import open_database
from pvwarranty_api.store.tables import Base


def _run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is None:
        database = open_database(context.config.get_main_option("sqlalchemy.url") or "sqlite://")
        with database.writer.begin() as opened:
            _over(opened)
    else:
        _over(connection)


def _is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Leave the job engine's own tables alone."""
    return kind != "table" or not (name or "").startswith("procrastinate_")


def _over(connection: object) -> None:
    context.configure(
        connection=connection,  # type: ignore[arg-type]
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        include_name=_is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


_run()
