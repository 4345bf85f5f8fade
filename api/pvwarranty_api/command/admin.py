"""``pvwarranty admin``: the first organisation and administrator, keys."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

if TYPE_CHECKING:
    from pvwarranty_api.services.core import Core

app = App(name="admin", help="Administer the service: organisations, backups.")


@app.command
def create(
    *,
    email: str,
    organisation: str,
    name: str = "",
    database: str | None = None,
    data: Path | None = None,
) -> int:
    """Make an organisation and its first administrator, and print an API key of its own.

    The password is read from standard input, or asked for at a terminal.

    Parameters
    ----------
    email
        Address by which the administrator signs in.
    organisation
        Name of the organisation.
    name
        Name of the administrator, by default the address.
    database
        URL of the database; a file in the data folder by default.
    data
        Folder of the service's data.
    """
    from pvwarranty_api.services.people import NewUser, create_organisation, first_key

    core = _core(database, data)
    try:
        new = NewUser(email, name or email, "admin", _password())
        user = create_organisation(core, organisation, new)
        print(f"organisation {user.organisation_id}, administrator {user.email}")
        print(f"API key, shown this once: {first_key(core, user)}")
    finally:
        core.close()
    return 0


def _core(database: str | None, data: Path | None) -> Core:
    from pvwarranty_api.services.core import open_core
    from pvwarranty_api.settings import read_settings

    return open_core(read_settings(os.environ, database=database, data=data))


def _password() -> str:
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass("password (12 characters or more): ")
    return sys.stdin.readline().rstrip("\n")
