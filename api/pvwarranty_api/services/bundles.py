"""The evidence bundle of an assessment, sealed with the key of the settings, if any."""

from __future__ import annotations

from pathlib import Path

from pvwarranty.report.bundle.keys import read_private_key
from pvwarranty.report.bundle.make import Sealing, held_files, make_bundle
from pvwarranty.report.case import Case
from pvwarranty_api.settings import Settings


def bundle_of(settings: Settings, site: Path, case: Case, language: str) -> bytes:
    """Return the archive that `pvwarranty bundle check` verifies."""
    key = read_private_key(Path(settings.bundle_key)) if settings.bundle_key else None
    return make_bundle(held_files(site), case, language, Sealing(key))
