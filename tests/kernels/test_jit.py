"""How kernels are compiled and kept: vector code, NaN, caches, many processes at once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import njit

import pvwarranty_kernels
from pvwarranty_kernels import split, stages
from pvwarranty_kernels.jit import FAST, STAMP

PACKAGE = Path(pvwarranty_kernels.__file__).parent
PLANE = np.ones(12)
# the least that compiles: a kernel of one loop
PROBE = """
import numpy as np
from pvwarranty_kernels import inverter, jit
got = inverter.dc_power(np.array([1000.0, np.nan]), 3000.0, 0.96)
assert abs(got[0] - 1059.9) < 20 and np.isnan(got[1]), got
hits = sum(inverter._dc.stats.cache_hits.values())
print(int(jit.CACHED), hits, getattr(inverter._dc.stats, "cache_path", None))
"""


def install(folder: Path) -> Path:
    """Copy the package without its caches."""
    shutil.copytree(
        PACKAGE, folder / "pvwarranty_kernels", ignore=shutil.ignore_patterns("__pycache__")
    )
    return folder


def forbid_pycache(folder: Path) -> None:
    # as on a read-only installation, and it holds for root too: no folder can be made here
    (folder / "pvwarranty_kernels" / "__pycache__").write_text("")


def start(folder: Path, **env: str) -> "subprocess.Popen[str]":
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA", "XDG", "PYTHON"))}
    return subprocess.Popen(
        [sys.executable, "-B", "-c", PROBE],
        env=kept | {"PYTHONPATH": str(folder)} | env,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def outcome(process: "subprocess.Popen[str]") -> tuple[int, int, str]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    cached, hits, where = out.split()
    return int(cached), int(hits), where


def test_installation_that_can_be_written(tmp_path: Path) -> None:
    folder = install(tmp_path)
    cached, hits, where = outcome(start(folder))
    assert (cached, hits) == (1, 0)
    assert where == str(folder / "pvwarranty_kernels" / "__pycache__")
    assert outcome(start(folder))[1] == 1


def test_read_only_installation_uses_the_users_cache(tmp_path: Path) -> None:
    folder = install(tmp_path / "site")
    forbid_pycache(folder)
    home = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    cached, hits, where = outcome(start(folder, **home))
    assert (cached, hits) == (1, 0)
    assert where.startswith(str(tmp_path / "cache"))
    assert outcome(start(folder, **home))[1] == 1


def test_named_cache_directory(tmp_path: Path) -> None:
    folder = install(tmp_path / "site")
    cached, _, where = outcome(start(folder, NUMBA_CACHE_DIR=str(tmp_path / "named")))
    assert cached == 1
    assert where.startswith(str(tmp_path / "named"))


def test_no_place_for_a_cache_is_no_error(tmp_path: Path) -> None:
    folder = install(tmp_path)
    forbid_pycache(folder)
    cached, hits, _ = outcome(start(folder, HOME="/dev/null", XDG_CACHE_HOME="/dev/null/cache"))
    assert (cached, hits) == (0, 0)


def test_many_processes_start_on_an_empty_cache(tmp_path: Path) -> None:
    folder = install(tmp_path)
    for cached, _, _ in [outcome(p) for p in [start(folder) for _ in range(8)]]:
        assert cached == 1
    assert outcome(start(folder))[1] == 1  # and what they left behind is whole


def test_change_in_any_file_of_the_package_makes_caches_stale(tmp_path: Path) -> None:
    folder = install(tmp_path)
    outcome(start(folder))
    helper = folder / "pvwarranty_kernels" / "fits.py"  # nothing that the probe imports
    helper.write_text(helper.read_text() + "\n# another release\n")
    assert outcome(start(folder))[1] == 0
    assert len(STAMP) == 64


def test_not_a_number_is_seen() -> None:
    @njit(fastmath=FAST, error_model="numpy")
    def count(x: np.ndarray) -> tuple[int, int, int]:
        a, b, c = 0, 0, 0
        for i in range(x.size):
            a += np.isnan(x[i])
            b += x[i] != x[i]
            c += not x[i] > 0.0
        return a, b, c

    assert count(np.array([1.0, np.nan, -2.0, np.inf, np.nan])) == (2, 2, 3)


@pytest.mark.parametrize(
    ("stage", "more"),
    [
        (stages.sun, (PLANE,)),
        (stages.clear, (PLANE,)),
        (stages.on_plane, (PLANE, 0)),
        (split.split, (split.ERBS, 1.0)),
        (split.split, (split.DISC, 1.0)),
    ],
)
def test_stages_are_vector_code(stage: Any, more: tuple[Any, ...]) -> None:
    """LLVM leaves a loop scalar without a word: look at what it made (x86 only)."""
    if os.uname().machine != "x86_64":
        pytest.skip("the names of vector instructions are those of x86")
    made = njit(fastmath=FAST, error_model="numpy")(stage.py_func)
    made(np.zeros(stages.SIZE), *more)
    (code,) = made.inspect_asm().values()
    packed, single = code.count("mulpd"), code.count("mulsd")
    packed += sum(code.count(f"vfmadd{k}pd") for k in (132, 213, 231))
    single += sum(code.count(f"vfmadd{k}sd") for k in (132, 213, 231))
    # where two arrays might overlap there is a scalar version beside the vector one
    assert packed >= 10
    assert packed >= 0.8 * single
