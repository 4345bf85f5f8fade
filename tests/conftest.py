"""Shared by all tests: where the reference material is, if it is there."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
# the first example of a kernel compiles it: no deadline on a single one
settings.register_profile("pvwarranty", deadline=None)
settings.load_profile("pvwarranty")
sys.path.insert(0, str(ROOT / "tests"))  # helpers beside the tests, such as `plant`


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20240401)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of reference material, or skip the test with the reason."""
    if not SHARED.is_dir():
        pytest.skip("the reference material ../shared is not beside the repository")
    return SHARED
