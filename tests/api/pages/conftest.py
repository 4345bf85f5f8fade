"""A service and a browser shared by the tests of the pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")

from api_server import PATIENCE
from pages_live import FLAGS, Live, chromium, font_settings, running


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Return a running service with one user."""
    with running(tmp_path_factory.mktemp("pages")) as live:
        yield live


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return the system's Chromium, or skip with the reason.

    It is gone before tests of other modules: as long as it is there, so is its event loop.
    """
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: install chromium to test the pages in it")
    fonts: Path = font_settings(tmp_path_factory.mktemp("fonts"))
    with api.sync_playwright() as started:
        env = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
        browser = started.chromium.launch(
            executable_path=path, args=FLAGS, env=env, timeout=1000 * PATIENCE
        )
        yield browser
        browser.close()
