"""``pvwarranty admin``: organisations and their first administrators, passwords, backups."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

if TYPE_CHECKING:
    from pvwarranty_api.services.core import Core

app = App(name="admin", help="Administer the service: organisations, passwords, backups.")


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

    with closing(_core(database, data)) as core:
        new = NewUser(email, name or email, "admin", _password())
        user = create_organisation(core, organisation, new)
        print(f"organisation {user.organisation_id}, administrator {user.email}")
        print(f"API key, shown this once: {first_key(core, user)}")
    return 0


@app.command
def password(*, email: str, database: str | None = None, data: Path | None = None) -> int:
    """Give a user a new password; all of the user's sessions end, and a disabled user may sign in.

    The password is read from standard input, or asked for at a terminal.

    Parameters
    ----------
    email
        Address by which the user signs in.
    database
        URL of the database; a file in the data folder by default.
    data
        Folder of the service's data.
    """
    from pvwarranty_api.services.people import set_password

    with closing(_core(database, data)) as core:
        print(f"{set_password(core, email, _password()).email} has a new password")
    return 0


@app.command
def backup(file: Path, *, database: str | None = None, data: Path | None = None) -> int:
    """Write all rows and files of the service to one archive; the service may run meanwhile.

    Parameters
    ----------
    file
        The ZIP archive to write.
    database
        URL of the database; a file in the data folder by default.
    data
        Folder of the service's data.
    """
    from pvwarranty_api.services.backup import backup as run

    with closing(_core(database, data)) as core:
        print(f"{file}: {run(core, file)} files and all rows")
    return 0


@app.command
def restore(file: Path, *, database: str | None = None, data: Path | None = None) -> int:
    """Bring a backup into a new, empty service, on either kind of database.

    Parameters
    ----------
    file
        The archive that `admin backup` wrote.
    database
        URL of the database; a file in the data folder by default.
    data
        Folder of the service's data.
    """
    from pvwarranty_api.services.backup import restore as run

    with closing(_core(database, data)) as core:
        print(f"{run(core, file)} files and all rows are back")
    return 0


@app.command
def erase(organisation: str, *, database: str | None = None, data: Path | None = None) -> int:
    """Remove an organisation with everything that is kept of it, at once and for good.

    Parameters
    ----------
    organisation
        Its id, as `admin create` printed it.
    database
        URL of the database; a file in the data folder by default.
    data
        Folder of the service's data.
    """
    from pvwarranty_api.services.privacy import erase_organisation

    with closing(_core(database, data)) as core:
        erase_organisation(core, organisation)
        print(f"{organisation} and all that was kept of it is gone")
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
