"""The evidence bundle of an assessment, sealed with the key of the settings, if any."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pvwarranty_api.settings import Settings

if TYPE_CHECKING:
    from pvwarranty.report.case import Case


def bundle_of(settings: Settings, site: Path, case: Case, language: str) -> bytes:
    """Return the archive that `pvwarranty bundle check` verifies."""
    from pvwarranty.report.bundle.keys import read_private_key
    from pvwarranty.report.bundle.make import Sealing, held_files, make_bundle

    key = read_private_key(Path(settings.bundle_key)) if settings.bundle_key else None
    return make_bundle(held_files(site), case, language, Sealing(key))
