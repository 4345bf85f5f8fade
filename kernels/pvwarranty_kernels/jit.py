"""How kernels are compiled: cached where a cache can be kept, without the lock, NaN respected."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])

# `nnan` and `ninf` are left out on purpose: with them LLVM folds isnan() away in silence.
FAST = {"contract", "reassoc", "nsz", "arcp"}


def _probe() -> None:
    return None


def _can_cache() -> bool:
    # numba refuses at decoration when neither __pycache__, NUMBA_CACHE_DIR nor the user's cache
    # directory can be written: then kernels are compiled at every start instead of failing.
    try:
        njit(cache=True)(_probe)
    except RuntimeError:
        return False
    return True


def _package_stamp() -> str:
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()


CACHED = _can_cache()
STAMP = _package_stamp()


def _stamped(dispatcher: Any) -> Any:
    # numba stamps a cache with the kernel's own file only: a change in a helper of another module
    # would go unseen. The stamp of the whole package takes its place.
    cache_file = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if cache_file is not None and hasattr(cache_file, "_source_stamp"):
        cache_file._source_stamp = STAMP
    return dispatcher


def kernel(function: F) -> F:
    """Compile an entry point: cached, releases the GIL, fast floating point that keeps NaN."""
    made = njit(nogil=True, cache=CACHED, error_model="numpy", fastmath=FAST)(function)
    return cast(F, _stamped(made))


def exact(function: F) -> F:
    """Compile an entry point whose order of floating-point operations is as written."""
    made = njit(nogil=True, cache=CACHED, error_model="numpy", fastmath=False)(function)
    return cast(F, _stamped(made))


# What only kernels call has no way in from Python (a third of the time to compile) and is cached
# within its callers.
INNER: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}


def stage(function: F) -> F:
    """Compile a part of a kernel; floating point as `kernel`."""
    return cast(F, njit(fastmath=FAST, **INNER)(function))


def inline(function: F) -> F:
    """Compile a helper that is always inlined into the kernel that calls it."""
    return cast(F, njit(fastmath=FAST, forceinline=True, **INNER)(function))


def plain(function: F) -> F:
    """As `inline`, but the order of floating-point operations is as written."""
    return cast(F, njit(fastmath=False, forceinline=True, **INNER)(function))


def plain_stage(function: F) -> F:
    """As `stage`, but the order of floating-point operations is as written."""
    return cast(F, njit(fastmath=False, **INNER)(function))
