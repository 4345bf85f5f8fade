"""``pvwarranty serve``: the API and the pages."""

from __future__ import annotations

import os
from pathlib import Path


def serve(
    *,
    host: str | None = None,
    port: int | None = None,
    database: str | None = None,
    data: Path | None = None,
) -> int:
    """Serve the API and the web pages until it is told to end.

    All settings are read from the environment (docs/service.md); options go before them.

    Parameters
    ----------
    host
        Address to listen at, 127.0.0.1 by default.
    port
        Port to listen at, 8080 by default.
    database
        URL of the database, postgresql://…; a file in the data folder by default.
    data
        Folder of the database file, uploads and measurements.
    """
    from pvwarranty_api.server import run_server
    from pvwarranty_api.settings import read_settings

    return run_server(
        read_settings(os.environ, host=host, port=port, database=database, data=data)
    )  # fmt: skip
