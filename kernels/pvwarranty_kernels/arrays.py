"""Array types of the kernels, and the coercion to them: one dtype each, so one compilation each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NONE: Floats = np.empty(0, np.float64)


def floats(values: Any) -> Floats:
    """Return `values` as a C-contiguous, writable float64 array, copied only where needed.

    Read-only arrays (as Parquet readers give) would be another type, and compile once more.
    """
    if isinstance(values, np.ndarray) and values.dtype == np.float64 and values.flags.carray:
        return values
    return np.require(values, np.float64, ["C", "W"])


def ints(values: Any) -> Ints:
    """Return `values` as a C-contiguous, writable int64 array, copied only where needed."""
    return np.require(values, np.int64, ["C", "W"])


def stored(values: Any) -> NDArray[Any]:
    """Return `values` as they are if single precision or 32-bit whole numbers, else wide.

    For series that a kernel only streams through: half the memory to read, at no cost in
    accuracy, since measured values have no more digits.
    """
    if isinstance(values, np.ndarray) and values.dtype in (np.float32, np.int32):
        return np.require(values, None, ["C", "W"])
    whole = isinstance(values, np.ndarray) and values.dtype.kind in "iub"
    return ints(values) if whole else floats(values)
