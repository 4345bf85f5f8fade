"""Example sites judged once for all tests of reports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.report.case import Case
from pvwarranty.report.claim import claim_report
from pvwarranty.report.document import Report
from pvwarranty.verify import verify

EXAMPLES = Path(__file__).resolve().parents[2] / "site_data"
SITES = ("failed-modules", "shaded-string", "faded-battery", "healthy-modules")


@cache
def judged(name: str) -> Case:
    folder = EXAMPLES / name
    site = read_site(folder)
    on = date.fromisoformat((folder / "on.txt").read_text().strip())
    return Case(verify(site, read_measurements(folder, site), on), site)


@pytest.fixture(scope="session")
def reported() -> Callable[[Case, str], Report]:
    """Return the report of a case, made once a language."""
    made: dict[tuple[int, str], Report] = {}

    def report(case: Case, lang: str) -> Report:
        key = (id(case), lang)
        if key not in made:
            made[key] = claim_report(case, lang)
        return made[key]

    return report


@pytest.fixture(scope="session", params=SITES)
def case(request: pytest.FixtureRequest) -> Case:
    return judged(request.param)


@pytest.fixture(scope="session")
def failed() -> Case:
    return judged("failed-modules")


@pytest.fixture(scope="session")
def shaded() -> Case:
    return judged("shaded-string")


@pytest.fixture(scope="session")
def faded() -> Case:
    return judged("faded-battery")
