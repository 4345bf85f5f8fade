"""The digest of the software that results depend on."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("numba", "numpy", "pandas", "pvlib", "pyarrow", "scipy")
SHOWN_ONLY = {"cli", "report"}  # how results are shown does not change them


@cache
def software_digest() -> str:
    """Return the digest of this package's code and data, and of its libraries' versions."""
    import pvwarranty
    import pvwarranty_kernels

    digest = hashlib.sha256(" ".join(f"{n} {_version(n)}" for n in LIBRARIES).encode())
    for package in (pvwarranty, pvwarranty_kernels):
        root = Path(str(package.__file__)).parent
        for path in sorted(_files(root)):
            digest.update(f"\n{package.__name__}/{path.relative_to(root).as_posix()} ".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"


def _files(root: Path) -> list[Path]:
    return [
        p for p in root.rglob("*")
        if p.is_file() and "__pycache__" not in p.parts and p.suffix not in {".pyc", ".nbi", ".nbc"}
        and p.relative_to(root).parts[0] not in SHOWN_ONLY
    ]  # fmt: skip
