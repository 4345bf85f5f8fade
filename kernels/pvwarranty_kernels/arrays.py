"""Array types of the kernels, and the coercion to them: one dtype each, so one compilation each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NONE: Floats = np.empty(0, np.float64)
NONE.flags.writeable = False


def floats(values: Any) -> Floats:
    """Return `values` as a C-contiguous float64 array, copied only where needed."""
    return np.ascontiguousarray(values, dtype=np.float64)


def ints(values: Any) -> Ints:
    """Return `values` as a C-contiguous int64 array, copied only where needed."""
    return np.ascontiguousarray(values, dtype=np.int64)
