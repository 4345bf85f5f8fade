"""``pvwarranty worker``: a process that does jobs, beside any number of others."""

from __future__ import annotations

import os
from pathlib import Path


def worker(*, database: str | None = None, data: Path | None = None) -> int:
    """Do the jobs of the service until told to end; what is under way is given back.

    Parameters
    ----------
    database
        URL of the database, postgresql://…; a file in the data folder by default.
    data
        Folder of the service's data.
    """
    from pvwarranty_api.settings import read_settings
    from pvwarranty_api.worker.main import run_worker

    return run_worker(read_settings(os.environ, database=database, data=data))
